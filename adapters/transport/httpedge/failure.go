package httpedge

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// AsFailure gives every error its code: SERVICE_UNAVAILABLE where time ran out, and that of what
// is broken inside to one that is not ours, whose text is for the log and is never shown.
func AsFailure(err error) *domain.Error {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return failure
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return domain.NewError(domain.ServiceUnavailable, err)
	}
	return domain.NewError(domain.Internal, err)
}

// failureKey is the key of a *Failure in a context.
type failureKey struct{}

// Failure is where a transport that another has mounted notes why it refused a request, for
// the line in the log that the other writes. The zero Failure is ready, and safe for
// concurrent use.
type Failure struct{ noted atomic.Pointer[error] }

// Err returns what was noted last, or nil.
func (f *Failure) Err() error {
	if err := f.noted.Load(); err != nil {
		return *err
	}
	return nil
}

// WithFailure returns a context under which NoteFailure notes in f.
func WithFailure(ctx context.Context, f *Failure) context.Context {
	return context.WithValue(ctx, failureKey{}, f)
}

// NoteFailure notes err with the transport that has mounted this one, if any has.
func NoteFailure(ctx context.Context, err error) {
	if f, ok := ctx.Value(failureKey{}).(*Failure); ok {
		f.noted.Store(&err)
	}
}
