package faulty

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// advanced plants a fault in AdvanceTOTP alone.
func advanced(advance func(ctx context.Context, inner port.Users, id domain.UserID, step int64) error) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{Users: inner, advance: func(ctx context.Context, id domain.UserID, step int64) error {
			return advance(ctx, inner, id, step)
		}}
	})
}

// accepting returns what AdvanceTOTP says with a refusal of some steps left out. wrong looks at
// the step and at the latest that was recorded.
func accepting(wrong func(u domain.User, latest, step int64) bool) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		var latest memo[domain.UserID, int64]
		return users{Users: inner, advance: func(ctx context.Context, id domain.UserID, step int64) error {
			err := inner.AdvanceTOTP(ctx, id, step)
			if err == nil {
				latest.set(id, step)
			}
			u, readErr := inner.ByID(ctx, id)
			if last, _ := latest.get(id); readErr == nil && wrong(u, last, step) {
				return replaceError(err, port.ErrStale, nil)
			}
			return err
		}}
	})
}

func usersTOTPFaults() []Fault {
	return []Fault{
		{
			Name: "totp-one-code-for-ever", Turns: []string{"users/totp/later-steps"},
			Store: inUsers(func(inner port.Users) users {
				var spent memo[domain.UserID, bool]
				return users{Users: inner, advance: func(ctx context.Context, id domain.UserID, step int64) error {
					if once, _ := spent.get(id); once {
						return port.ErrStale
					}
					err := inner.AdvanceTOTP(ctx, id, step)
					if err == nil {
						spent.set(id, true)
					}
					return err
				}}
			}),
		},
		{
			Name: "totp-step-of-32-bits", Turns: []string{"users/totp/beyond-32-bits"},
			Store: advanced(func(ctx context.Context, inner port.Users, id domain.UserID, step int64) error {
				return inner.AdvanceTOTP(ctx, id, int64(int32(step)))
			}),
		},
		{
			// Of every other step, which leaves the race alone.
			Name: "totp-step-compared-with-or-equal", Turns: []string{"users/totp/replay-is-stale"},
			Store: accepting(func(u domain.User, latest, step int64) bool {
				return u.Version == 1 && step > 0 && step == latest && step%2 == 0
			}),
		},
		{
			Name: "totp-step-not-compared", Turns: []string{"users/totp/earlier-is-stale", "users/totp/stale-changes-nothing"},
			Store: accepting(func(_ domain.User, latest, step int64) bool {
				return step > 0 && step < latest && latest < 1<<32
			}),
		},
		{
			Name: "totp-step-zero-accepted", Turns: []string{"users/totp/zero-is-stale"},
			Store: accepting(func(_ domain.User, _, step int64) bool { return step <= 0 }),
		},
		{
			Name: "totp-stale-still-writes", Turns: []string{"users/totp/stale-changes-nothing"},
			Store: inUsers(func(inner port.Users) users {
				var refused memo[domain.UserID, int64]
				return users{Users: inner, advance: func(ctx context.Context, id domain.UserID, step int64) error {
					err := inner.AdvanceTOTP(ctx, id, step)
					if written, ok := refused.get(id); ok && step > written {
						return replaceError(err, port.ErrStale, nil)
					}
					if errors.Is(err, port.ErrStale) {
						refused.set(id, step)
					}
					return err
				}}
			}),
		},
		{
			Name: "totp-missing-is-stale", Turns: []string{"users/totp/missing-is-not-found"},
			Store: advanced(func(ctx context.Context, inner port.Users, id domain.UserID, step int64) error {
				return replaceError(inner.AdvanceTOTP(ctx, id, step), port.ErrNotFound, port.ErrStale)
			}),
		},
		{
			Name: "totp-check-then-set", Turns: []string{"users/totp/one-winner"},
			Store: inUsers(func(inner port.Users) users {
				var o overlap
				return users{Users: inner, advance: func(ctx context.Context, id domain.UserID, step int64) error {
					return o.during(func(shared bool) error {
						err := inner.AdvanceTOTP(ctx, id, step)
						if shared {
							return replaceError(err, port.ErrStale, nil)
						}
						return err
					})
				}}
			}),
		},
		{
			Name: "totp-step-of-everybody", Turns: []string{"users/totp/nobody-else"},
			Store: advanced(func(ctx context.Context, inner port.Users, id domain.UserID, step int64) error {
				err := inner.AdvanceTOTP(ctx, id, step)
				all, listErr := inner.List(ctx, "", 100)
				for _, u := range all {
					if err == nil && listErr == nil && u.ID != id {
						_ = inner.AdvanceTOTP(ctx, u.ID, step)
					}
				}
				return err
			}),
		},
		{
			Name: "totp-raises-version", Turns: []string{"users/totp/leaves-the-rest-alone"},
			Store: inUsers(func(inner port.Users) users {
				var times memo[domain.UserID, int64]
				return users{
					Users: inner,
					advance: func(ctx context.Context, id domain.UserID, step int64) error {
						err := inner.AdvanceTOTP(ctx, id, step)
						if err == nil && step > 1 {
							times.change(id, func(n int64) int64 { return n + 1 })
						}
						return err
					},
					byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
						u, err := inner.ByID(ctx, id)
						n, _ := times.get(id)
						u.Version += n
						return u, err
					},
				}
			}),
		},
		{
			Name: "update-resets-the-totp-step", Turns: []string{"users/update/leaves-the-totp-step"},
			Store: inUsers(func(inner port.Users) users {
				var updated memo[domain.UserID, bool]
				return users{
					Users: inner,
					update: func(ctx context.Context, u domain.User) (domain.User, error) {
						stored, err := inner.Update(ctx, u)
						if err == nil {
							updated.set(u.ID, true)
						}
						return stored, err
					},
					advance: func(ctx context.Context, id domain.UserID, step int64) error {
						err := inner.AdvanceTOTP(ctx, id, step)
						if reset, _ := updated.get(id); reset {
							return replaceError(err, port.ErrStale, nil)
						}
						return err
					},
				}
			}),
		},
		{
			Name: "recovery-codes-cut", Turns: []string{"users/values/ten-recovery-codes"},
			Store: created(func(u *domain.User) {
				u.RecoveryCodes = u.RecoveryCodes[:min(len(u.RecoveryCodes), 8)]
			}),
		},
	}
}
