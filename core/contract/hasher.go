package contract

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// HasherWorld is a PasswordHasher under test and the levers beside it.
type HasherWorld struct {
	Hasher port.PasswordHasher
	// Weaker makes encodings that Hasher knows, with weaker parameters than Hasher's.
	Weaker port.PasswordHasher
	// Work returns how much work the calls of Hasher have cost since the world was opened,
	// in whatever unit is proportional to their time.
	Work func() int64
	// Fill takes all slots of Hasher and its queue until release is called. Hasher then
	// has to work as before.
	Fill func(t testing.TB) (release func())
}

// RunHasher runs HasherCases, each on what open returns.
func RunHasher(t *testing.T, open func(t testing.TB) HasherWorld, opts ...Option) {
	t.Helper()
	run(t, "hasher", HasherCases(), open, opts)
}

// HasherCases returns the rules of port.PasswordHasher.
func HasherCases() []Case[HasherWorld] {
	var cases []Case[HasherWorld]
	cases = append(cases, hasherHashCases()...)
	cases = append(cases, hasherVerifyCases()...)
	cases = append(cases, hasherCostCases()...)
	cases = append(cases, hasherBusyCases()...)
	return append(cases, hasherMethods().cancelled()...)
}

const (
	ruleCost      = "It never costs less than Hash would: a weaker encoding is topped up, and an empty one (no such account, or an account without a password) costs a whole hash and is never ok."
	ruleMalformed = "A malformed encoded costs as much, and is ErrInvalid, not false."
)

const samplePassword = "correct horse battery staple"

// wantVerdict ends the case unless Verify finds no error and answers ok.
func wantVerdict(t testing.TB, h port.PasswordHasher, encoded, password string, ok bool) {
	t.Helper()
	got, _, err := h.Verify(t.Context(), encoded, password)
	must(t, err)
	if got != ok {
		t.Fatalf("got ok %t, want %t", got, ok)
	}
}

func hasherHashCases() []Case[HasherWorld] {
	const rule = "Hash returns a self-describing encoding with a fresh salt."
	const ruleWhole = "The password is taken whole and unchanged: neither its end nor a NUL in it is lost."
	// tells wants that none of others fits what was made of password.
	tells := func(password string, others ...string) func(testing.TB, HasherWorld) {
		return func(t testing.TB, w HasherWorld) {
			encoded := value(w.Hasher.Hash(t.Context(), password))(t)
			wantVerdict(t, w.Hasher, encoded, password, true)
			for _, other := range others {
				wantVerdict(t, w.Hasher, encoded, other, false)
			}
		}
	}
	long := strings.Repeat("0123456789abcdef", 16)
	return []Case[HasherWorld]{
		{"hasher/salted", rule, func(t testing.TB, w HasherWorld) {
			first := value(w.Hasher.Hash(t.Context(), samplePassword))(t)
			if first == value(w.Hasher.Hash(t.Context(), samplePassword))(t) {
				t.Fatal("got the same encoding twice")
			}
		}},
		{"hasher/self-describing", rule, func(t testing.TB, w HasherWorld) {
			// Parameters come from the encoding, not from whoever verifies it.
			wantVerdict(t, w.Hasher, value(w.Weaker.Hash(t.Context(), samplePassword))(t), samplePassword, true)
			wantVerdict(t, w.Weaker, value(w.Hasher.Hash(t.Context(), samplePassword))(t), samplePassword, true)
		}},
		// bcrypt stops after 72 bytes.
		{"hasher/long-password", ruleWhole, tells(long+"a", long+"b", long, long+"aa", long[:72])},
		{"hasher/nul-in-password", ruleWhole, tells("a\x00b", "a\x00c", "a", "a\x00", "ab")},
		{"hasher/password-unchanged", ruleWhole, tells(" P\u00e4ss ", "P\u00e4ss", " p\u00e4ss ", " Pa\u0308ss ", " P\u00e4ss")},
		{"hasher/callers-do-not-mix", "Methods are safe for concurrent use.", func(t testing.TB, w HasherWorld) {
			mixed := errors.New("a password fits the encoding of another caller's, or not its own")
			got := race(t, racers, func(i int) error {
				password := strings.Repeat("p", i+8)
				encoded, err := w.Hasher.Hash(t.Context(), password)
				if err != nil {
					return err
				}
				ok, _, err := w.Hasher.Verify(t.Context(), encoded, password)
				if err == nil && !ok {
					return mixed
				}
				return err
			})
			for _, err := range got {
				if err != nil && !errors.Is(err, port.ErrBusy) {
					t.Fatalf("got error %v, want none", err)
				}
			}
		}},
	}
}

func hasherVerifyCases() []Case[HasherWorld] {
	const rule = "Verify reports whether password fits, and whether encoded uses weaker parameters than Hash does now."
	return []Case[HasherWorld]{
		{"hasher/right-password", rule, func(t testing.TB, w HasherWorld) {
			for _, password := range []string{"p", samplePassword, "\u043f\u0430\u0440\u043e\u043b\u044c"} {
				wantVerdict(t, w.Hasher, value(w.Hasher.Hash(t.Context(), password))(t), password, true)
			}
		}},
		{"hasher/wrong-password", rule, func(t testing.TB, w HasherWorld) {
			encoded := value(w.Hasher.Hash(t.Context(), samplePassword))(t)
			for _, wrong := range []string{"", "wrong", samplePassword + " ", encoded} {
				wantVerdict(t, w.Hasher, encoded, wrong, false)
			}
		}},
		{"hasher/wrong-password-of-weaker", rule, func(t testing.TB, w HasherWorld) {
			encoded := value(w.Weaker.Hash(t.Context(), samplePassword))(t)
			wantVerdict(t, w.Hasher, encoded, "wrong", false)
		}},
		{"hasher/rehash", rule, func(t testing.TB, w HasherWorld) {
			encoded := value(w.Weaker.Hash(t.Context(), samplePassword))(t)
			_, rehash, err := w.Hasher.Verify(t.Context(), encoded, samplePassword)
			must(t, err)
			if !rehash {
				t.Fatal("got no rehash for an encoding with weaker parameters")
			}
		}},
		{"hasher/rehash-not-of-current", rule, func(t testing.TB, w HasherWorld) {
			encoded := value(w.Hasher.Hash(t.Context(), samplePassword))(t)
			for _, h := range []port.PasswordHasher{w.Hasher, w.Weaker} {
				_, rehash, err := h.Verify(t.Context(), encoded, samplePassword)
				must(t, err)
				if rehash {
					t.Fatal("got a rehash for an encoding whose parameters are not weaker")
				}
			}
		}},
		{"hasher/empty-is-never-ok", ruleCost, func(t testing.TB, w HasherWorld) {
			for _, password := range []string{"", samplePassword} {
				wantVerdict(t, w.Hasher, "", password, false)
			}
		}},
		{"hasher/malformed-is-error", ruleMalformed, func(t testing.TB, w HasherWorld) {
			for _, malformed := range malformedEncodings(t, w) {
				ok, _, err := w.Hasher.Verify(t.Context(), malformed, samplePassword)
				if ok || !errors.Is(err, port.ErrInvalid) {
					t.Errorf("%q: got ok %t and error %v, want an error that matches %q", malformed, ok, err, port.ErrInvalid)
				}
			}
		}},
	}
}

// malformedEncodings returns texts that are no encodings, most of them nearly one.
func malformedEncodings(t testing.TB, w HasherWorld) []string {
	t.Helper()
	good := value(w.Hasher.Hash(t.Context(), samplePassword))(t)
	return []string{" ", "$", samplePassword, good[:len(good)/2], good + "!", " " + good, good + "\n", good + "\x00", good + good}
}

func hasherCostCases() []Case[HasherWorld] {
	// costs wants that verifying what encoded returns costs a whole hash at least.
	costs := func(password string, encoded func(t testing.TB, w HasherWorld) []string) func(testing.TB, HasherWorld) {
		return func(t testing.TB, w HasherWorld) {
			encodings := encoded(t, w)
			before := w.Work()
			must(t, errorOf(w.Hasher.Hash(t.Context(), samplePassword)))
			whole := w.Work() - before
			if whole <= 0 {
				t.Fatalf("got work %d for a hash, want more than 0", whole)
			}
			for _, e := range encodings {
				before := w.Work()
				_, _, _ = w.Hasher.Verify(t.Context(), e, password)
				if got := w.Work() - before; got < whole {
					t.Errorf("%q: got work %d, want at least that of a hash, %d", e, got, whole)
				}
			}
		}
	}
	of := func(h func(w HasherWorld) port.PasswordHasher) func(t testing.TB, w HasherWorld) []string {
		return func(t testing.TB, w HasherWorld) []string {
			t.Helper()
			return []string{value(h(w).Hash(t.Context(), samplePassword))(t)}
		}
	}
	current := of(func(w HasherWorld) port.PasswordHasher { return w.Hasher })
	weaker := of(func(w HasherWorld) port.PasswordHasher { return w.Weaker })
	return []Case[HasherWorld]{
		{"hasher/cost/right-password", ruleCost, costs(samplePassword, current)},
		{"hasher/cost/wrong-password", ruleCost, costs("wrong", current)},
		{"hasher/cost/weaker", ruleCost, costs(samplePassword, weaker)},
		{"hasher/cost/weaker-and-wrong", ruleCost, costs("wrong", weaker)},
		{"hasher/cost/empty", ruleCost, costs(samplePassword, func(testing.TB, HasherWorld) []string { return []string{""} })},
		{"hasher/cost/malformed", ruleMalformed, costs(samplePassword, malformedEncodings)},
	}
}

func hasherBusyCases() []Case[HasherWorld] {
	const rule = "Both return ErrBusy, at once and without work, when too many calls wait already."
	// busy wants ErrBusy of call while the world is full, and none afterwards.
	busy := func(call func(ctx context.Context, w HasherWorld) error) func(testing.TB, HasherWorld) {
		return func(t testing.TB, w HasherWorld) {
			release := w.Fill(t)
			before := w.Work()
			var err error
			done := make(chan struct{})
			go func() {
				defer close(done)
				err = call(t.Context(), w)
			}()
			func() {
				defer release()
				await(t, done, "a call of a hasher that is full")
				wantError(t, err, port.ErrBusy)
				wantEqual(t, w.Work()-before, 0)
			}()
			must(t, call(t.Context(), w))
		}
	}
	return []Case[HasherWorld]{
		{"hasher/busy/hash", rule, busy(func(ctx context.Context, w HasherWorld) error {
			return errorOf(w.Hasher.Hash(ctx, samplePassword))
		})},
		{"hasher/busy/verify", rule, busy(func(ctx context.Context, w HasherWorld) error {
			_, _, err := w.Hasher.Verify(ctx, "", samplePassword)
			return err
		})},
	}
}

func hasherMethods() methods[HasherWorld] {
	return methods[HasherWorld]{
		port: "hasher",
		seed: func(testing.TB, HasherWorld) {},
		untouched: func(t testing.TB, w HasherWorld) {
			t.Helper()
			wantEqual(t, w.Work(), 0)
		},
		list: []method[HasherWorld]{
			{"Hash", func(ctx context.Context, w HasherWorld) error {
				return errorOf(w.Hasher.Hash(ctx, samplePassword))
			}},
			{"Verify", func(ctx context.Context, w HasherWorld) error {
				_, _, err := w.Hasher.Verify(ctx, "", samplePassword)
				return err
			}},
		},
	}
}
