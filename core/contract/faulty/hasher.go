package faulty

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

type hasher struct {
	port.PasswordHasher
	hash   func(ctx context.Context, password string) (string, error)
	verify func(ctx context.Context, encoded, password string) (ok, rehash bool, err error)
}

func (h hasher) Hash(ctx context.Context, password string) (string, error) {
	if h.hash != nil {
		return h.hash(ctx, password)
	}
	return h.PasswordHasher.Hash(ctx, password)
}

func (h hasher) Verify(ctx context.Context, encoded, password string) (ok, rehash bool, err error) {
	if h.verify != nil {
		return h.verify(ctx, encoded, password)
	}
	return h.PasswordHasher.Verify(ctx, encoded, password)
}

// inHasher plants a fault in the hasher under test.
func inHasher(plant func(inner port.PasswordHasher) hasher) func(contract.HasherWorld) contract.HasherWorld {
	return func(w contract.HasherWorld) contract.HasherWorld {
		h := plant(w.Hasher)
		h.PasswordHasher = w.Hasher
		w.Hasher = h
		return w
	}
}

// judged plants a fault in what Verify answers.
func judged(judge func(encoded, password string, ok, rehash bool, err error) (bool, bool, error)) func(contract.HasherWorld) contract.HasherWorld {
	return inHasher(func(inner port.PasswordHasher) hasher {
		return hasher{verify: func(ctx context.Context, encoded, password string) (bool, bool, error) {
			ok, rehash, err := inner.Verify(ctx, encoded, password)
			return judge(encoded, password, ok, rehash, err)
		}}
	})
}

// changedPasswords plants a fault in what becomes of every password.
func changedPasswords(change func(password string) string) func(contract.HasherWorld) contract.HasherWorld {
	return inHasher(func(inner port.PasswordHasher) hasher {
		return hasher{
			hash: func(ctx context.Context, password string) (string, error) {
				return inner.Hash(ctx, change(password))
			},
			verify: func(ctx context.Context, encoded, password string) (bool, bool, error) {
				return inner.Verify(ctx, encoded, change(password))
			},
		}
	})
}

// cheap makes Verify cost nothing where free says so.
func cheap(free func(encoded string, ok, rehash bool, err error) bool) func(contract.HasherWorld) contract.HasherWorld {
	return func(w contract.HasherWorld) contract.HasherWorld {
		inner, work := w.Hasher, w.Work
		var saved atomic.Int64
		w.Work = func() int64 { return work() - saved.Load() }
		w.Hasher = hasher{PasswordHasher: inner, verify: func(ctx context.Context, encoded, password string) (bool, bool, error) {
			before := work()
			ok, rehash, err := inner.Verify(ctx, encoded, password)
			if free(encoded, ok, rehash, err) {
				saved.Add(work() - before)
			}
			return ok, rehash, err
		}}
		return w
	}
}

func hasherFaults() []Fault {
	return append(hasherAnswerFaults(), hasherWorkFaults()...)
}

func hasherAnswerFaults() []Fault {
	return []Fault{
		{
			Name: "fixed-salt", Turns: []string{"hasher/salted"},
			Hasher: inHasher(func(inner port.PasswordHasher) hasher {
				var made memo[string, string]
				return hasher{hash: func(ctx context.Context, password string) (string, error) {
					encoded, err := inner.Hash(ctx, password)
					if old, ok := made.get(password); err == nil && ok {
						return old, nil
					}
					made.set(password, encoded)
					return encoded, err
				}}
			}),
		},
		{
			Name: "parameters-of-the-verifier", Turns: []string{"hasher/self-describing"},
			Hasher: judged(func(_, _ string, ok, rehash bool, err error) (bool, bool, error) {
				return ok && !rehash, rehash, err
			}),
		},
		{
			Name: "password-cut", Turns: []string{"hasher/long-password"},
			Hasher: changedPasswords(func(s string) string { return s[:min(len(s), 72)] }),
		},
		{
			Name: "password-ends-at-nul", Turns: []string{"hasher/nul-in-password"},
			Hasher: changedPasswords(func(s string) string {
				s, _, _ = strings.Cut(s, "\x00")
				return s
			}),
		},
		{
			Name: "password-normalised", Turns: []string{"hasher/password-unchanged"},
			Hasher: changedPasswords(func(s string) string { return strings.ReplaceAll(s, "a\u0308", "\u00e4") }),
		},
		{
			Name: "password-in-a-shared-buffer", Turns: []string{"hasher/callers-do-not-mix"},
			Hasher: inHasher(func(inner port.PasswordHasher) hasher {
				var o overlap
				var buffer memo[string, string]
				return hasher{hash: func(ctx context.Context, password string) (encoded string, err error) {
					err = o.during(func(shared bool) error {
						others, ok := buffer.get("")
						buffer.set("", password)
						if shared && ok {
							password = others
						}
						encoded, err = inner.Hash(ctx, password)
						return err
					})
					return encoded, err
				}}
			}),
		},
		{
			Name: "short-password-never-fits", Turns: []string{"hasher/right-password"},
			Hasher: judged(func(_, password string, ok, rehash bool, err error) (bool, bool, error) {
				return ok && len(password) > 1, rehash, err
			}),
		},
		{
			Name: "empty-password-fits", Turns: []string{"hasher/wrong-password"},
			Hasher: judged(func(encoded, password string, ok, rehash bool, err error) (bool, bool, error) {
				return ok || err == nil && encoded != "" && password == "", rehash, err
			}),
		},
		{
			Name: "weaker-always-fits", Turns: []string{"hasher/wrong-password-of-weaker"},
			Hasher: judged(func(_, _ string, ok, rehash bool, err error) (bool, bool, error) {
				return ok || rehash, rehash, err
			}),
		},
		{
			Name: "rehash-never", Turns: []string{"hasher/rehash"},
			Hasher: judged(func(_, _ string, ok, _ bool, err error) (bool, bool, error) { return ok, false, err }),
		},
		{
			Name: "rehash-always", Turns: []string{"hasher/rehash-not-of-current"},
			Hasher: judged(func(_, _ string, ok, _ bool, err error) (bool, bool, error) { return ok, true, err }),
		},
		{
			Name: "empty-fits-empty", Turns: []string{"hasher/empty-is-never-ok"},
			Hasher: judged(func(encoded, password string, ok, rehash bool, err error) (bool, bool, error) {
				return ok || err == nil && encoded == "" && password == "", rehash, err
			}),
		},
		{
			Name: "malformed-is-false", Turns: []string{"hasher/malformed-is-error"},
			Hasher: judged(func(_, _ string, ok, rehash bool, err error) (bool, bool, error) {
				return ok, rehash, replaceError(err, port.ErrInvalid, nil)
			}),
		},
	}
}

func hasherWorkFaults() []Fault {
	lateHash := func(inner port.PasswordHasher) hasher {
		return hasher{hash: func(ctx context.Context, password string) (string, error) {
			if ctx.Err() != nil {
				ctx = context.WithoutCancel(ctx)
			}
			return inner.Hash(ctx, password)
		}}
	}
	lateVerify := func(inner port.PasswordHasher) hasher {
		return hasher{verify: func(ctx context.Context, encoded, password string) (bool, bool, error) {
			if ctx.Err() != nil {
				ctx = context.WithoutCancel(ctx)
			}
			return inner.Verify(ctx, encoded, password)
		}}
	}
	return []Fault{
		{
			Name: "right-is-cheap", Turns: []string{"hasher/cost/right-password"},
			Hasher: cheap(func(_ string, ok, rehash bool, _ error) bool { return ok && !rehash }),
		},
		{
			Name: "wrong-is-cheap", Turns: []string{"hasher/cost/wrong-password"},
			Hasher: cheap(func(encoded string, ok, rehash bool, err error) bool {
				return !ok && !rehash && err == nil && encoded != ""
			}),
		},
		{
			Name: "weaker-is-cheap", Turns: []string{"hasher/cost/weaker"},
			Hasher: cheap(func(_ string, ok, rehash bool, _ error) bool { return ok && rehash }),
		},
		{
			Name: "weaker-and-wrong-is-cheap", Turns: []string{"hasher/cost/weaker-and-wrong"},
			Hasher: cheap(func(_ string, ok, rehash bool, _ error) bool { return !ok && rehash }),
		},
		{
			Name: "empty-is-cheap", Turns: []string{"hasher/cost/empty"},
			Hasher: cheap(func(encoded string, _, _ bool, _ error) bool { return encoded == "" }),
		},
		{
			Name: "malformed-is-cheap", Turns: []string{"hasher/cost/malformed"},
			Hasher: cheap(func(_ string, _, _ bool, err error) bool { return err != nil }),
		},
		{
			Name: "busy-hash-is-other-error", Turns: []string{"hasher/busy/hash"},
			Hasher: inHasher(func(inner port.PasswordHasher) hasher {
				return hasher{hash: func(ctx context.Context, password string) (string, error) {
					encoded, err := inner.Hash(ctx, password)
					return encoded, replaceError(err, port.ErrBusy, driverError())
				}}
			}),
		},
		{
			Name: "busy-verify-is-false", Turns: []string{"hasher/busy/verify"},
			Hasher: judged(func(_, _ string, ok, rehash bool, err error) (bool, bool, error) {
				return ok, rehash, replaceError(err, port.ErrBusy, nil)
			}),
		},
		{Name: "ignores-ctx/hasher.hash", Turns: []string{"ctx/cancelled/hasher.hash"}, Hasher: inHasher(lateHash)},
		{Name: "ignores-ctx/hasher.verify", Turns: []string{"ctx/cancelled/hasher.verify"}, Hasher: inHasher(lateVerify)},
	}
}
