// Package httpedge is what transports over HTTP have to agree on, whatever server they stand
// on: the status of a failure, whose origin is ours, and what is read of a few header fields.
// It is no transport itself. All functions are pure.
package httpedge
