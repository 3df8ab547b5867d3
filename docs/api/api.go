// Package api holds the descriptions of what the service answers, which are written before the
// code, so that the program can serve them. Tests compare them with live answers.
package api

import _ "embed"

//go:embed openapi.yaml
var openAPI string

// OpenAPI returns the description of REST: OpenAPI 3.1, in YAML. It is the caller's to change.
func OpenAPI() []byte { return []byte(openAPI) }
