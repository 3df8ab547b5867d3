// Package httpedge is what transports over HTTP have to agree on, whatever server they stand
// on: the status of a failure, whose origin is ours, what is read of a few header fields, and
// how one that is mounted on another says why it refused. It is no transport itself.
package httpedge
