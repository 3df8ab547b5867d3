package connectrpc

import (
	"context"
	"net"
	"net/http"
)

// places are a number of places that can be taken at once. They are safe for concurrent use.
type places chan struct{}

// take reports whether there was a place left.
func (p places) take() bool {
	select {
	case p <- struct{}{}:
		return true
	default:
		return false
	}
}

func (p places) leave() { <-p }

// ownPlaceKey is the key of the places in the context of a connection.
type ownPlaceKey struct{}

// ownPlace gives a connection a place for one request, which no other connection can take.
func ownPlace(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, ownPlaceKey{}, make(places, 1))
}

// takePlace takes the place of the request's connection, or one of those that all connections
// share. Who holds all of the latter with requests that never end, which takes no more than a few
// connections of HTTP/2, keeps nobody from asking for one thing at a time.
func (s *Server) takePlace(r *http.Request) (leave func(), ok bool) {
	if own, _ := r.Context().Value(ownPlaceKey{}).(places); own != nil && own.take() {
		return own.leave, true
	}
	return s.places.leave, s.places.take()
}
