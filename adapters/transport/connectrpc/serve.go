package connectrpc

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// call is a request and what has come of it so far.
type call struct {
	id      string
	began   time.Time
	client  domain.Client
	caller  auth.Principal
	failure error // nil for a success

	languages string // Accept-Language, as it is to be looked at
}

// callKey is the key of the *call in the context of a procedure.
type callKey struct{}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// serve is what every request goes through: what it may not be is refused, and then the
// procedure is called. One line of the log says what came of it.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	now := s.config.Now()
	c := &call{id: requestID(r, now), began: now, client: s.config.Client(r), languages: httpedge.Languages(r.Header.Get("Accept-Language"))}
	httpedge.Protect(w.Header().Set, s.config.PublicURL)
	w.Header().Set("X-Request-Id", c.id)
	if mayEndElsewhere(r) {
		w.Header().Set("Connection", "close")
	}
	defer s.logCall(r, c)
	defer func() {
		if thrown := recover(); thrown != nil {
			s.refuse(w, r, c, domain.NewError(domain.Internal, &panicError{thrown, debug.Stack()}))
		}
	}()
	ctx, cancel := s.limitTime(r, c)
	defer cancel()
	leave, ok := s.takePlace(r)
	if !ok {
		s.refuse(w, r, c, tooMany("there are too many requests at once"))
		return
	}
	defer leave()
	r = r.WithContext(ctx)
	if err := s.admit(w, r, c); err != nil {
		s.refuse(w, r, c, err)
		return
	}
	s.procedures[r.URL.Path].ServeHTTP(w, r)
}

// mayEndElsewhere reports whether a party on the way may have seen the end of a request in another
// place: of HTTP/1.0 that had a Transfer-Encoding and of chunks that had a Content-Length, net/http
// drops what it does not go by, so that nobody can tell them from others (RFC 9112, section 6.1).
// Such a request is answered, and nothing behind it is.
func mayEndElsewhere(r *http.Request) bool {
	return !r.ProtoAtLeast(1, 1) || r.ProtoMajor == 1 && len(r.TransferEncoding) > 0
}

// limitTime gives the work on a request an end, which neither comes sooner because the caller
// has gone nor because it said so: what was begun, such as the rotation of a token, is done, as
// it is over REST.
func (s *Server) limitTime(r *http.Request, c *call) (context.Context, context.CancelFunc) {
	for _, name := range []string{"Connect-Timeout-Ms", "Grpc-Timeout"} {
		r.Header.Del(name)
	}
	ctx := context.WithValue(context.WithoutCancel(r.Context()), callKey{}, c)
	return context.WithTimeout(ctx, s.config.RequestTimeout)
}

// tooMany is the failure of whoever comes when no place is left.
func tooMany(why string) error {
	e := domain.NewError(domain.ServiceUnavailable, errors.New(why))
	e.RetryAfter = time.Second
	return e
}

// refuse answers a request that no procedure was called for, or that panicked, in the form in
// which its protocol has errors.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, c *call, err error) {
	c.failure = err
	_ = s.errors.Write(w, r, s.shown(err)) // whether it arrives or not, it is over
}
