package contract

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunSigningKeys runs SigningKeysCases, each on what open returns: an empty
// port.SigningKeys that t.Cleanup closes.
func RunSigningKeys(t *testing.T, open func(t testing.TB) port.SigningKeys, opts ...Option) {
	t.Helper()
	run(t, "signing", SigningKeysCases(), open, opts)
}

// SigningKeysCases returns the rules of port.SigningKeys.
func SigningKeysCases() []Case[port.SigningKeys] {
	var cases []Case[port.SigningKeys]
	cases = append(cases, signingKeysCreateCases()...)
	cases = append(cases, signingKeysOtherCases()...)
	cases = append(cases, signingKeysKeyed().cases()...)
	return append(cases, signingKeysMethods().cancelled()...)
}

func createSigningKeys(t testing.TB, keys port.SigningKeys, list ...domain.SigningKey) {
	t.Helper()
	for _, k := range list {
		must(t, keys.Create(t.Context(), k))
	}
}

func wantSigningKeys(t testing.TB, keys port.SigningKeys, want ...domain.SigningKey) {
	t.Helper()
	wantEqual(t, value(keys.List(t.Context()))(t), want)
}

func signingKeysCreateCases() []Case[port.SigningKeys] {
	const rule = "Create stores k, or returns ErrConflict when its ID, or the Number of its Algorithm, is taken, and then stores nothing."
	const ruleOne = "Of many concurrent calls with one Number, exactly one succeeds, so that instances that start together have one key."
	return []Case[port.SigningKeys]{
		{"signing/create/id-taken-is-conflict", rule, func(t testing.TB, keys port.SigningKeys) {
			createSigningKeys(t, keys, sampleSigningKey("first", 2))
			wantError(t, keys.Create(t.Context(), sampleSigningKey("first", 3)), port.ErrConflict)
		}},
		{"signing/create/number-taken-is-conflict", rule, func(t testing.TB, keys port.SigningKeys) {
			createSigningKeys(t, keys, sampleSigningKey("first", 1))
			wantError(t, keys.Create(t.Context(), sampleSigningKey("other", 1)), port.ErrConflict)
		}},
		{"signing/create/algorithms-count-by-themselves", rule, func(t testing.TB, keys port.SigningKeys) {
			other := sampleSigningKey("other", 1)
			other.Algorithm = "ES256"
			createSigningKeys(t, keys, sampleSigningKey("first", 1), other)
			wantSigningKeys(t, keys, other, sampleSigningKey("first", 1))
		}},
		{"signing/create/conflict-stores-nothing", rule, func(t testing.TB, keys port.SigningKeys) {
			createSigningKeys(t, keys, sampleSigningKey("first", 2))
			for _, taken := range []domain.SigningKey{sampleSigningKey("first", 3), sampleSigningKey("other", 2)} {
				taken.Sealed = "another key pair"
				if keys.Create(t.Context(), taken) == nil {
					t.Fatal("got no error for a key whose place is taken")
				}
			}
			wantSigningKeys(t, keys, sampleSigningKey("first", 2))
		}},
		{"signing/create/one-winner", ruleOne, func(t testing.TB, keys port.SigningKeys) {
			race(t, racers, func(i int) error {
				return keys.Create(t.Context(), sampleSigningKey(fmt.Sprint("key", i), 2))
			}).want(t, 1, nil)
		}},
	}
}

func signingKeysOtherCases() []Case[port.SigningKeys] {
	const ruleDelete = "Delete removes the key, or returns ErrNotFound."
	const ruleTimes = "Times keep microseconds and come back in UTC; the caller passes no finer ones."
	return []Case[port.SigningKeys]{
		{"signing/list/order", "List returns all keys, ordered by Algorithm byte by byte, and then by Number.", func(t testing.TB, keys port.SigningKeys) {
			of := func(algorithm string, number int64) domain.SigningKey {
				k := sampleSigningKey(fmt.Sprint(algorithm, number), number)
				k.Algorithm = algorithm
				return k
			}
			createSigningKeys(t, keys, of("b", 10), of("b", 9), of("B", 2), of("a", 11))
			wantSigningKeys(t, keys, of("B", 2), of("a", 11), of("b", 9), of("b", 10))
		}},
		{"signing/delete/removes", ruleDelete, func(t testing.TB, keys port.SigningKeys) {
			createSigningKeys(t, keys, sampleSigningKey("first", 2), sampleSigningKey("second", 3))
			must(t, keys.Delete(t.Context(), "id-of-first"))
			wantSigningKeys(t, keys, sampleSigningKey("second", 3))
			createSigningKeys(t, keys, sampleSigningKey("first", 2)) // its place is free
		}},
		{"signing/delete/missing-is-not-found", ruleDelete, func(t testing.TB, keys port.SigningKeys) {
			createSigningKeys(t, keys, sampleSigningKey("second", 2))
			wantError(t, keys.Delete(t.Context(), "ID-of-second"), port.ErrNotFound)
			must(t, keys.Delete(t.Context(), "id-of-second"))
			wantError(t, keys.Delete(t.Context(), "id-of-second"), port.ErrNotFound)
		}},
		{"signing/values/come-back-equal", "Stored values come back equal.", func(t testing.TB, keys port.SigningKeys) {
			least := domain.SigningKey{ID: "least", Number: 1, CreatedAt: at(0), SignsFrom: at(time.Hour)}
			long := sampleSigningKey("long", 1<<62)
			long.Sealed = " it's \\ \U0001F511 " + strings.Repeat("x", 1<<16)
			createSigningKeys(t, keys, least, long)
			wantSigningKeys(t, keys, least, long)
		}},
		{"signing/times/microseconds", ruleTimes, func(t testing.TB, keys port.SigningKeys) {
			k := sampleSigningKey("first", 2)
			k.CreatedAt, k.SignsFrom = at(time.Microsecond), at(2*time.Microsecond)
			createSigningKeys(t, keys, k)
			wantSigningKeys(t, keys, k)
		}},
		{"signing/times/utc", ruleTimes, func(t testing.TB, keys port.SigningKeys) {
			k := sampleSigningKey("first", 2)
			k.CreatedAt, k.SignsFrom = elsewhere(k.CreatedAt), elsewhere(k.SignsFrom)
			createSigningKeys(t, keys, k)
			for _, got := range value(keys.List(t.Context()))(t) {
				wantUTC(t, got.CreatedAt, got.SignsFrom)
			}
		}},
	}
}

func signingKeysKeyed() keyed[port.SigningKeys] {
	type call = func(ctx context.Context, keys port.SigningKeys, s string) error
	create := func(change func(k *domain.SigningKey, s string)) call {
		return func(ctx context.Context, keys port.SigningKeys, s string) error {
			k := sampleSigningKey("any", 2)
			change(&k, s)
			return keys.Create(ctx, k)
		}
	}
	return keyed[port.SigningKeys]{
		port: "signing",
		put: func(ctx context.Context, keys port.SigningKeys, key string) error {
			// An algorithm of its own, so that only the IDs can meet.
			return keys.Create(ctx, domain.SigningKey{ID: key, Algorithm: fmt.Sprintf("%.64x", key), Number: 2, CreatedAt: at(0), SignsFrom: at(0)})
		},
		has: func(ctx context.Context, keys port.SigningKeys, key string) (bool, error) {
			list, err := keys.List(ctx)
			for _, k := range list {
				if k.ID == key {
					return true, err
				}
			}
			return false, err
		},
		keys: []call{
			create(func(k *domain.SigningKey, s string) { k.ID = s }),
			create(func(k *domain.SigningKey, s string) { k.Algorithm = s }),
			func(ctx context.Context, keys port.SigningKeys, key string) error { return keys.Delete(ctx, key) },
		},
		texts: []call{create(func(k *domain.SigningKey, s string) { k.Sealed = s })},
	}
}

func signingKeysMethods() methods[port.SigningKeys] {
	kept := sampleSigningKey("kept", 2)
	return methods[port.SigningKeys]{
		port: "signing",
		seed: func(t testing.TB, keys port.SigningKeys) { createSigningKeys(t, keys, kept) },
		untouched: func(t testing.TB, keys port.SigningKeys) {
			t.Helper()
			wantSigningKeys(t, keys, kept)
		},
		list: []method[port.SigningKeys]{
			{"Create", func(ctx context.Context, keys port.SigningKeys) error {
				return keys.Create(ctx, sampleSigningKey("fresh", 3))
			}},
			{"List", func(ctx context.Context, keys port.SigningKeys) error { return errorOf(keys.List(ctx)) }},
			{"Delete", func(ctx context.Context, keys port.SigningKeys) error { return keys.Delete(ctx, kept.ID) }},
		},
	}
}
