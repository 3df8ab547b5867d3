package pages

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// problem is what went wrong, in the words of a page. What was wrong in a request comes in
// words of ours only: its own text is never in them.
type problem struct {
	Status     int
	Key        string // of the texts
	Args       []any  // of that text
	Field      string // the ID of the field it is about, where there is one
	RetryAfter time.Duration
}

// Error implements error, for problems that no page has words of its own for.
func (p *problem) Error() string { return p.Key }

// answerError shows a page that says what went wrong, for which no form is shown again.
func (h *Handler) answerError(v *visit, err error) {
	h.logFailure(v.r.Context(), err)
	h.render(v, page{template: "problem", Title: "problem.title", Problem: asProblem(err)})
}

// logFailure writes down what the service itself has to answer for, and leaves the rest to
// the line of the request.
func (h *Handler) logFailure(ctx context.Context, err error) {
	httpedge.NoteFailure(ctx, err)
	failure, ok := errors.AsType[*domain.Error](err)
	if !ok {
		return
	}
	if class := failure.Code.Info().Class; class == domain.ClassInternal || class == domain.ClassUnavailable {
		level := slog.LevelError
		if errors.Is(err, port.ErrBusy) {
			level = slog.LevelWarn // turned away so that nothing breaks
		}
		h.config.Log.LogAttrs(ctx, level, "request failed",
			slog.String("code", string(failure.Code)), slog.Any("error", err), slog.Any("cause", failure.Err))
	}
}

// asProblem finds words for every error. A page that knows better finds its own first.
func asProblem(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	failure, ok := errors.AsType[*domain.Error](err)
	if !ok {
		failure = domain.NewError(domain.Internal, err)
	}
	class := failure.Code.Info().Class
	p := &problem{Status: httpedge.Status(class), Key: "problem.internal", RetryAfter: failure.RetryAfter}
	switch class {
	case domain.ClassInvalid, domain.ClassConflict, domain.ClassUnprocessable, domain.ClassMedia:
		p.Key = "problem.form"
	case domain.ClassUnauthenticated:
		p.Key = "problem.signed-out"
	case domain.ClassForbidden:
		p.Key = "problem.forbidden"
	case domain.ClassNotFound:
		p.Key = "problem.not-found"
	case domain.ClassMethod:
		p.Key = "problem.method"
	case domain.ClassLimited:
		p.Key = "problem.limited"
	case domain.ClassUnavailable:
		p.Key = "problem.unavailable"
	}
	return p
}

// codeOf returns the code of err, or "".
func codeOf(err error) domain.Code {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return failure.Code
	}
	return ""
}

// fieldOf returns the field that err is about, or "".
func fieldOf(err error) string {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return failure.Field
	}
	return ""
}

// setRetryAfter says in the header what the page says in words.
func setRetryAfter(header http.Header, wait time.Duration) {
	if wait > 0 {
		header.Set("Retry-After", strconv.Itoa(httpedge.RetryAfter(wait)))
	}
}
