package auth

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func testKeys(t testing.TB, dataKeys ...string) Keys {
	t.Helper()
	var previous [][]byte
	for _, k := range dataKeys[1:] {
		previous = append(previous, []byte(k))
	}
	keys, err := NewKeys([]byte(dataKeys[0]), previous...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

var ( // Not secrets: each is one letter many times over.
	keyA = strings.Repeat("A", MinDataKeyBytes)
	keyB = strings.Repeat("B", MinDataKeyBytes)
	keyC = strings.Repeat("C", MinDataKeyBytes)
)

// descend follows the secret under one key after the other, given by its index in k.
func descend(k Keys, id domain.SessionID, secret string, keys ...int) string {
	for _, key := range keys {
		secret = k.successor(key, id, secret)
	}
	return secret
}

func TestNewKeys(t *testing.T) {
	t.Run("refuses a short key, wherever it stands", func(t *testing.T) {
		short, long := []byte(strings.Repeat("s", MinDataKeyBytes-1)), []byte(keyA)
		for name, call := range map[string]func() (Keys, error){
			"none":     func() (Keys, error) { return NewKeys(nil) },
			"current":  func() (Keys, error) { return NewKeys(short, long) },
			"previous": func() (Keys, error) { return NewKeys(long, long, short) },
		} {
			keys, err := call()
			if err == nil || keys.refresh != nil || keys.session != nil || keys.device != nil {
				t.Errorf("%s: got %v and %d keys, want an error and none", name, err, len(keys.refresh))
			}
			if err != nil && strings.Contains(err.Error(), "sss") {
				t.Errorf("%s: the error shows the key: %v", name, err)
			}
		}
	})
	t.Run("one data key gives different keys for different purposes", func(t *testing.T) {
		keys := testKeys(t, keyA, keyB)
		if len(keys.refresh) != 2 || len(keys.session) != 2 || len(keys.device) != 2 {
			t.Fatalf("got %d, %d and %d keys, want 2 each", len(keys.refresh), len(keys.session), len(keys.device))
		}
		seen := map[string]bool{keyA: true, keyB: true}
		for _, key := range slices.Concat(keys.refresh, keys.session, keys.device) {
			if len(key) != 32 || seen[string(key)] {
				t.Errorf("got a key of %d bytes, seen before: %t", len(key), seen[string(key)])
			}
			seen[string(key)] = true
		}
	})
}

func TestSuccessor(t *testing.T) {
	keys := testKeys(t, keyA, keyB)
	secret := strings.Repeat("s", secretLength)
	base := keys.successor(0, "session", secret)

	t.Run("is a secret, and the same each time", func(t *testing.T) {
		if _, ok := parseRefreshToken(strings.Repeat("x", selectorLength) + base); !ok {
			t.Errorf("got a successor of %d characters that no refresh token can have", len(base))
		}
		if again := testKeys(t, keyA).successor(0, "session", secret); again != base {
			t.Error("got another successor of the same secret")
		}
	})
	t.Run("differs by session, secret and key", func(t *testing.T) {
		for name, other := range map[string]string{
			"session": keys.successor(0, "sessiom", secret),
			"secret":  keys.successor(0, "session", secret[1:]+"t"),
			"key":     keys.successor(1, "session", secret),
			"border":  keys.successor(0, "sessions", secret[1:]),
			"itself":  secret,
		} {
			if other == base {
				t.Errorf("another %s gave the same successor", name)
			}
		}
	})
	t.Run("of a generation differs by session, generation, key and purpose", func(t *testing.T) {
		seen := map[domain.SecretHash]bool{}
		for _, s := range []domain.SecretHash{
			keys.generationSecret(0, "session", 0), keys.generationSecret(0, "session", 1), keys.generationSecret(0, "session", -1),
			keys.generationSecret(1, "session", 0), keys.generationSecret(0, "sessiom", 0),
		} {
			if seen[s] {
				t.Error("two generations have one secret")
			}
			seen[s] = true
		}
	})
}

func TestLineage(t *testing.T) {
	const id domain.SessionID = "session"
	first := strings.Repeat("s", secretLength)

	t.Run("finds 1 to 16 steps, and not 17", func(t *testing.T) {
		keys := testKeys(t, keyA)
		secret := first
		for want := 1; want <= successorSteps+1; want++ {
			secret = keys.successor(0, id, secret)
			steps, current := keys.lineage(id, first, domain.HashSecret(secret))
			if want > successorSteps {
				if steps != 0 || current != "" {
					t.Errorf("got %d steps, want none to be found beyond %d", steps, successorSteps)
				}
				continue
			}
			if steps != want || current != secret {
				t.Errorf("got %d steps, and the right secret: %t; want %d", steps, current == secret, want)
			}
		}
	})
	t.Run("a secret is no descendant of itself, of its descendants, of strangers or of another session", func(t *testing.T) {
		keys := testKeys(t, keyA)
		second := keys.successor(0, id, first)
		for name, c := range map[string]struct {
			id        domain.SessionID
			presented string
			stored    string
		}{
			"itself":     {id, first, first},
			"descendant": {id, second, first},
			"stranger":   {id, strings.Repeat("t", secretLength), second},
			"session":    {"other", first, second},
		} {
			if steps, current := keys.lineage(c.id, c.presented, domain.HashSecret(c.stored)); steps != 0 || current != "" {
				t.Errorf("%s: got %d steps, want none", name, steps)
			}
		}
	})
	t.Run("sees through changes of the data key", func(t *testing.T) {
		keys := testKeys(t, keyC, keyB, keyA) // A was first, C is in use
		for _, chain := range [][]int{{2}, {1}, {0}, {2, 1}, {2, 0}, {1, 0}, {2, 1, 0}, {2, 2, 2, 1, 1, 0, 0, 0}} {
			current := descend(keys, id, first, chain...)
			steps, found := keys.lineage(id, first, domain.HashSecret(current))
			if steps != len(chain) || found != current {
				t.Errorf("chain %v: got %d steps, and the right secret: %t", chain, steps, found == current)
			}
		}
	})
	t.Run("no chain goes back to an older data key", func(t *testing.T) {
		keys := testKeys(t, keyB, keyA)
		if steps, _ := keys.lineage(id, first, domain.HashSecret(descend(keys, id, first, 0, 1))); steps != 0 {
			t.Errorf("got %d steps, want none", steps)
		}
	})
	t.Run("a key that was not kept is not known", func(t *testing.T) {
		current := testKeys(t, keyA).successor(0, id, first)
		if steps, _ := testKeys(t, keyB, keyC).lineage(id, first, domain.HashSecret(current)); steps != 0 {
			t.Errorf("got %d steps, want none", steps)
		}
	})
}
