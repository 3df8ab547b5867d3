//go:build race

package graphql_test

// raceDetector says that everything costs many times as much.
const raceDetector = true
