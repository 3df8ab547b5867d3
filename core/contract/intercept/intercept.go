// Package intercept puts hooks before and after every call of a port, for tests that count
// calls, make the n-th of them fail, or lose the answer of one that was done.
package intercept

import (
	"context"
	"errors"
	"sync"

	"github.com/sallyport-auth/sallyport/core/port"
)

// Hook is told of a call, by port and method: "Users.ByEmail", "Roles.Create", "Permissions.List", "Identities.Link",
// "OneTimeTokens.Consume", "MailQueue.Claim", "Sessions.Rotate", "Limiter.Take",
// "Events.Record", "UnitOfWork.Do", "Store.Ping", "Store.Close", "Hasher.Verify",
// "PasswordChecker.Check", "Issuer.Issue", "Asserter.Assert", "Verifier.Verify", "Mailer.Send", "MailComposer.Compose",
// "OAuthProvider.Exchange". The
// repositories that UnitOfWork.Do hands out go by the same names as those of Store.Repos.
// Hooks are called from many goroutines at once.
type Hook func(ctx context.Context, method string) error

// Hooks are called around each call. A nil Hook does nothing.
type Hooks struct {
	// Before is called first. Its error is returned instead of making the call.
	Before Hook
	// After is called when the call has been done and has succeeded. Its error is
	// returned in place of the results: the work is done and nobody learns of it, as
	// when a connection breaks between a commit and its acknowledgement.
	After Hook
}

func (h Hooks) before(ctx context.Context, method string) error {
	if h.Before == nil {
		return nil
	}
	return h.Before(ctx, method)
}

func (h Hooks) after(ctx context.Context, method string, err error) error {
	if err != nil || h.After == nil {
		return err
	}
	return h.After(ctx, method)
}

// called makes a call that returns nothing but an error.
func called(ctx context.Context, h Hooks, method string, call func() error) error {
	if err := h.before(ctx, method); err != nil {
		return err
	}
	return h.after(ctx, method, call())
}

// asked makes a call that returns a value. The value that comes with an error of the call's
// own stays (port.Sessions.Rotate has one); with an error of a hook it is zero.
func asked[T any](ctx context.Context, h Hooks, method string, call func() (T, error)) (T, error) {
	var zero T
	if err := h.before(ctx, method); err != nil {
		return zero, err
	}
	value, err := call()
	if err != nil {
		return value, err
	}
	if err := h.after(ctx, method, nil); err != nil {
		return zero, err
	}
	return value, nil
}

// doomed remembers the first error of a hook inside a transaction. The store under it has
// not seen that error, and must roll back all the same: see port.UnitOfWork.
type doomed struct {
	mu  sync.Mutex
	err error
}

func (d *doomed) watch(h Hooks) Hooks {
	return Hooks{Before: d.watchOne(h.Before), After: d.watchOne(h.After)}
}

func (d *doomed) watchOne(h Hook) Hook {
	if h == nil {
		return nil
	}
	return func(ctx context.Context, method string) error {
		err := h(ctx, method)
		if err != nil && !errors.Is(err, port.ErrNotFound) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.err == nil {
				d.err = err
			}
		}
		return err
	}
}

func (d *doomed) reason() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}
