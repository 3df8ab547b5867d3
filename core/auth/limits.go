package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// attempt is one guess, or one change, that the limiter has let through.
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
// nonce is that of the device of the account that the client has shown, or "".
func (s *Service) beginLogin(ctx context.Context, email domain.Email, nonce string, from domain.Client) (attempt, error) {
	return s.begin(ctx, "a login", domain.EventLoginLimited, from,
		[]bucket{{"address", loginAddressKey(from.IP), s.settings.LoginAddress}},
		accountBuckets(loginAccountKey(email), loginDeviceKey(email, nonce), nonce, s.settings.LoginAccount))
}

// beginConfirm counts a guess of who is logged in already. It has a bucket of the account of its
// own, or strangers could keep the owner out by wrong logins.
func (s *Service) beginConfirm(ctx context.Context, id domain.UserID, from domain.Client) (attempt, error) {
	return s.begin(ctx, "a password of who is logged in", domain.EventLoginLimited, from,
		[]bucket{{"address", loginAddressKey(from.IP), s.settings.LoginAddress}},
		[]bucket{{"account", confirmAccountKey(id), s.settings.LoginAccount}})
}

func confirmAccountKey(id domain.UserID) string { return "confirm-account:" + string(id) }

// beginReset counts a request for a reset mail. What was typed need not be an address. Nobody
// has a device of an account that there is not, so that it gives away no more than a login.
func (s *Service) beginReset(ctx context.Context, in ResetRequest) error {
	typed := domain.Email(strings.Trim(in.Email, " "))
	nonce := s.keys.deviceNonce(in.Device, typed, s.Clock.Now())
	_, err := s.begin(ctx, "a request for a reset", domain.EventResetLimited, in.Client,
		[]bucket{{"address", resetAddressKey(in.Client.IP), s.settings.ResetAddress}},
		accountBuckets(accountKey("reset-account:", typed), deviceKey("reset-device:", typed, nonce), nonce, s.settings.ResetAccount))
	return err
}

// AdmitRequest counts a request of any kind before a transport looks at it, whatever it will turn
// out to be. The error is domain.RequestsExceeded beyond Settings.Requests, and
// domain.ServiceUnavailable where nobody can count. It takes nothing from the other limits: an
// attempt is counted by the use case that it is for. It leaves no event, since it is none.
func (s *Service) AdmitRequest(ctx context.Context, from domain.Client) error {
	_, wait, err := s.takeOne(ctx, []bucket{{"address", requestAddressKey(from.IP), s.settings.Requests}})
	switch {
	case err != nil:
		return unavailable(fmt.Errorf("count request: %w", err))
	case wait > 0:
		return tooMany(wait)
	}
	return nil
}

// beginNotifiedChanges counts, for an asker who does not administrate, each of the accounts that
// is to have another password or address, as if it were the asker's own.
func (s *Service) beginNotifiedChanges(ctx context.Context, a asker, before, after []domain.User, patches []AccountPatch, from domain.Client) error {
	if a.access.IsAdmin() {
		return nil
	}
	for i, patch := range patches {
		if patch.Password == nil && after[i].Email == before[i].Email {
			continue
		}
		if _, err := s.beginNotifiedChange(ctx, a.User, from); err != nil {
			return err
		}
	}
	return nil
}

// beginNotifiedChange counts a change of one's own password, address or logins elsewhere, of
// which letters are sent, also to an address that the caller has made up. A login elsewhere that is
// refused is forgiven; a change of the account is not, since an address that is taken would
// otherwise be a question that anybody with an account may ask as often as they like. A refusal
// leaves no event, since nothing has happened: each change that was made has its own. Nobody is
// counted by their client address.
func (s *Service) beginNotifiedChange(ctx context.Context, id domain.UserID, from domain.Client) (attempt, error) {
	counted := bucket{"account", "notice-account:" + string(id), s.settings.NoticeAccount}
	if id == "" {
		counted = bucket{"address", noticeAddressKey(from.IP), s.settings.NoticeAccount}
	}
	taken, wait, err := s.takeOne(ctx, []bucket{counted})
	switch {
	case err != nil:
		return attempt{}, unavailable(fmt.Errorf("count change: %w", err))
	case wait > 0:
		s.Log.InfoContext(ctx, "a change of a password, an address or a login elsewhere was turned away", "user", id, "ip", from.Bounded().IP)
		return attempt{}, tooMany(wait)
	}
	return attempt{service: s, taken: taken}, nil
}

// begin takes from one bucket of each choice, or refuses, which is an event of the kind limited.
func (s *Service) begin(ctx context.Context, what, limited string, from domain.Client, choices ...[]bucket) (attempt, error) {
	a := attempt{service: s}
	for _, choice := range choices {
		taken, wait, err := s.takeOne(ctx, choice)
		if err != nil {
			a.forgive(ctx)
			return attempt{}, unavailable(fmt.Errorf("count attempt: %w", err)) // a limiter that cannot be asked lets nobody guess
		}
		if wait > 0 {
			// No event of each: refusals are free, so that anybody could fill the trail with them.
			s.Log.InfoContext(ctx, what+" was turned away", "limit", choice[0].of, "ip", from.Bounded().IP)
			s.recordLimit(ctx, limited, choice[len(choice)-1], from)
			return attempt{}, tooMany(wait)
		}
		a.taken = append(a.taken, taken...)
	}
	return a, nil
}

// accountBuckets returns what bounds the attempts on an account, by their keys. A device, of
// which nonce is that of, has a bucket of its own, which strangers cannot empty. When it is
// empty the account's is asked as well: whoever leaves the device out gets no more, and an
// operator who unlocks the account unlocks it for its owner, too.
func accountBuckets(account, device, nonce string, limit port.Limit) []bucket {
	shared := bucket{"account", account, limit}
	if nonce == "" {
		return []bucket{shared}
	}
	return []bucket{{"device", device, limit}, shared}
}

// takeOne takes from the first bucket of the choice that has something left, and returns
// it. When none has, it returns how long it takes until one of them does. Without a limit
// nothing is taken.
func (s *Service) takeOne(ctx context.Context, choice []bucket) (taken []bucket, wait time.Duration, err error) {
	for _, b := range choice {
		if b.limit == (port.Limit{}) {
			return nil, 0, nil
		}
		w, err := s.Limiter.Take(ctx, b.key, b.limit, s.Clock.Now())
		if err != nil {
			return nil, 0, err
		}
		if w <= 0 {
			return []bucket{b}, 0, nil
		}
		if wait == 0 || w < wait {
			wait = w
		}
	}
	return nil, wait, nil
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

func resetAddressKey(ip string) string { return addressKey("reset-address:", ip) }

func registerAddressKey(ip string) string { return addressKey("register-address:", ip) }

func noticeAddressKey(ip string) string { return addressKey("notice-address:", ip) }

func requestAddressKey(ip string) string { return addressKey("request-address:", ip) }

// addressKeys are all that count for a client address.
func addressKeys(ip string) []string {
	return []string{loginAddressKey(ip), resetAddressKey(ip), registerAddressKey(ip), noticeAddressKey(ip), requestAddressKey(ip)}
}

// accountKey hashes the canonical address: it may be longer than a key, and what people
// mistype into a login form is nothing to keep.
func accountKey(prefix string, email domain.Email) string {
	sum := sha256.Sum256([]byte(email.Key()))
	return prefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

func loginDeviceKey(email domain.Email, nonce string) string {
	return deviceKey("login-device:", email, nonce)
}

// deviceKey hashes the nonce, so that a copy of the limiter's keys shows no device, and the
// address with it: a nonce counts for one account.
func deviceKey(prefix string, email domain.Email, nonce string) string {
	sum := sha256.Sum256([]byte(nonce + "\x00" + email.Key()))
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
