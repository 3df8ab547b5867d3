package faulty

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

type passwordChecker func(ctx context.Context, c port.PasswordCandidate) (port.PasswordWeakness, error)

func (f passwordChecker) Check(ctx context.Context, c port.PasswordCandidate) (port.PasswordWeakness, error) {
	return f(ctx, c)
}

// checking plants a fault in Check.
func checking(check func(ctx context.Context, w contract.PasswordCheckerWorld, c port.PasswordCandidate) (port.PasswordWeakness, error)) func(contract.PasswordCheckerWorld) contract.PasswordCheckerWorld {
	return func(w contract.PasswordCheckerWorld) contract.PasswordCheckerWorld {
		sound := w
		w.Checker = passwordChecker(func(ctx context.Context, c port.PasswordCandidate) (port.PasswordWeakness, error) {
			return check(ctx, sound, c)
		})
		return w
	}
}

// checked plants a fault in what Check answers.
func checked(change func(w contract.PasswordCheckerWorld, c port.PasswordCandidate, found port.PasswordWeakness) port.PasswordWeakness) func(contract.PasswordCheckerWorld) contract.PasswordCheckerWorld {
	return checking(func(ctx context.Context, w contract.PasswordCheckerWorld, c port.PasswordCandidate) (port.PasswordWeakness, error) {
		found, err := w.Checker.Check(ctx, c)
		if err != nil {
			return found, err
		}
		return change(w, c, found), nil
	})
}

// unchecked plants a fault in how Check fails for a caller who is still there.
func unchecked(weakness port.PasswordWeakness, with error) func(contract.PasswordCheckerWorld) contract.PasswordCheckerWorld {
	return checking(func(ctx context.Context, w contract.PasswordCheckerWorld, c port.PasswordCandidate) (port.PasswordWeakness, error) {
		found, err := w.Checker.Check(ctx, c)
		if err != nil && ctx.Err() == nil {
			return weakness, with
		}
		return found, err
	})
}

func passwordCheckerFaults() []Fault {
	return []Fault{
		{
			Name: "misses-a-weak-one", Turns: []string{"passwordchecker/finds-weak-ones"},
			PasswordChecker: checked(func(w contract.PasswordCheckerWorld, c port.PasswordCandidate, found port.PasswordWeakness) port.PasswordWeakness {
				if c.Password == w.Weak[1] {
					return port.PasswordSound
				}
				return found
			}),
		},
		{
			Name: "wants-a-digit", Turns: []string{"passwordchecker/lets-sound-ones-be"},
			PasswordChecker: checked(func(w contract.PasswordCheckerWorld, c port.PasswordCandidate, found port.PasswordWeakness) port.PasswordWeakness {
				if !strings.ContainsAny(c.Password, "0123456789") {
					return w.Weakness
				}
				return found
			}),
		},
		{
			Name: "finds-a-password-once", Turns: []string{"passwordchecker/same-answer-again"},
			PasswordChecker: func(w contract.PasswordCheckerWorld) contract.PasswordCheckerWorld {
				var asked memo[string, bool]
				return checked(func(_ contract.PasswordCheckerWorld, c port.PasswordCandidate, found port.PasswordWeakness) port.PasswordWeakness {
					candidate := fmt.Sprintf("%q", append([]string{c.Password}, c.About...))
					if _, again := asked.get(candidate); again {
						return port.PasswordSound
					}
					asked.set(candidate, true)
					return found
				})(w)
			},
		},
		{
			Name: "nul-is-an-error", Turns: []string{"passwordchecker/any-text"},
			PasswordChecker: checking(func(ctx context.Context, w contract.PasswordCheckerWorld, c port.PasswordCandidate) (port.PasswordWeakness, error) {
				if strings.Contains(c.Password, "\x00") {
					return port.PasswordSound, port.ErrInvalid
				}
				return w.Checker.Check(ctx, c)
			}),
		},
		{
			Name: "sound-for-those-who-are-known", Turns: []string{"passwordchecker/knowing-the-person-does-not-help"},
			PasswordChecker: checked(func(_ contract.PasswordCheckerWorld, c port.PasswordCandidate, found port.PasswordWeakness) port.PasswordWeakness {
				if len(c.About) > 0 {
					return port.PasswordSound
				}
				return found
			}),
		},
		{
			Name: "candidate-in-a-shared-buffer", Turns: []string{"passwordchecker/callers-do-not-mix"},
			PasswordChecker: func(w contract.PasswordCheckerWorld) contract.PasswordCheckerWorld {
				var o overlap
				var buffer memo[string, port.PasswordCandidate]
				return checking(func(ctx context.Context, w contract.PasswordCheckerWorld, c port.PasswordCandidate) (found port.PasswordWeakness, err error) {
					err = o.during(func(shared bool) error {
						others, ok := buffer.get("")
						buffer.set("", c)
						if shared && ok {
							c = others
						}
						found, err = w.Checker.Check(ctx, c)
						return err
					})
					return found, err
				})(w)
			},
		},
		{
			Name: "broken-is-sound", Turns: []string{"passwordchecker/broken-is-no-answer"},
			PasswordChecker: unchecked(port.PasswordSound, nil),
		},
		{
			Name: "broken-is-weak", Turns: []string{"passwordchecker/broken-is-no-answer"},
			PasswordChecker: unchecked(port.PasswordBreached, errors.New("the list cannot be read")),
		},
		{
			Name: "broken-is-invalid", Turns: []string{"passwordchecker/broken-is-no-answer"},
			PasswordChecker: unchecked(port.PasswordSound, port.ErrInvalid),
		},
		{
			Name: "password-in-the-error", Turns: []string{"passwordchecker/errors-are-discreet"},
			PasswordChecker: checking(func(ctx context.Context, w contract.PasswordCheckerWorld, c port.PasswordCandidate) (port.PasswordWeakness, error) {
				found, err := w.Checker.Check(ctx, c)
				if err != nil {
					err = fmt.Errorf("check %s: %w", c.Password, err)
				}
				return found, err
			}),
		},
		{
			Name: "ignores-ctx/passwordchecker.check", Turns: []string{"ctx/cancelled/passwordchecker.check"},
			PasswordChecker: checking(func(ctx context.Context, w contract.PasswordCheckerWorld, c port.PasswordCandidate) (port.PasswordWeakness, error) {
				return w.Checker.Check(context.WithoutCancel(ctx), c)
			}),
		},
	}
}
