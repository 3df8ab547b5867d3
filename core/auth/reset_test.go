package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// forgot asks for a reset mail.
func (w world) forgot(t testing.TB, email string) {
	t.Helper()
	if err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: email}); err != nil {
		t.Fatalf("ask for a reset: %v", err)
	}
}

func (w world) deliver(t testing.TB) auth.Delivered {
	t.Helper()
	done, err := w.service.DeliverMail(t.Context())
	if err != nil {
		t.Fatalf("deliver mail: %v", err)
	}
	return done
}

// resetToken returns the token of the newest mail.
func (w world) resetToken(t testing.TB) string {
	t.Helper()
	mails := w.mailbox.Mails()
	for _, mail := range slices.Backward(mails) { // letters of one instant are delivered in any order
		for line := range strings.Lines(mail.Text) {
			if link, err := url.Parse(strings.TrimSpace(line)); err == nil && link.Query().Has("token") {
				return link.Query().Get("token")
			}
		}
	}
	t.Fatalf("none of %d mails has a link", len(mails))
	return ""
}

// TestSecurity03_RequestsForAResetCostTheSame: looking the account up in RequestReset turns
// it red.
func TestSecurity03_RequestsForAResetCostTheSame(t *testing.T) {
	want := []string{"MailQueue.Waiting", "Limiter.Take", "Limiter.Take", "MailQueue.Put", "Events.Record"}
	for _, email := range []string{annEmail, "ANN@example.com", "nobody@example.com", "suspended@example.com", "zzz", strings.Repeat("x", 5000), "two@example.com, three@example.com"} {
		t.Run(fmt.Sprintf("%.30s", email), func(t *testing.T) {
			var calls intercept.Recorder
			w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
			w.seedAnn(t, func(u *domain.User) {
				if email == "suspended@example.com" {
					u.Email, u.Status = "suspended@example.com", domain.StatusSuspended
				}
			})
			calls.Reset()
			w.forgot(t, email)
			if got := calls.Calls(); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestSecurity04_TheURLIsCheckedBeforeAnythingElse: moving pageFor below the limits turns
// it red.
func TestSecurity04_TheURLIsCheckedBeforeAnythingElse(t *testing.T) {
	var calls intercept.Recorder
	w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
	w.seedAnn(t, nil)
	calls.Reset()
	for _, email := range []string{annEmail, "nobody@example.com", "zzz"} {
		wantCode(t, w.service.RequestReset(t.Context(), auth.ResetRequest{Email: email, URL: "https://evil.example.com/"}), domain.InvalidPayload)
	}
	if got := calls.Calls(); len(got) > 0 {
		t.Errorf("got calls %v, want none", got)
	}
}

// TestSecurity12_MailGoesToTheStoredAddress: letter.To in place of user.Email turns it red.
func TestSecurity12_MailGoesToTheStoredAddress(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, func(u *domain.User) { u.Email = "Ann@Example.com" })
	w.forgot(t, "aNN@eXAMPLE.com")
	w.deliver(t)
	mails := w.mailbox.Mails()
	if len(mails) != 1 || mails[0].To != "Ann@Example.com" {
		t.Errorf("got %d mails, the first to %q, want one to the stored address", len(mails), mails[0].To)
	}
}

// TestSecurity46_ATokenWorksOnceForItsUser: Get in place of Consume in followIn, and no
// SpendUser at its end, turns it red; each alone does the other's work.
func TestSecurity46_ATokenWorksOnceForItsUser(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	w.forgot(t, annEmail)
	w.deliver(t)
	token := w.resetToken(t)

	const tries = 40
	codes := make(chan domain.Code, tries)
	for i := range tries {
		go func() {
			codes <- codeOf(w.service.Reset(context.WithoutCancel(t.Context()), token, fmt.Sprintf("the new password number %d", i), domain.Client{}))
		}()
	}
	won := 0
	for range tries {
		switch code := <-codes; code {
		case "":
			won++
		case domain.Forbidden:
		default:
			t.Errorf("got %s", code)
		}
	}
	opens := 0
	for i := range tries {
		if encoded := w.ann(t).Password; encoded != "" {
			if ok, _, err := w.hasher.Verify(t.Context(), encoded, fmt.Sprintf("the new password number %d", i)); err == nil && ok {
				opens++
			}
		}
	}
	if won != 1 || opens != 1 {
		t.Errorf("%d of %d resets succeeded and %d passwords open the account, want one of each", won, tries, opens)
	}
	// Not only void since the account has changed: spent.
	if _, err := w.store.Repos().OneTimeTokens.Get(t.Context(), domain.PurposePasswordReset, domain.HashSecret(token), w.clock.Now()); !errors.Is(err, port.ErrStale) {
		t.Errorf("got %v of the store, want that the token is spent", err)
	}
}

// TestSecurity47_EarlierTokensAreVoid: epochPayload that does not look at the epoch turns it
// red, and so does followIn without SpendUser.
func TestSecurity47_EarlierTokensAreVoid(t *testing.T) {
	changes := map[string]func(t *testing.T, w world){
		"a reset": func(t *testing.T, w world) {
			w.forgot(t, annEmail)
			w.deliver(t)
			wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), "")
		},
		"a new password": func(t *testing.T, w world) {
			me := w.authenticate(t, w.login(t, domain.ModeJSON))
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(newPassword)}, domain.Client{})
			wantCode(t, err, "")
		},
		"a new address": func(t *testing.T, w world) {
			me := w.authenticate(t, w.login(t, domain.ModeJSON))
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Email: new("anna@example.com")}, domain.Client{})
			wantCode(t, err, "")
		},
		"a password of the operator's": func(t *testing.T, w world) {
			_, err := w.service.SetPassword(t.Context(), annEmail, newPassword)
			wantCode(t, err, "")
		},
	}
	for name, change := range byAdministrator() {
		changes[name] = func(t *testing.T, w world) { wantCode(t, change(t, w), "") }
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, atOnce())
			w.seedAnn(t, nil)
			w.forgot(t, annEmail)
			w.deliver(t)
			older := w.resetToken(t)
			change(t, w)
			before := w.ann(t).Password
			wantCode(t, w.service.Reset(t.Context(), older, "the thief's own password", domain.Client{}), domain.Forbidden)
			if w.ann(t).Password != before {
				t.Error("the older token has changed the password")
			}
		})
	}
	t.Run("and until then each works", func(t *testing.T) {
		w := newWorld(t, atOnce())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.deliver(t)
		older := w.resetToken(t)
		w.forgot(t, annEmail) // as a stranger may, whose mail may never arrive
		w.deliver(t)
		wantCode(t, w.service.Reset(t.Context(), older, newPassword, domain.Client{}), "")
		wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), password, domain.Client{}), domain.Forbidden)
	})
	t.Run("a token of the same epoch is spent as well", func(t *testing.T) {
		w := newWorld(t, atOnce())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.deliver(t)
		hash := domain.HashSecret(w.resetToken(t))
		w.forgot(t, annEmail)
		w.deliver(t)
		wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), "")
		if _, err := w.store.Repos().OneTimeTokens.Get(t.Context(), domain.PurposePasswordReset, hash, w.clock.Now()); !errors.Is(err, port.ErrStale) {
			t.Errorf("got %v, want it spent", err)
		}
	})
}

// TestSecurity48_TokensEndSoonAndAreStoredAsHashes: a ResetTTL of a day in DefaultSettings,
// or the secret in place of its hash in newResetLink, turns it red.
func TestSecurity48_TokensEndSoonAndAreStoredAsHashes(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	w.forgot(t, annEmail)
	w.deliver(t)
	token := w.resetToken(t)
	stored, err := w.store.Repos().OneTimeTokens.Get(t.Context(), domain.PurposePasswordReset, domain.HashSecret(token), w.clock.Now())
	if err != nil {
		t.Fatalf("the token is not stored under its hash: %v", err)
	}
	if ttl := stored.ExpiresAt.Sub(w.clock.Now()); ttl > time.Hour || ttl < 15*time.Minute {
		t.Errorf("got a life of %v, want 15 to 60 minutes", ttl)
	}
	w.clock.Advance(stored.ExpiresAt.Sub(w.clock.Now()))
	wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), domain.TokenExpired)
}

// TestSecurity50_ASuspendedAccountGetsNoReset: dropping the check of followIn and peek turns it red.
func TestSecurity50_ASuspendedAccountGetsNoReset(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	w.forgot(t, annEmail)
	w.deliver(t)
	token := w.resetToken(t)
	w.changeAnn(t, func(u *domain.User) { u.Status = domain.StatusSuspended })
	wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), domain.Forbidden)
	if u := w.ann(t); u.Status != domain.StatusSuspended {
		t.Errorf("got status %q after the try", u.Status)
	}
	w.forgot(t, annEmail)
	if got := w.deliver(t); got != (auth.Delivered{Dropped: 1}) || len(w.mailbox.Mails()) != 1 {
		t.Errorf("got %+v and %d mails, want the letter dropped", got, len(w.mailbox.Mails()))
	}
}

// TestSecurity54_ResetMailsAreThrottled: dropping beginReset turns it red.
func TestSecurity54_ResetMailsAreThrottled(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	limited := 0
	for range 30 {
		err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail})
		if failure, ok := errors.AsType[*domain.Error](err); ok && failure.Code == domain.RequestsExceeded && failure.RetryAfter > 0 {
			limited++
		}
	}
	for w.deliver(t).More {
	}
	if got := len(w.mailbox.Mails()); got != 3 || limited != 27 {
		t.Errorf("30 requests came to %d mails and %d refusals, want 3 and 27", got, limited)
	}
}

// TestSecurity54_StrangersKeepNoOwnerFromAMail: beginReset that does not look at the device
// turns it red, and so does deviceMAC without the address.
func TestSecurity54_StrangersKeepNoOwnerFromAMail(t *testing.T) {
	var calls intercept.Recorder
	w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
	w.seedAnn(t, nil)
	w.seedAnn(t, func(u *domain.User) { u.ID, u.Email = "0195f2c6-7d7e-7a10-8000-0000000000b2", "bob@example.com" })
	own := w.login(t, domain.ModeJSON).Device
	others, err := w.tryLogin(t, "bob@example.com", password, domain.ModeJSON)
	wantCode(t, err, "")

	ask := func(device, email string) (domain.Code, []string) {
		calls.Reset()
		err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: email, Device: device})
		return codeOf(err), calls.Calls()
	}
	_, without := ask("", "nobody@example.com")
	if _, with := ask(own, annEmail); !slices.Equal(with, without) {
		t.Errorf("got calls %v with a device, want those without: %v", with, without)
	}
	for range 24 {
		for _, email := range []string{annEmail, "nobody@example.com"} {
			for range 5 {
				ask("", email)
			}
			for _, device := range []string{"", others.Device} {
				code, refused := ask(device, email)
				if want := []string{"MailQueue.Waiting", "Limiter.Take", "Limiter.Take"}; code != domain.RequestsExceeded || !slices.Equal(refused, want) {
					t.Errorf("%s: got %q after calls %v, want %s after %v", email, code, refused, domain.RequestsExceeded, want)
				}
			}
		}
		if code, _ := ask(own, annEmail); code != "" {
			t.Errorf("the owner got %s", code)
		}
		w.clock.Advance(time.Hour)
	}
}

func TestRequestReset_WhileTheMailQueueIsFull(t *testing.T) {
	settings := auth.DefaultSettings()
	settings.MailQueue = 2
	full := func(t *testing.T, opts ...func(*auth.Ports)) world {
		t.Helper()
		w := newWorld(t, settings, opts...)
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.forgot(t, "nobody@example.com")
		return w
	}
	t.Run("notices take no room of it", func(t *testing.T) {
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		for n := range 2 * settings.MailQueue {
			patch := auth.ProfilePatch{Email: new(fmt.Sprintf("stranger%d@example.com", n))}
			_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, patch, domain.Client{})
			wantCode(t, err, "")
		}
		w.forgot(t, "nobody@example.com")
	})
	t.Run("everybody is refused alike, and nothing is written", func(t *testing.T) {
		var calls intercept.Recorder
		w := full(t, intercepted(intercept.Hooks{Before: calls.Hook}))
		for _, email := range []string{annEmail, "nobody@example.com", "zzz"} {
			w.clock.Advance(time.Second)
			calls.Reset()
			err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: email})
			wantCode(t, err, domain.ServiceUnavailable)
			if !errors.Is(err, port.ErrBusy) {
				t.Errorf("%s: got %v, want it told from what is broken", email, err)
			}
			if failure, _ := errors.AsType[*domain.Error](err); failure.RetryAfter != time.Minute {
				t.Errorf("%s: is told to come back in %v, want 1m0s", email, failure.RetryAfter)
			}
			if got, want := calls.Calls(), []string{"MailQueue.Waiting"}; !slices.Equal(got, want) {
				t.Errorf("%s: got calls %v, want %v", email, got, want)
			}
		}
	})
	t.Run("it is counted once a second, whoever asks", func(t *testing.T) {
		var calls intercept.Recorder
		w := full(t, intercepted(intercept.Hooks{Before: calls.Hook}))
		for _, step := range []struct {
			later time.Duration
			want  []string
		}{
			{0, []string{"MailQueue.Waiting"}},
			{0, nil},
			{time.Second - time.Microsecond, nil},
			{time.Microsecond, []string{"MailQueue.Waiting"}},
			{0, nil},
			{-time.Hour, []string{"MailQueue.Waiting"}}, // a clock that was set back
		} {
			w.clock.Advance(step.later)
			for _, email := range []string{annEmail, "nobody@example.com", "zzz"} {
				calls.Reset()
				err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: email})
				if failure := wantCode(t, err, domain.ServiceUnavailable); failure.RetryAfter != time.Minute || !errors.Is(err, port.ErrBusy) {
					t.Errorf("got %v after %v, want the same refusal", err, failure.RetryAfter)
				}
				if got := calls.Calls(); !slices.Equal(got, step.want) {
					t.Errorf("%s after %v: got calls %v, want %v", email, step.later, got, step.want)
				}
				step.want = nil
			}
		}
	})
	t.Run("a letter on loan keeps its place", func(t *testing.T) {
		w := full(t)
		now := w.clock.Now()
		if leases, err := w.store.Repos().MailQueue.Claim(t.Context(), now, now.Add(time.Minute), 2); len(leases) != 2 || err != nil {
			t.Fatalf("got %d letters and error %v", len(leases), err)
		}
		wantCode(t, w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail}), domain.ServiceUnavailable)
	})
	t.Run("there is room again once letters are gone, and nobody has lost a request", func(t *testing.T) {
		w := full(t)
		for range 10 {
			wantCode(t, w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail}), domain.ServiceUnavailable)
		}
		w.deliver(t)
		w.clock.Advance(time.Second)
		w.forgot(t, annEmail)
		w.forgot(t, annEmail)
	})
	t.Run("zero is no bound", func(t *testing.T) {
		s := settings
		s.MailQueue = 0
		w := newWorld(t, s)
		w.seedAnn(t, nil)
		for range 3 {
			w.forgot(t, annEmail)
		}
	})
}

func TestReset(t *testing.T) {
	t.Run("a refused password does not spend the token, and hashes nothing", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.deliver(t)
		token := w.resetToken(t)
		before := w.hasher.Work()
		for bad, code := range map[string]domain.Code{
			"": domain.InvalidPayload, "short": domain.FailedValidation, "password1": domain.FailedValidation,
			annEmail: domain.FailedValidation, strings.Repeat("x", auth.MaxPasswordBytes+1): domain.InvalidPayload,
		} {
			wantCode(t, w.service.Reset(t.Context(), token, bad, domain.Client{}), code)
		}
		if w.hasher.Work() != before {
			t.Error("a refused password was hashed")
		}
		wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), "")
	})
	t.Run("garbage costs no hash", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeJSON)
		before := w.hasher.Work()
		for _, token := range []string{"garbage", strings.Repeat("x", 43), strings.Repeat("x", 1<<16), held.Access, held.Refresh} {
			wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), domain.InvalidToken)
		}
		wantCode(t, w.service.Reset(t.Context(), "", newPassword, domain.Client{}), domain.InvalidPayload)
		if w.hasher.Work() != before {
			t.Error("garbage was worth a hash")
		}
	})
	t.Run("ends every session and says so in the audit trail", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		var held []auth.Tokens
		for _, mode := range allModes() {
			held = append(held, w.login(t, mode))
		}
		w.forgot(t, annEmail)
		w.deliver(t)
		wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), "")
		for _, h := range held {
			w.wantRefused(t, h)
			w.wantOut(t, h)
		}
		wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), domain.Forbidden)
		wantCode(t, w.service.Reset(t.Context(), "garbage", newPassword, domain.Client{}), domain.InvalidToken)
		if w.count(t, domain.EventPasswordReset, domain.OutcomeSuccess) != 1 || w.count(t, domain.EventResetRequested, domain.OutcomeSuccess) != 1 ||
			w.count(t, domain.EventResetMailed, domain.OutcomeSuccess) != 1 || w.count(t, domain.EventPasswordReset, domain.OutcomeFailure) != 1 {
			t.Errorf("got events %+v", w.events(t))
		}
	})
	t.Run("beside a change of the profile, both happen", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.deliver(t)
		token := w.resetToken(t)
		stale := &beforehand{act: func() { w.changeAnn(t, func(u *domain.User) { u.FirstName = "Anna" }) }}
		service := auth.New(besides(w.ports, stale), auth.DefaultSettings(), newKeys(t, dataKey))
		wantCode(t, service.Reset(t.Context(), token, newPassword, domain.Client{}), "")
		if u := w.ann(t); u.FirstName != "Anna" {
			t.Errorf("got first name %q, want the change of the profile kept", u.FirstName)
		}
	})
}

// beforehand acts before the first unit of work, and never again.
type beforehand struct {
	port.UnitOfWork
	act  func()
	done bool
}

func besides(p auth.Ports, o *beforehand) auth.Ports {
	o.UnitOfWork = p.Work
	p.Work = o
	return p
}

func (o *beforehand) Do(ctx context.Context, fn func(context.Context, port.Repos) error) error {
	if !o.done {
		o.done = true
		o.act()
		return fmt.Errorf("somebody else was first: %w", port.ErrStale)
	}
	return o.UnitOfWork.Do(ctx, fn)
}

func requestResetFlow() flow {
	return flow{
		name: "request reset",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			return func() error { return w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail}) }
		},
		chances: []string{"Events.Record"},
		calls:   []string{"MailQueue.Waiting", "Limiter.Take", "Limiter.Take", "MailQueue.Put", "Events.Record"},
	}
}

func resetFlow() flow {
	var held auth.Tokens
	return flow{
		name: "reset",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			held = w.login(t, domain.ModeJSON)
			w.forgot(t, annEmail)
			w.deliver(t)
			token := w.resetToken(t)
			return func() error { return w.service.Reset(t.Context(), token, newPassword, domain.Client{}) }
		},
		chances: []string{"Sessions.DeleteUser", "Events.Record"},
		settled: []string{"UnitOfWork.Do"},
		calls: []string{
			"OneTimeTokens.Get", "Users.ByID", "PasswordChecker.Check", "Hasher.Hash", "UnitOfWork.Do", "OneTimeTokens.Consume", "Users.ByID",
			"Users.Update", "MailQueue.Put", "OneTimeTokens.SpendUser", "Sessions.DeleteUser", "Events.Record",
		},
		check: func(t *testing.T, w world, method string, lost bool) {
			done := slices.Contains([]string{"Sessions.DeleteUser", "Events.Record"}, method) || lost && method == "UnitOfWork.Do"
			w.wantNotices(t, done)
			w.wantPassword(t, done)
			if done {
				w.wantRefused(t, held)
				return
			}
			w.wantIn(t, held)
			// The token was not spent on what did not happen.
			wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), "")
		},
	}
}
