package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// attempt is one guess that the limiter has let through.
type attempt struct {
	service *Service
	taken   []bucket
}

type bucket struct {
	key   string
	limit port.Limit
}

// beginLogin counts the guess before it is looked at, so that parallel guesses cannot
// slip through between a check and a count. It counts alike whether the account exists.
func (s *Service) beginLogin(ctx context.Context, email domain.Email, from domain.Client) (attempt, error) {
	return s.begin(ctx,
		bucket{loginAddressKey(from.IP), s.settings.LoginAddress},
		bucket{loginAccountKey(email), s.settings.LoginAccount})
}

// beginReset counts a request for a reset mail. What was typed need not be an address.
func (s *Service) beginReset(ctx context.Context, typed string, from domain.Client) error {
	_, err := s.begin(ctx,
		bucket{addressKey("reset-address:", from.IP), s.settings.ResetAddress},
		bucket{accountKey("reset-account:", domain.Email(strings.Trim(typed, " "))), s.settings.ResetAccount})
	return err
}

// begin takes from every bucket that has a limit, or refuses.
func (s *Service) begin(ctx context.Context, buckets ...bucket) (attempt, error) {
	a := attempt{service: s}
	for _, b := range buckets {
		if b.limit == (port.Limit{}) {
			continue
		}
		wait, err := s.Limiter.Take(ctx, b.key, b.limit, s.Clock.Now())
		if err != nil {
			a.forgive(ctx)
			return attempt{}, unavailable(fmt.Errorf("count attempt: %w", err)) // a limiter that cannot be asked lets nobody guess
		}
		if wait > 0 {
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

func loginAccountKey(email domain.Email) string { return accountKey("login-account:", email) }

func loginAddressKey(ip string) string { return addressKey("login-address:", ip) }

// accountKey hashes the canonical address: it may be longer than a key, and what people
// mistype into a login form is nothing to keep.
func accountKey(prefix string, email domain.Email) string {
	sum := sha256.Sum256([]byte(email.Key()))
	return prefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

// addressKey takes an IPv6 network of 64 bits for one client, since that is what one
// client is given.
func addressKey(prefix, ip string) string {
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
