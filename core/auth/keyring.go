package auth

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	// PublicationTime is how long a key is published before it signs: longer than anybody
	// keeps the published set (KeySetMaxAge), an instance its copy of the keys, and two
	// clocks may differ.
	PublicationTime = 10 * time.Minute

	// KeySetMaxAge is how long others may keep the published set.
	KeySetMaxAge = 5 * time.Minute

	// keysRest is between two looks at the keys, however many tokens are signed and verified.
	// An instance's copy that is older is renewed before it is used.
	keysRest = 5 * time.Second

	// keysTimeout bounds how long somebody waits while there is a copy to go on with.
	keysTimeout = 2 * time.Second

	// hurriedPublication is PublicationTime where an operator cannot wait. A copy that was
	// read before the key was made is too old to be used by then.
	hurriedPublication = 2 * keysRest
)

// Keyring is the keys that sign access tokens and those that verify them: all instances have
// the same, from the store. It keeps a copy, which it renews when it is used and older than
// five seconds. While the store cannot be read, the copy serves. Where the store has no key,
// it makes one. It is safe for concurrent use.
type Keyring struct {
	store    port.SigningKeys
	events   port.Events
	sealer   *Sealer
	clock    port.Clock
	settings KeyringSettings
	log      *slog.Logger

	copied  atomic.Pointer[keySet] // nil until the first read
	reading chan struct{}          // holds one element while somebody reads
}

// KeyringSettings are what an operator may choose.
type KeyringSettings struct {
	// Algorithm is the one of access tokens. With AlgorithmHS256 the keyring is empty, and
	// makes and publishes nothing.
	Algorithm string

	// TokenTTL is the longest life of a token.
	TokenTTL time.Duration
}

// NewKeyring returns a keyring, which reads nothing yet. Keys that it makes and removes are
// recorded in events, which it needs for nothing else.
func NewKeyring(store port.SigningKeys, events port.Events, sealer *Sealer, clock port.Clock, s KeyringSettings, log *slog.Logger) *Keyring {
	return &Keyring{store: store, events: events, sealer: sealer, clock: clock, settings: s, log: log, reading: make(chan struct{}, 1)}
}

// keySet is a copy of the keys. It is never changed.
type keySet struct {
	pairs   []keyPair // of the algorithm, by Number
	askedAt time.Time // of the last attempt to renew it
	stale   error     // why that failed, if it did
}

// hasKeys reports whether tokens are signed with key pairs.
func (k *Keyring) hasKeys() bool { return k.settings.Algorithm != AlgorithmHS256 }

// Ensure makes the first key where there is none, and reads all. Of many instances that do so
// at once one makes it. An error says that nothing can be signed or verified.
func (k *Keyring) Ensure(ctx context.Context) error {
	if !k.hasKeys() {
		return nil
	}
	_, err := k.read(ctx)
	return err
}

// record keeps in the trail what was done to a key, and in the log to which. Nobody who is
// logged in does such a thing.
func (k *Keyring) record(ctx context.Context, kind, id string) {
	trail{k.events, k.clock, k.log.With("key", id)}.record(ctx, domain.Event{Kind: kind, Outcome: domain.OutcomeSuccess})
}

// generate makes a sealed key pair, which signs after a delay.
func (k *Keyring) generate(number int64, now time.Time, delay time.Duration) (domain.SigningKey, error) {
	signer, err := generateSigner(k.settings.Algorithm)
	if err != nil {
		return domain.SigningKey{}, fmt.Errorf("make signing key: %w", err)
	}
	key, err := sealKeyPair(k.sealer, k.settings.Algorithm, signer)
	if err != nil {
		return domain.SigningKey{}, fmt.Errorf("seal signing key: %w", err)
	}
	key.Number, key.CreatedAt = number, now.Truncate(time.Microsecond)
	key.SignsFrom = key.CreatedAt.Add(delay)
	return key, nil
}

// SigningKey returns the key that signs now, and its ID. An error says that it could not be
// found out.
func (k *Keyring) SigningKey(ctx context.Context) (id string, key crypto.Signer, err error) {
	set, err := k.current(ctx)
	if err != nil {
		return "", nil, err
	}
	signing := signingAt(records(set.pairs), k.clock.Now())
	if signing < 0 {
		return "", nil, errors.New("there is no signing key")
	}
	return set.pairs[signing].ID, set.pairs[signing].signer, nil
}

// PublicKey returns the public key of exactly that ID, or port.ErrNotFound when it is none of
// ours. Any other error says that it could not be found out.
func (k *Keyring) PublicKey(ctx context.Context, id string) (crypto.PublicKey, error) {
	set, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	key, known := k.find(set, id)
	if known || !isThumbprint(id) {
		return key, notFoundUnless(known)
	}
	if set, err = k.lookAgain(ctx, set); err != nil {
		return nil, err
	}
	key, known = k.find(set, id)
	if !known && set.stale != nil {
		return nil, set.stale
	}
	return key, notFoundUnless(known)
}

func notFoundUnless(known bool) error {
	if known {
		return nil
	}
	return fmt.Errorf("signing key: %w", port.ErrNotFound)
}

// find returns the key unless its last token is over.
func (k *Keyring) find(set *keySet, id string) (crypto.PublicKey, bool) {
	for _, pair := range k.live(set) {
		if pair.ID == id {
			return pair.signer.Public(), true
		}
	}
	return nil, false
}

// live returns the keys whose last token is not over.
func (k *Keyring) live(set *keySet) []keyPair {
	now := k.clock.Now()
	var live []keyPair
	for i, pair := range set.pairs {
		if end, ends := tokensEnd(records(set.pairs), i, k.settings.TokenTTL); !ends || now.Before(end) {
			live = append(live, pair)
		}
	}
	return live
}

// isThumbprint reports whether text could be the ID of a key at all.
func isThumbprint(text string) bool {
	const length = 43
	if len(text) != length {
		return false
	}
	for i := range len(text) {
		c := text[i]
		isLetter := 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
		if !isLetter && !('0' <= c && c <= '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// KeySet returns the public keys as a JSON Web Key Set (RFC 7517, section 5): the next one,
// the one that signs, and those of which tokens may be alive.
func (k *Keyring) KeySet(ctx context.Context) ([]byte, error) {
	document := struct {
		Keys []jwk `json:"keys"`
	}{[]jwk{}}
	if k.hasKeys() {
		set, err := k.current(ctx)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, pair := range k.live(set) {
			document.Keys = append(document.Keys, pair.public)
		}
	}
	return json.Marshal(document)
}

// current returns a copy that is fresh enough, or else the one there is.
func (k *Keyring) current(ctx context.Context) (*keySet, error) {
	set, now := k.copied.Load(), k.clock.Now()
	switch {
	case set == nil, !now.Before(set.askedAt.Add(hurriedPublication)):
		return k.renewed(ctx, set) // by now another key may sign
	case now.Before(set.askedAt.Add(keysRest)):
		return set, nil
	}
	select {
	case k.reading <- struct{}{}:
		defer func() { <-k.reading }()
		return k.renew(ctx, set)
	default:
		return set, nil // somebody else is at it
	}
}

// lookAgain renews a copy in which something is missing, unless it is fresh.
func (k *Keyring) lookAgain(ctx context.Context, set *keySet) (*keySet, error) {
	if k.clock.Now().Before(set.askedAt.Add(keysRest)) {
		return set, nil
	}
	return k.renewed(ctx, set)
}

// renewed waits for its turn and renews the copy, unless somebody has done so meanwhile.
func (k *Keyring) renewed(ctx context.Context, seen *keySet) (*keySet, error) {
	select {
	case k.reading <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-k.reading }()
	if set := k.copied.Load(); set != seen {
		return set, nil
	}
	return k.renew(ctx, seen)
}

// renew reads the keys. Where that fails the copy there is serves on, marked as stale. The
// caller has the turn.
func (k *Keyring) renew(ctx context.Context, seen *keySet) (*keySet, error) {
	if seen == nil {
		return k.read(ctx)
	}
	// Not the caller's time: whoever goes away in the middle must not make the copy stale.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysTimeout)
	defer cancel()
	set, err := k.read(asking)
	if err == nil {
		return set, nil
	}
	k.log.Warn("the signing keys could not be read again; those known serve on", "error", err)
	set = &keySet{pairs: seen.pairs, askedAt: k.clock.Now(), stale: err}
	k.copied.Store(set)
	return set, nil
}

// read reads the keys, whatever is known of them, and makes the first where there is none: at
// the first start, and where an operator has removed the last.
func (k *Keyring) read(ctx context.Context) (*keySet, error) {
	const attempts = 3 // a key that another made may itself be retired
	for range attempts {
		set, err := k.fetch(ctx)
		if err != nil {
			return nil, err
		}
		if len(set.pairs) > 0 {
			k.copied.Store(set)
			return set, nil
		}
		if err := k.makeFirst(ctx); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("no signing key was found after one had been made")
}

// makeFirst makes a key that signs at once, unless another instance has.
func (k *Keyring) makeFirst(ctx context.Context) error {
	first, err := k.generate(1, k.clock.Now(), 0)
	if err != nil {
		return err
	}
	switch err := k.store.Create(ctx, first); {
	case errors.Is(err, port.ErrConflict):
		return nil
	case err != nil:
		return fmt.Errorf("keep the first signing key: %w", err)
	}
	if k.copied.Load() != nil {
		k.log.Warn("the last signing key was removed, and another is made; tokens of those before are refused", "key", first.ID)
	}
	k.record(ctx, domain.EventKeyMade, first.ID)
	return nil
}

// fetch reads and opens the keys of the algorithm.
func (k *Keyring) fetch(ctx context.Context) (*keySet, error) {
	now := k.clock.Now() // before the read, which may take long
	all, err := k.store.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	set := &keySet{askedAt: now}
	for _, key := range k.own(all) {
		pair, err := openKeyPair(k.sealer, key)
		if err != nil {
			return nil, fmt.Errorf("open signing key %s (sallyport keys list): %w", key.ID, err)
		}
		set.pairs = append(set.pairs, pair)
	}
	return set, nil
}

// own returns the keys of the algorithm in use. Those of another are no keys.
func (k *Keyring) own(all []domain.SigningKey) []domain.SigningKey {
	return ofAlgorithm(all, k.settings.Algorithm)
}

func ofAlgorithm(all []domain.SigningKey, algorithm string) []domain.SigningKey {
	var of []domain.SigningKey
	for _, key := range all {
		if key.Algorithm == algorithm {
			of = append(of, key)
		}
	}
	return of
}

func records(pairs []keyPair) []domain.SigningKey {
	list := make([]domain.SigningKey, len(pairs))
	for i, pair := range pairs {
		list[i] = pair.SigningKey
	}
	return list
}

// signingAt returns the place of the key that signs at now: the latest whose time has come,
// or the first, where a clock is behind the one that made it. Without keys it is -1.
func signingAt(keys []domain.SigningKey, now time.Time) int {
	for i := len(keys) - 1; i > 0; i-- {
		if !now.Before(keys[i].SignsFrom) {
			return i
		}
	}
	return min(0, len(keys)-1)
}

// tokensEnd returns when the last token of the i-th key is over, if its successor is known.
// An instance that has not heard of that may sign for a while longer.
func tokensEnd(keys []domain.SigningKey, i int, ttl time.Duration) (end time.Time, ends bool) {
	if i+1 >= len(keys) {
		return time.Time{}, false
	}
	return keys[i+1].SignsFrom.Add(ttl + PublicationTime), true
}
