package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// KeysAPI is what an operator may do with the keys that sign access tokens. Errors say what
// is wrong in words for the operator.
type KeysAPI interface {
	// Status returns all keys, those of other algorithms too, ordered as
	// port.SigningKeys.List does.
	Status(ctx context.Context) ([]KeyStatus, error)

	// Rotate makes the next key and returns it. It is published at once and signs later,
	// when everybody could have fetched it. With a next key there already it is an error,
	// unless that is brought forward.
	Rotate(ctx context.Context, in RotateKey) (KeyStatus, error)

	// Retire removes keys whose last token is over and returns them.
	Retire(ctx context.Context, in RetireKeys) ([]KeyStatus, error)
}

var _ KeysAPI = (*Keyring)(nil)

// RotateKey says how Rotate goes about it.
type RotateKey struct {
	Now    bool // the key, or the next one that waits, signs in ten seconds, before caches outside may have it: for a key that leaked
	DryRun bool // returns what would be, and makes nothing
}

// RetireKeys says what Retire removes.
type RetireKeys struct {
	ID     string // empty: every key of the algorithm whose last token is over
	Now    bool   // also while tokens of it may be alive, which are refused from then on; needs ID
	GiveUp bool   // as Now, and also the one that signs: a service with its algorithm takes another, or makes one
	DryRun bool   // returns what would be removed, and removes nothing
}

// KeyState is what a key is good for at the moment.
type KeyState string

// The states of a key, in their order.
const (
	KeyNext    KeyState = "next"    // published, and does not sign yet
	KeySigning KeyState = "signing" // signs
	KeyOld     KeyState = "old"     // verifies what it signed
	KeyOver    KeyState = "over"    // its last token is over; it can be retired
	KeyUnused  KeyState = "unused"  // of another algorithm than the one in use
)

// KeyStatus is a signing key as an operator sees it: nothing of it is secret.
type KeyStatus struct {
	ID        string // the `kid` of its tokens
	Algorithm string
	State     KeyState
	Signs     bool // whether a service with its algorithm signs with it, whatever the algorithm here is
	Readable  bool // whether the data keys of this process open it
	CreatedAt time.Time
	SignsFrom time.Time
	TokensEnd time.Time // when its last token is over; zero while no other key takes over
}

// Status implements KeysAPI.
func (k *Keyring) Status(ctx context.Context) ([]KeyStatus, error) {
	all, err := k.store.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	list := make([]KeyStatus, len(all))
	for i, key := range all {
		list[i] = k.status(key, all)
	}
	return list, nil
}

// status is that of one of all keys.
func (k *Keyring) status(key domain.SigningKey, all []domain.SigningKey) KeyStatus {
	_, err := openKeyPair(k.sealer, key)
	peers := ofAlgorithm(all, key.Algorithm)
	place := slices.IndexFunc(peers, func(peer domain.SigningKey) bool { return peer.ID == key.ID })
	now := k.clock.Now()
	signing := signingAt(peers, now)
	status := KeyStatus{
		ID: key.ID, Algorithm: key.Algorithm, State: KeyUnused, Signs: place == signing, Readable: err == nil,
		CreatedAt: key.CreatedAt, SignsFrom: key.SignsFrom,
	}
	if key.Algorithm != k.settings.Algorithm {
		return status
	}
	status.TokensEnd, _ = tokensEnd(peers, place, k.settings.TokenTTL)
	switch {
	case place > signing:
		status.State = KeyNext
	case place == signing:
		status.State = KeySigning
	case now.Before(status.TokensEnd):
		status.State = KeyOld
	default:
		status.State = KeyOver
	}
	return status
}

// Rotate implements KeysAPI.
func (k *Keyring) Rotate(ctx context.Context, in RotateKey) (KeyStatus, error) {
	if !k.hasKeys() {
		return KeyStatus{}, errors.New("access tokens are signed with HS256, whose key is SECRET: set a new SECRET, and put the one before into SECRET_PREVIOUS; if the service runs with another ACCESS_TOKEN_ALGORITHM, give this command its settings")
	}
	all, err := k.store.List(ctx)
	if err != nil {
		return KeyStatus{}, fmt.Errorf("read signing keys: %w", err)
	}
	own, now := k.own(all), k.clock.Now()
	if len(own) == 0 {
		return KeyStatus{}, fmt.Errorf("there is no %s key yet: the service makes the first one when it starts", k.settings.Algorithm)
	}
	latest := own[len(own)-1]
	if now.Before(latest.SignsFrom) {
		if err := k.bringForward(ctx, &latest, now, in); err != nil {
			return KeyStatus{}, err
		}
		return k.status(latest, append(own[:len(own)-1], latest)), nil
	}
	delay := PublicationTime
	if in.Now {
		delay = hurriedPublication
	}
	next, err := k.generate(latest.Number+1, now, delay)
	if err != nil {
		return KeyStatus{}, err
	}
	if !in.DryRun {
		if err := k.keep(ctx, next); err != nil {
			return KeyStatus{}, err
		}
		k.record(ctx, domain.EventKeyMade, next.ID)
	}
	return k.status(next, append(own, next)), nil
}

// bringForward lets the key that waits sign in ten seconds, where that is asked for.
func (k *Keyring) bringForward(ctx context.Context, waiting *domain.SigningKey, now time.Time, in RotateKey) error {
	sooner := now.Add(hurriedPublication).Truncate(time.Microsecond)
	switch {
	case !in.Now:
		return fmt.Errorf("the next key, %s, is published already and signs from %s on: wait, or, if the one before has leaked, add --now to bring it forward", waiting.ID, waiting.SignsFrom.Format(time.RFC3339))
	case !sooner.Before(waiting.SignsFrom):
		return fmt.Errorf("the next key, %s, signs in a moment already, from %s on", waiting.ID, waiting.SignsFrom.Format(time.RFC3339))
	}
	waiting.SignsFrom = sooner
	if in.DryRun {
		return nil
	}
	// A key is never changed where it is kept. In between it is not there, and nobody needs it.
	if err := k.store.Delete(ctx, waiting.ID); err != nil && !isNotFound(err) {
		return fmt.Errorf("bring the next signing key forward: %w", err)
	}
	return k.keep(ctx, *waiting)
}

// keep stores a key, and settles what became of it where the answer was lost.
func (k *Keyring) keep(ctx context.Context, key domain.SigningKey) error {
	err := k.store.Create(ctx, key)
	if errors.Is(err, port.ErrConflict) {
		return errors.New("somebody else has made the next key at the same moment: see sallyport keys list")
	}
	if err == nil {
		return nil
	}
	settling, cancel := settling(ctx)
	defer cancel()
	all, _ := k.store.List(settling)
	for _, stored := range all {
		if stored.ID == key.ID {
			return nil
		}
	}
	return fmt.Errorf("keep the next signing key: %w", err)
}

// Retire implements KeysAPI.
func (k *Keyring) Retire(ctx context.Context, in RetireKeys) ([]KeyStatus, error) {
	in.Now = in.Now || in.GiveUp
	if in.Now && in.ID == "" {
		return nil, errors.New("say which key: only one at a time is retired while tokens of it may be alive")
	}
	list, err := k.Status(ctx)
	if err != nil {
		return nil, err
	}
	var retired []KeyStatus
	found := false
	for _, key := range list {
		if in.ID == "" && key.State != KeyOver || in.ID != "" && key.ID != in.ID {
			continue
		}
		found = true
		if err := mayRetire(key, in); err != nil {
			return nil, err
		}
		retired = append(retired, key)
	}
	if in.ID != "" && !found {
		return nil, fmt.Errorf("there is no key %q: see sallyport keys list", in.ID)
	}
	if in.DryRun {
		return retired, nil
	}
	for _, key := range retired {
		if err := k.store.Delete(ctx, key.ID); err != nil && !isNotFound(err) {
			return nil, fmt.Errorf("remove signing key %s: %w", key.ID, err)
		}
		k.record(ctx, domain.EventKeyRetired, key.ID)
	}
	return retired, nil
}

// mayRetire returns what speaks against it.
func mayRetire(key KeyStatus, in RetireKeys) error {
	const giveUp = "or add --give-up to have every token of it refused, and another key made"
	switch {
	case key.State == KeyOver, in.GiveUp:
		return nil
	case key.State == KeyUnused && key.Signs:
		return fmt.Errorf("a service with ACCESS_TOKEN_ALGORITHM=%s signs with key %s: give this command the settings of the service, or add --give-up if none has that algorithm", key.Algorithm, key.ID)
	case key.Signs && key.Readable:
		return fmt.Errorf("key %s signs at the moment: rotate first, %s", key.ID, giveUp)
	case key.Signs:
		return fmt.Errorf("key %s signs, and is not sealed under DATA_KEY or one of DATA_KEY_PREVIOUS of this command: give it the settings of the service, %s", key.ID, giveUp)
	case in.Now:
		return nil
	case key.State == KeyOld:
		return fmt.Errorf("tokens of key %s may be alive until %s: wait, or add --now to have them refused", key.ID, key.TokensEnd.Format(time.RFC3339))
	case key.State == KeyNext:
		return fmt.Errorf("key %s is the next one: add --now if it shall never sign", key.ID)
	}
	return fmt.Errorf("key %s is of another algorithm than ACCESS_TOKEN_ALGORITHM: add --now if that one is not in use any more", key.ID)
}
