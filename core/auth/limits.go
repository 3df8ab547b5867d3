package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// attempt is one guess that the limiter has let through.
type attempt struct {
	service *Service
	taken   []bucket
}

type bucket struct {
	of    string // what it counts for, as the log has it
	key   string
	limit port.Limit
}

// beginLogin counts the guess before it is looked at, so that parallel guesses cannot
// slip through between a check and a count. It counts alike whether the account exists.
func (s *Service) beginLogin(ctx context.Context, email domain.Email, from domain.Client) (attempt, error) {
	a := attempt{service: s}
	for _, b := range []bucket{
		{"address", loginAddressKey(from.IP), s.settings.LoginAddress},
		{"account", loginAccountKey(email), s.settings.LoginAccount},
	} {
		if b.limit == (port.Limit{}) {
			continue
		}
		wait, err := s.Limiter.Take(ctx, b.key, b.limit, s.Clock.Now())
		if err != nil {
			a.forgive(ctx)
			return attempt{}, unavailable(fmt.Errorf("count attempt: %w", err)) // a limiter that cannot be asked lets nobody guess
		}
		if wait > 0 {
			// No event: the failures that emptied the bucket have one each, and refusals
			// are free, so that anybody could fill the trail with them.
			s.Log.InfoContext(ctx, "a login was turned away", "limit", b.of, "ip", from.Bounded().IP)
			return attempt{}, tooMany(wait)
		}
		a.taken = append(a.taken, b)
	}
	return a, nil
}

// forgive gives back what this attempt took, and nothing of what others did.
func (a attempt) forgive(ctx context.Context) {
	for _, b := range a.taken {
		if err := a.service.Limiter.Refund(ctx, b.key, b.limit, a.service.Clock.Now()); err != nil {
			a.service.Log.WarnContext(ctx, "an attempt could not be given back", "error", err)
		}
	}
}

// loginAccountKey hashes the canonical address: it may be longer than a key, and what
// people mistype into a login form is nothing to keep.
func loginAccountKey(email domain.Email) string {
	sum := sha256.Sum256([]byte(email.Key()))
	return "login-account:" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// loginAddressKey takes an IPv6 network of 64 bits for one client, since that is what one
// client is given.
func loginAddressKey(ip string) string {
	const prefix = "login-address:"
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return prefix + "unknown"
	}
	address = address.Unmap()
	if address.Is6() {
		network, _ := address.Prefix(64) // 64 bits fit every IPv6 address; a zone is dropped
		return prefix + network.String()
	}
	return prefix + address.String()
}
