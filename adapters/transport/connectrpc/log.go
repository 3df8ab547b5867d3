package connectrpc

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// logCall writes the one line of a request, without its query and its message, which may hold
// secrets. Its status is the one that REST has for what came of it, whatever HTTP has carried
// it with: over gRPC that is always 200.
func (s *Server) logCall(r *http.Request, c *call) {
	status := http.StatusOK
	var failure []slog.Attr
	if c.failure != nil {
		e := httpedge.AsFailure(c.failure)
		status = httpedge.Status(e.Code.Info().Class)
		failure = failureAttrs(e, status)
	}
	attrs := []slog.Attr{
		slog.String("request_id", c.id),
		slog.String("method", r.Method),
		slog.String("path", r.URL.EscapedPath()),
		slog.Int("status", status),
		slog.Duration("took", s.config.Now().Sub(c.began)),
		slog.String("ip", c.client.IP),
	}
	s.config.Log.LogAttrs(r.Context(), levelOf(status, c.failure), "request", append(attrs, failure...)...)
}

// failureAttrs says how a request failed, and of failures that are not the caller's why, which
// the answer does not show.
func failureAttrs(e *domain.Error, status int) []slog.Attr {
	attrs := []slog.Attr{slog.String("code", string(e.Code))}
	if status < http.StatusInternalServerError {
		return attrs
	}
	if e.Err != nil {
		attrs = append(attrs, slog.Any("cause", e.Err))
	}
	if panicked, ok := errors.AsType[*panicError](e.Err); ok {
		attrs = append(attrs, slog.String("stack", string(panicked.stack)))
	}
	return attrs
}

// levelOf keeps apart what is broken here from what was turned away so that nothing breaks,
// and both from what callers do day by day, as REST does. failure may be nil.
func levelOf(status int, failure error) slog.Level {
	switch {
	case status == http.StatusTooManyRequests, errors.Is(failure, port.ErrBusy):
		return slog.LevelWarn
	case status >= http.StatusInternalServerError:
		return slog.LevelError
	}
	return slog.LevelInfo
}

// requestID returns the ID that the answer and its line in the log have. It comes from the
// caller where that is sane.
func requestID(r *http.Request, now time.Time) string {
	if id := r.Header.Get("X-Request-Id"); httpedge.IsRequestID(id) {
		return id
	}
	return domain.NewUUID(now)
}
