package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// tokenTTL is the longest life of a token in these tests.
const tokenTTL = 24 * time.Hour

// rings is a store with instances on it.
type rings struct {
	store  *refstore.Store
	clock  *fakes.Clock
	calls  *intercept.Recorder
	faults *intercept.Switch
}

func newRings() rings {
	return rings{
		refstore.New(), fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)),
		&intercept.Recorder{}, &intercept.Switch{},
	}
}

// ring returns another instance, with EdDSA and the data keys.
func (r rings) ring(t testing.TB, dataKeys ...string) *auth.Keyring {
	t.Helper()
	return r.ringOf(t, auth.AlgorithmEdDSA, dataKeys...)
}

func (r rings) ringOf(t testing.TB, algorithm string, dataKeys ...string) *auth.Keyring {
	t.Helper()
	if len(dataKeys) == 0 {
		dataKeys = []string{dataKey}
	}
	var keys [][]byte
	for _, key := range dataKeys {
		keys = append(keys, []byte(key))
	}
	sealer, err := auth.NewSealer("signing key", keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	store := intercept.Store(r.store, intercept.Hooks{Before: intercept.Chain(r.calls.Hook, r.faults.Hook)})
	settings := auth.KeyringSettings{Algorithm: algorithm, TokenTTL: tokenTTL}
	return auth.NewKeyring(store.SigningKeys(), store.Events(), sealer, r.clock, settings, slog.New(slog.DiscardHandler))
}

// started returns an instance that has started.
func (r rings) started(t testing.TB) *auth.Keyring {
	t.Helper()
	ring := r.ring(t)
	ensure(t, ring)
	return ring
}

func ensure(t testing.TB, ring *auth.Keyring) {
	t.Helper()
	if err := ring.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func signingID(t testing.TB, ring *auth.Keyring) string {
	t.Helper()
	id, key, err := ring.SigningKey(t.Context())
	if err != nil || key == nil {
		t.Fatalf("got key %v, error %v", key, err)
	}
	return id
}

func rotate(t testing.TB, ring *auth.Keyring) string {
	t.Helper()
	key, err := ring.Rotate(t.Context(), auth.RotateKey{})
	if err != nil {
		t.Fatal(err)
	}
	return key.ID
}

func retire(t testing.TB, ring *auth.Keyring, in auth.RetireKeys) []auth.KeyStatus {
	t.Helper()
	retired, err := ring.Retire(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return retired
}

// verifies reports whether the instance takes tokens of the key.
func verifies(t testing.TB, ring *auth.Keyring, id string) bool {
	t.Helper()
	_, err := ring.PublicKey(t.Context(), id)
	if err != nil && !errors.Is(err, port.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// published returns the IDs of the key set.
func published(t testing.TB, ring *auth.Keyring) []string {
	t.Helper()
	text, err := ring.KeySet(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Keys []struct{ Kid string } }
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, key := range document.Keys {
		ids = append(ids, key.Kid)
	}
	return ids
}

func wantIDs(t testing.TB, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got keys %q, want %q", got, want)
	}
}

func states(t testing.TB, ring *auth.Keyring) string {
	t.Helper()
	list, err := ring.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, key := range list {
		all = append(all, string(key.State))
	}
	return strings.Join(all, " ")
}

func wantStates(t testing.TB, ring *auth.Keyring, want string) {
	t.Helper()
	if got := states(t, ring); got != want {
		t.Errorf("got states %q, want %q", got, want)
	}
}

func TestFirstSigningKey(t *testing.T) {
	t.Run("is made once by many instances", func(t *testing.T) {
		r := newRings()
		var starts sync.WaitGroup
		instances := make([]*auth.Keyring, 16)
		for i := range instances {
			instances[i] = r.ring(t)
			starts.Go(func() {
				if err := instances[i].Ensure(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		starts.Wait()
		first := signingID(t, instances[0])
		for _, instance := range instances {
			if got := signingID(t, instance); got != first {
				t.Errorf("got signing key %s, want %s", got, first)
			}
		}
		wantStates(t, instances[0], "signing")
	})
	t.Run("is of the algorithm", func(t *testing.T) {
		for algorithm, isOf := range map[string]func(any) bool{
			auth.AlgorithmEdDSA: func(key any) bool { _, ok := key.(ed25519.PrivateKey); return ok },
			auth.AlgorithmES256: func(key any) bool { _, ok := key.(*ecdsa.PrivateKey); return ok },
		} {
			ring := newRings().ringOf(t, algorithm)
			ensure(t, ring)
			if _, key, err := ring.SigningKey(t.Context()); err != nil || !isOf(key) {
				t.Errorf("%s: got a %T, error %v", algorithm, key, err)
			}
		}
	})
	t.Run("is made by no instance with HS256", func(t *testing.T) {
		r := newRings()
		ring := r.ringOf(t, auth.AlgorithmHS256)
		ensure(t, ring)
		if got, err := ring.KeySet(t.Context()); err != nil || string(got) != `{"keys":[]}` {
			t.Errorf("got %s, error %v", got, err)
		}
		if got := r.calls.Calls(); len(got) > 0 {
			t.Errorf("got calls %q, want none", got)
		}
	})
	t.Run("is another for another algorithm, which forgets the first", func(t *testing.T) {
		r := newRings()
		first := signingID(t, r.started(t))
		other := r.ringOf(t, auth.AlgorithmES256)
		ensure(t, other)
		if verifies(t, other, first) {
			t.Error("a token of the other algorithm is verified")
		}
		wantIDs(t, published(t, other), signingID(t, other))
		wantStates(t, other, "signing unused")
	})
}

// TestRotation: nobody is logged out by a rotation, on any instance, at any time. Red when
// rotate makes a key that signs at once, and when find takes the latest key alone.
func TestRotation(t *testing.T) {
	r := newRings()
	here, there := r.started(t), r.started(t)
	first := signingID(t, here)
	next := rotate(t, r.ring(t)) // by the operator's process
	wantIDs(t, published(t, r.started(t)), first, next)

	for begun := r.clock.Now(); r.clock.Now().Before(begun.Add(auth.PublicationTime + tokenTTL)); r.clock.Advance(20 * time.Second) {
		for _, pair := range [][2]*auth.Keyring{{here, there}, {there, here}} {
			id := signingID(t, pair[0])
			if !verifies(t, pair[1], id) {
				t.Fatalf("after %s a token of one instance is refused by the other", r.clock.Now().Sub(begun))
			}
		}
		if !verifies(t, here, first) {
			t.Fatalf("after %s a token of the first key is refused", r.clock.Now().Sub(begun))
		}
		want := next
		if r.clock.Now().Before(begun.Add(auth.PublicationTime)) {
			want = first
		}
		if got := signingID(t, here); got != want {
			t.Fatalf("after %s the key %s signs, want %s", r.clock.Now().Sub(begun), got, want)
		}
	}
	r.clock.Advance(auth.PublicationTime + time.Minute)
	if verifies(t, here, first) {
		t.Error("the first key verifies after its last token is over")
	}
	wantIDs(t, published(t, here), next)
	wantStates(t, here, "over signing")
}

func TestRotate(t *testing.T) {
	t.Run("publishes for longer than anybody may keep the old set", func(t *testing.T) {
		if slack := auth.PublicationTime - auth.KeySetMaxAge - time.Minute; slack < time.Minute {
			t.Errorf("got %s left, want a minute at least", slack)
		}
	})
	t.Run("is refused while the next key waits, unless it brings that forward", func(t *testing.T) {
		r := newRings()
		ring := r.started(t)
		next := rotate(t, ring)
		if _, err := ring.Rotate(t.Context(), auth.RotateKey{}); err == nil || !strings.Contains(err.Error(), next) || !strings.Contains(err.Error(), "--now") {
			t.Errorf("got %v, want a refusal that names %s and --now", err, next)
		}
		published := r.clock.Now()
		r.clock.Advance(time.Minute)
		for _, in := range []auth.RotateKey{{Now: true, DryRun: true}, {Now: true}} {
			key, err := ring.Rotate(t.Context(), in)
			if err != nil || key.ID != next || key.State != auth.KeyNext || r.clock.Now().Add(10*time.Second).Sub(key.SignsFrom) >= time.Microsecond {
				t.Fatalf("got %+v and %v, want that %s signs in ten seconds", key, err, next)
			}
			if !key.CreatedAt.Equal(published.Truncate(time.Microsecond)) {
				t.Errorf("got %s, want that it was published when it was", key.CreatedAt)
			}
		}
		wantStates(t, ring, "signing next")
		if _, err := ring.Rotate(t.Context(), auth.RotateKey{Now: true}); err == nil {
			t.Error("a hurried rotation was hurried again")
		}
		r.clock.Advance(10 * time.Second)
		if got := signingID(t, ring); got != next {
			t.Errorf("got signing key %s, want %s", got, next)
		}
		wantStates(t, ring, "old signing")
	})
	t.Run("by two instances at once makes one key", func(t *testing.T) {
		r := newRings()
		ring := r.started(t)
		instances := []*auth.Keyring{ring, r.started(t)}
		var calls sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			calls.Go(func() { _, errs[i] = instances[i%2].Rotate(context.Background(), auth.RotateKey{}) })
		}
		calls.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			}
		}
		if made != 1 {
			t.Errorf("got %d keys, want 1; errors %v", made, errs)
		}
		wantStates(t, ring, "signing next")
	})
	t.Run("as a dry run makes nothing", func(t *testing.T) {
		r := newRings()
		ring := r.started(t)
		key, err := ring.Rotate(t.Context(), auth.RotateKey{DryRun: true})
		if err != nil || key.State != auth.KeyNext || !key.SignsFrom.Equal(r.clock.Now().Add(auth.PublicationTime).Truncate(time.Microsecond)) {
			t.Errorf("got %+v, error %v", key, err)
		}
		wantStates(t, ring, "signing")
	})
	t.Run("at once signs on every instance in ten seconds, whenever that looked", func(t *testing.T) {
		for looked := time.Duration(0); looked < 12*time.Second; looked += time.Second {
			r := newRings()
			here, there := r.started(t), r.started(t)
			r.clock.Advance(looked)
			key, err := r.ring(t).Rotate(t.Context(), auth.RotateKey{Now: true}) // by the operator's process
			if err != nil {
				t.Fatal(err)
			}
			r.clock.Advance(10*time.Second - time.Microsecond)
			before := signingID(t, here)
			r.clock.Advance(time.Microsecond)
			for _, instance := range []*auth.Keyring{here, there} {
				if got := signingID(t, instance); got != key.ID || got == before {
					t.Errorf("copies of %s: got signing key %s, want %s from the tenth second on", looked, got, key.ID)
				}
			}
			if !verifies(t, there, key.ID) {
				t.Error("the other instance refuses the new key")
			}
		}
	})
	t.Run("at once lets nobody sign with a copy from before while another reads", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRings()
			ring := r.started(t)
			key, err := r.ring(t).Rotate(t.Context(), auth.RotateKey{Now: true})
			if err != nil {
				t.Fatal(err)
			}
			r.clock.Advance(10 * time.Second)
			goOn := make(chan struct{})
			r.faults.Set(func(_ context.Context, method string) error {
				if method == "SigningKeys.List" {
					<-goOn
				}
				return nil
			})
			var callers sync.WaitGroup
			for range 3 {
				callers.Go(func() {
					if got, _, err := ring.SigningKey(t.Context()); err != nil || got != key.ID {
						t.Errorf("got signing key %s and %v, want %s", got, err, key.ID)
					}
				})
				synctest.Wait()
			}
			close(goOn)
			callers.Wait()
		})
	})
	t.Run("tells whose acknowledgement was lost that it is done", func(t *testing.T) {
		r := newRings()
		ring := r.started(t)
		store := lostAnswers{r.store.SigningKeys()}
		sealer, err := auth.NewSealer("signing key", []byte(dataKey))
		if err != nil {
			t.Fatal(err)
		}
		lossy := auth.NewKeyring(store, r.store.Events(), sealer, r.clock, auth.KeyringSettings{Algorithm: auth.AlgorithmEdDSA, TokenTTL: tokenTTL}, slog.New(slog.DiscardHandler))
		if _, err := lossy.Rotate(t.Context(), auth.RotateKey{}); err != nil {
			t.Errorf("got %v, want none: the key is there", err)
		}
		wantStates(t, ring, "signing next")
	})
	t.Run("needs a first key and an algorithm with keys", func(t *testing.T) {
		r := newRings()
		for _, algorithm := range []string{auth.AlgorithmHS256, auth.AlgorithmES256} {
			if _, err := r.ringOf(t, algorithm).Rotate(t.Context(), auth.RotateKey{}); err == nil {
				t.Errorf("%s: got no error", algorithm)
			}
		}
	})
}

// lostAnswers creates keys and says that it could not find out.
type lostAnswers struct{ port.SigningKeys }

func (l lostAnswers) Create(ctx context.Context, k domain.SigningKey) error {
	return errors.Join(l.SigningKeys.Create(ctx, k), errors.New("the connection is lost"))
}

func TestRetire(t *testing.T) {
	rotated := func(t *testing.T) (r rings, ring *auth.Keyring, first, second string) {
		t.Helper()
		r = newRings()
		ring = r.started(t)
		first, second = signingID(t, ring), rotate(t, ring)
		r.clock.Advance(auth.PublicationTime)
		return r, ring, first, second
	}
	t.Run("removes what is over and nothing else", func(t *testing.T) {
		r, ring, first, second := rotated(t)
		if got := retire(t, ring, auth.RetireKeys{}); len(got) > 0 {
			t.Errorf("got %+v removed, want nothing", got)
		}
		r.clock.Advance(tokenTTL + auth.PublicationTime - time.Microsecond)
		wantStates(t, ring, "old signing")
		r.clock.Advance(time.Microsecond)
		if got := retire(t, ring, auth.RetireKeys{DryRun: true}); len(got) != 1 || got[0].ID != first {
			t.Errorf("got %+v, want the first key", got)
		}
		wantStates(t, ring, "over signing")
		retire(t, ring, auth.RetireKeys{})
		wantStates(t, ring, "signing")
		if got := signingID(t, r.started(t)); got != second {
			t.Errorf("got signing key %s, want %s", got, second)
		}
	})
	t.Run("refuses what would log somebody out", func(t *testing.T) {
		r, ring, first, second := rotated(t)
		for name, in := range map[string]auth.RetireKeys{
			"the signing key":          {ID: second},
			"the signing key, at once": {ID: second, Now: true},
			"an old key":               {ID: first},
			"no key":                   {Now: true},
			"a key that is not there":  {ID: "nothing", Now: true},
		} {
			if got, err := ring.Retire(t.Context(), in); err == nil {
				t.Errorf("%s: got %+v", name, got)
			}
		}
		wantStates(t, r.started(t), "old signing")
	})
	t.Run("at once ends the tokens of a key that leaked within five seconds", func(t *testing.T) {
		r, ring, first, _ := rotated(t)
		other := r.started(t)
		retire(t, ring, auth.RetireKeys{ID: first, Now: true})
		r.clock.Advance(5 * time.Second)
		if verifies(t, other, first) {
			t.Error("the key verifies still")
		}
	})
	t.Run("leaves the keys of another algorithm unless one is named", func(t *testing.T) {
		r := newRings()
		first := signingID(t, r.started(t))
		other := r.ringOf(t, auth.AlgorithmES256)
		ensure(t, other)
		r.clock.Advance(1000 * time.Hour)
		retire(t, other, auth.RetireKeys{})
		if _, err := other.Retire(t.Context(), auth.RetireKeys{ID: first}); err == nil {
			t.Error("got no error without Now")
		}
		wantStates(t, other, "signing unused")
		retire(t, other, auth.RetireKeys{ID: first, GiveUp: true})
		wantStates(t, other, "signing")
	})
	t.Run("from a shell without the settings of the service leaves it the key that signs", func(t *testing.T) {
		for _, algorithm := range []string{auth.AlgorithmHS256, auth.AlgorithmES256} {
			r, _, first, second := rotated(t)
			shell := r.ringOf(t, algorithm)
			_, err := shell.Retire(t.Context(), auth.RetireKeys{ID: second, Now: true})
			if err == nil || !strings.Contains(err.Error(), "settings") || !strings.Contains(err.Error(), "--give-up") {
				t.Errorf("got %v, want a refusal that names the settings and --give-up", err)
			}
			retire(t, shell, auth.RetireKeys{ID: first, Now: true})
			wantStates(t, shell, "unused")
		}
	})
	t.Run("of the last key makes a running service make another", func(t *testing.T) {
		r := newRings()
		here, there := r.started(t), r.started(t)
		first := signingID(t, here)
		retire(t, r.ring(t), auth.RetireKeys{ID: first, GiveUp: true})
		r.clock.Advance(5 * time.Second)
		second := signingID(t, here)
		if second == first || signingID(t, there) != second || !verifies(t, there, second) || verifies(t, here, first) {
			t.Errorf("got signing keys %s and %s, want one other than %s", second, signingID(t, there), first)
		}
	})
}

// Red when Rotate, Retire or Ensure does not record.
func TestWhatIsDoneToSigningKeysIsRecorded(t *testing.T) {
	r := newRings()
	kinds := func() (kinds []string) {
		t.Helper()
		events, err := r.store.Events().List(t.Context(), "", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			kinds = append(kinds, e.Kind)
			if e.Outcome != domain.OutcomeSuccess || e.Actor != "" || e.Subject != "" || e.At.After(r.clock.Now()) {
				t.Errorf("got %+v, want a success of nobody who is logged in", e)
			}
		}
		return kinds
	}
	want := func(what string, want ...string) {
		t.Helper()
		if got := kinds(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	const made, retired = domain.EventKeyMade, domain.EventKeyRetired
	ring := r.started(t)
	r.started(t) // which finds one
	want("first starts", made)

	r.clock.Advance(time.Second)
	if _, err := ring.Rotate(t.Context(), auth.RotateKey{DryRun: true}); err != nil {
		t.Fatal(err)
	}
	want("a dry run", made)
	rotate(t, ring)
	if _, err := ring.Rotate(t.Context(), auth.RotateKey{}); err == nil {
		t.Error("got a second rotation")
	}
	want("a rotation and one that is refused", made, made)

	r.clock.Advance(tokenTTL + 2*auth.PublicationTime)
	retire(t, ring, auth.RetireKeys{DryRun: true})
	want("a dry run of a retirement", made, made)
	retire(t, ring, auth.RetireKeys{})
	want("a retirement", made, made, retired)

	r.faults.Set(intercept.FailMethod("Events.Record", errBroken))
	rotate(t, ring)
	wantStates(t, ring, "signing next") // whatever becomes of the trail
}

func TestKeyringAsksTheStoreInBounds(t *testing.T) {
	reads := func(r rings) int {
		n := 0
		for _, call := range r.calls.Calls() {
			if call == "SigningKeys.List" {
				n++
			}
		}
		return n
	}
	t.Run("every five seconds while they sign", func(t *testing.T) {
		r := newRings()
		ring := r.started(t)
		before := reads(r)
		for range 600 {
			signingID(t, ring)
			r.clock.Advance(time.Second)
		}
		if got := reads(r) - before; got < 119 || got > 120 {
			t.Errorf("got %d reads in 10 minutes, want 119 or 120", got)
		}
	})
	t.Run("every five seconds under a flood of unknown kids", func(t *testing.T) {
		r := newRings()
		ring := r.started(t)
		before := reads(r)
		for i := range 600 {
			if verifies(t, ring, fmt.Sprintf("%043d", i)) {
				t.Fatal("an unknown key is known")
			}
			r.clock.Advance(100 * time.Millisecond)
		}
		if got := reads(r) - before; got < 11 || got > 12 {
			t.Errorf("got %d reads in a minute, want 12 at most", got)
		}
	})
	t.Run("and needs no store to know what cannot be a kid of ours", func(t *testing.T) {
		r := newRings()
		ring := r.started(t)
		r.faults.Set(intercept.FailMethod("SigningKeys.List", errors.New("the store is down")))
		r.clock.Advance(30 * time.Second)
		for _, kid := range []string{"", "x", strings.Repeat("A", 44), strings.Repeat("A", 42) + "/", "../../../../dev/null", strings.Repeat("é", 21) + "A"} {
			if verifies(t, ring, kid) {
				t.Errorf("%q is known", kid)
			}
		}
	})
	t.Run("and goes on with what it knows while the store is down", func(t *testing.T) {
		r := newRings()
		ring := r.started(t)
		first := signingID(t, ring)
		r.faults.Set(intercept.FailMethod("SigningKeys.List", errors.New("the store is down")))
		r.clock.Advance(time.Hour)
		if got := signingID(t, ring); got != first {
			t.Errorf("got signing key %s, want %s", got, first)
		}
		if !verifies(t, ring, first) {
			t.Error("the known key verifies no more")
		}
		_, err := ring.PublicKey(t.Context(), strings.Repeat("A", 43))
		if err == nil || errors.Is(err, port.ErrNotFound) {
			t.Errorf("got %v of a key that another instance may have made, want that it could not be found out", err)
		}
		r.faults.Set(nil)
		r.clock.Advance(5 * time.Second)
		if verifies(t, ring, strings.Repeat("A", 43)) {
			t.Error("an unknown key is known")
		}
	})
	t.Run("and says so where it knows nothing yet", func(t *testing.T) {
		r := newRings()
		ring := r.ring(t)
		r.faults.Set(intercept.FailMethod("SigningKeys.List", errors.New("the store is down")))
		if err := ring.Ensure(t.Context()); err == nil {
			t.Error("Ensure: got no error")
		}
		if _, err := ring.KeySet(t.Context()); err == nil {
			t.Error("KeySet: got no error")
		} else {
			wantCode(t, err, domain.ServiceUnavailable)
		}
	})
}

// TestSigningKeysAreSealed: what is stored signs nothing without the data key, and is taken
// for no key after a change.
func TestSigningKeysAreSealed(t *testing.T) {
	t.Run("opens over two changes of the data key", func(t *testing.T) {
		r := newRings()
		first := signingID(t, r.started(t))
		for _, keys := range [][]string{{secondDataKey, dataKey}, {thirdDataKey, secondDataKey, dataKey}} {
			ring := r.ring(t, keys...)
			ensure(t, ring)
			if got := signingID(t, ring); got != first {
				t.Errorf("got signing key %s, want %s", got, first)
			}
		}
	})
	t.Run("does not start without its data key, and makes no other key", func(t *testing.T) {
		r := newRings()
		first := signingID(t, r.started(t))
		ring := r.ring(t, secondDataKey)
		err := ring.Ensure(t.Context())
		if err == nil || !strings.Contains(err.Error(), first) || !strings.Contains(err.Error(), "DATA_KEY_PREVIOUS") {
			t.Errorf("got %v, want an error that names the key and DATA_KEY_PREVIOUS", err)
		}
		wantStates(t, ring, "signing")
		if _, err := ring.Retire(t.Context(), auth.RetireKeys{ID: first}); err == nil {
			t.Error("a key that signs elsewhere was removed without Now")
		}
		if _, err := ring.Retire(t.Context(), auth.RetireKeys{ID: first, Now: true}); err == nil {
			t.Error("a key that signs elsewhere was removed for a command without its data key")
		}
		retire(t, ring, auth.RetireKeys{ID: first, GiveUp: true}) // the way out where the data key is lost
		ensure(t, ring)
		if got := signingID(t, ring); got == first {
			t.Error("the key that was given up signs")
		}
	})
	t.Run("is no key after a change of its record", func(t *testing.T) {
		r := newRings()
		r.started(t)
		other := newRings()
		other.started(t)
		mine, theirs := onlyKey(t, r), onlyKey(t, other)
		last := mine.Sealed[len(mine.Sealed)-1:]
		for name, change := range map[string]func(k *domain.SigningKey){
			"another's key pair": func(k *domain.SigningKey) { k.Sealed = theirs.Sealed },
			"another's ID":       func(k *domain.SigningKey) { k.ID = theirs.ID },
			"a changed character": func(k *domain.SigningKey) {
				k.Sealed = strings.TrimSuffix(k.Sealed, last) + map[bool]string{true: "Q", false: "A"}[last == "A"]
			},
			"a cut":        func(k *domain.SigningKey) { k.Sealed = k.Sealed[:len(k.Sealed)/2] },
			"nothing":      func(k *domain.SigningKey) { k.Sealed = "" },
			"another form": func(k *domain.SigningKey) { k.Sealed = "2" + k.Sealed[1:] },
			"a key pair in clear": func(k *domain.SigningKey) {
				k.Sealed = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
			},
			"an unknown data key": func(k *domain.SigningKey) { k.Sealed = "1.AAAAAAAA" + k.Sealed[strings.LastIndex(k.Sealed, "."):] },
		} {
			t.Run(name, func(t *testing.T) {
				changed := newRings()
				key := mine
				change(&key)
				if err := changed.store.SigningKeys().Create(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				if err := changed.ring(t).Ensure(t.Context()); err == nil {
					t.Error("taken for a key")
				}
			})
		}
	})
	t.Run("is sealed differently each time, and for its purpose", func(t *testing.T) {
		seal := func(purpose string) *auth.Sealer {
			s, err := auth.NewSealer(purpose, []byte(dataKey))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		one := seal("one").Seal([]byte("secret"), "context")
		if one == seal("one").Seal([]byte("secret"), "context") {
			t.Error("got the same text twice")
		}
		if got, err := seal("one").Open(one, "context"); err != nil || string(got) != "secret" {
			t.Errorf("got %q, error %v", got, err)
		}
		if _, err := seal("other").Open(one, "context"); err == nil {
			t.Error("opened for another purpose")
		}
		if _, err := seal("one").Open(one, "other"); err == nil {
			t.Error("opened in another context")
		}
		if _, err := auth.NewSealer("one", []byte("short")); err == nil {
			t.Error("took a short data key")
		}
	})
}

func onlyKey(t testing.TB, r rings) domain.SigningKey {
	t.Helper()
	list, err := r.store.SigningKeys().List(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("got %d keys, error %v", len(list), err)
	}
	return list[0]
}

// TestSecurity74_TheKeySetHoldsNothingSecret: the members are those of public keys. Red when
// jwk has a member `d`.
func TestSecurity74_TheKeySetHoldsNothingSecret(t *testing.T) {
	for algorithm, want := range map[string]string{
		auth.AlgorithmEdDSA: `{"alg":"EdDSA","crv":"Ed25519","kid":"-","kty":"OKP","use":"sig","x":"-"}`,
		auth.AlgorithmES256: `{"alg":"ES256","crv":"P-256","kid":"-","kty":"EC","use":"sig","x":"-","y":"-"}`,
	} {
		r := newRings()
		ring := r.ringOf(t, algorithm)
		ensure(t, ring)
		text, err := ring.KeySet(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var document struct{ Keys []map[string]string }
		if err := json.Unmarshal(text, &document); err != nil || len(document.Keys) != 1 {
			t.Fatalf("%s: %s, error %v", algorithm, text, err)
		}
		key := document.Keys[0]
		if key["kid"] != signingID(t, ring) {
			t.Errorf("got kid %s, want that of the signing key", key["kid"])
		}
		for _, varies := range []string{"kid", "x", "y"} {
			if key[varies] != "" {
				if len(key[varies]) != 43 {
					t.Errorf("%s: %s has %d characters, want 43", algorithm, varies, len(key[varies]))
				}
				key[varies] = "-"
			}
		}
		if got, _ := json.Marshal(key); string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
