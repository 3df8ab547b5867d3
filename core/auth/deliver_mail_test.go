package auth_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestDeliverMail(t *testing.T) {
	t.Run("writes to who is there and drops the rest", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		for _, email := range []string{"nobody@example.com", "zzz", "mike@example.com", annEmail} {
			w.forgot(t, email)
		}
		if got, want := w.deliver(t), (auth.Delivered{Sent: 1, Dropped: 3}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got := w.deliver(t); got != (auth.Delivered{}) {
			t.Errorf("got %+v when all is done", got)
		}
	})
	t.Run("the language is the user's before that of the request", func(t *testing.T) {
		for own, want := range map[string]string{"": "Ein neues", "en-GB": "A new"} {
			w := newWorld(t, auth.DefaultSettings())
			w.seedAnn(t, func(u *domain.User) { u.Language = own })
			if err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail, Language: "de-DE,de;q=0.9"}); err != nil {
				t.Fatal(err)
			}
			w.deliver(t)
			if got := w.mailbox.Mails()[0].Subject; !strings.HasPrefix(got, want) {
				t.Errorf("language %q: got subject %q, want %q", own, got, want)
			}
		}
	})
	// Red when either letter calls everybody by their name.
	t.Run("a name greets nobody at an address that is not proved", func(t *testing.T) {
		for proven, want := range map[bool]int{true: 2, false: 0} {
			w := newWorld(t, openHouse())
			w.seedAnn(t, func(u *domain.User) { u.FirstName, u.EmailProven = "evil.example/prize", proven })
			w.forgot(t, annEmail)
			w.register(t, annEmail, newPassword)
			w.deliver(t)
			w.wantMails(t, 2)
			greeted := 0
			for _, mail := range w.mailbox.Mails() {
				if strings.Contains(mail.Text, "evil.example/prize") && strings.Contains(mail.HTML, "evil.example/prize") {
					greeted++
				}
			}
			if greeted != want {
				t.Errorf("proved: %t: got %d mails with the name, want %d", proven, greeted, want)
			}
		}
	})
	t.Run("a server that is down is tried again, later and later", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.mailbox.FailNext(3, errors.New("connection refused"))
		for _, pause := range []time.Duration{0, 10 * time.Second, 20 * time.Second} {
			if pause > 0 {
				w.clock.Advance(pause - time.Microsecond)
				if got := w.deliver(t); got != (auth.Delivered{}) {
					t.Errorf("got %+v before the pause of %v was over", got, pause)
				}
				w.clock.Advance(time.Microsecond)
			}
			if got := w.deliver(t); got != (auth.Delivered{Failed: 1}) {
				t.Errorf("got %+v after %v, want a failure", got, pause)
			}
		}
		w.clock.Advance(40 * time.Second)
		if got := w.deliver(t); got != (auth.Delivered{Sent: 1}) {
			t.Fatalf("got %+v when the server is back, want the mail sent", got)
		}
		wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), "")
	})
	t.Run("a mail that went out without an answer goes out again, the same in every part", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.mailbox.LoseNext(1, errors.New("cut after DATA"))
		w.deliver(t)
		first := w.resetToken(t)
		w.clock.Advance(10 * time.Second)
		w.deliver(t)
		mails := w.mailbox.Mails()
		if len(mails) != 2 || mails[0].ID != mails[1].ID || mails[0].ID == "" || w.resetToken(t) != first {
			t.Fatalf("got %d mails, want two of one ID with one link: a receiver may keep either", len(mails))
		}
		wantCode(t, w.service.Reset(t.Context(), first, newPassword, domain.Client{}), "")
	})
	t.Run("what was used already is not sent again", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.mailbox.LoseNext(1, errors.New("cut after DATA"))
		w.deliver(t)
		wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), "")
		w.clock.Advance(10 * time.Second)
		if got := w.deliver(t); got != (auth.Delivered{Dropped: 1, Sent: 1}) || len(w.mailbox.Mails()) != 2 {
			t.Errorf("got %+v and %d mails, want the letter dropped, and a notice sent", got, len(w.mailbox.Mails()))
		}
	})
	t.Run("what is refused for good is dropped", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.mailbox.FailNext(1, fmt.Errorf("550: %w", port.ErrInvalid))
		if got := w.deliver(t); got != (auth.Delivered{Dropped: 1}) {
			t.Errorf("got %+v", got)
		}
		w.clock.Advance(time.Hour)
		if got := w.deliver(t); got != (auth.Delivered{}) {
			t.Errorf("got %+v an hour later, want nothing left", got)
		}
	})
	t.Run("a letter that nobody could deliver in time is given up", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.clock.Advance(time.Hour)
		if got := w.deliver(t); got != (auth.Delivered{}) || len(w.mailbox.Mails()) > 0 {
			t.Errorf("got %+v and %d mails, want none", got, len(w.mailbox.Mails()))
		}
	})
	t.Run("a worker that died leaves its letters to another", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		now := w.clock.Now()
		if _, err := w.store.Repos().MailQueue.Claim(t.Context(), now, now.Add(5*time.Minute), 10); err != nil {
			t.Fatal(err)
		}
		if got := w.deliver(t); got != (auth.Delivered{}) {
			t.Errorf("got %+v while the letter is on loan", got)
		}
		w.clock.Advance(5 * time.Minute)
		if got := w.deliver(t); got != (auth.Delivered{Sent: 1}) {
			t.Errorf("got %+v when the loan is over, want it sent", got)
		}
	})
	t.Run("a worker that is stopped finishes its letter and begins no other", func(t *testing.T) {
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.clock.Advance(time.Second) // the letter above is the older one
		w.forgot(t, "nobody@example.com")
		ctx, stop := context.WithCancel(t.Context())
		v.set(intercept.Hooks{Before: func(_ context.Context, method string) error {
			if method == "Users.ByEmail" {
				stop()
			}
			return nil
		}})
		if got, err := w.service.DeliverMail(ctx); got != (auth.Delivered{Sent: 1}) || err != nil {
			t.Errorf("got %+v and %v, want one sent", got, err)
		}
		if got := w.deliver(t); got != (auth.Delivered{Dropped: 1}) {
			t.Errorf("got %+v from the next worker, want the other letter", got)
		}
	})
	t.Run("of two workers each letter goes to one", func(t *testing.T) {
		settings := auth.DefaultSettings()
		settings.ResetAccount, settings.ResetAddress = port.Limit{}, port.Limit{}
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		for range 100 {
			w.forgot(t, annEmail)
		}
		var workers sync.WaitGroup
		for range 2 {
			workers.Go(func() {
				for {
					done, err := w.service.DeliverMail(context.WithoutCancel(t.Context()))
					if err != nil {
						t.Errorf("deliver: %v", err)
					}
					if !done.More {
						return
					}
				}
			})
		}
		workers.Wait()
		ids := map[string]bool{}
		for _, m := range w.mailbox.Mails() {
			ids[m.ID] = true
		}
		if got := len(w.mailbox.Mails()); got != 100 || len(ids) != 100 {
			t.Errorf("got %d mails of %d letters, want 100 of 100", got, len(ids))
		}
	})
}

// TestDeliverMail_Failures makes each port call of a delivery fail, and lose its answer. The
// letter is never lost: it goes out when the loan or the pause is over, and its link works.
func TestDeliverMail_Failures(t *testing.T) {
	for _, lost := range []bool{false, true} {
		for n := 1; ; n++ {
			var v valve
			w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			w.forgot(t, annEmail)
			var made intercept.Recorder
			fail := intercept.FailNth(n, errBroken)
			hook := intercept.Chain(made.Hook, fail.Hook)
			if lost {
				v.set(intercept.Hooks{After: hook})
			} else {
				v.set(intercept.Hooks{Before: hook})
			}
			_, err := w.service.DeliverMail(t.Context())
			v.set(intercept.Hooks{})
			if !fail.Fired() {
				want := []string{"MailQueue.Claim", "Users.ByEmail", "OneTimeTokens.Put", "Events.Record", "MailQueue.Done", "MailQueue.Claim"}
				if got := made.Calls(); !lost && !slices.Equal(got, want) {
					t.Errorf("got calls %q, want %q", got, want)
				}
				break
			}
			method := made.Calls()[n-1]
			if err != nil {
				wantCode(t, err, domain.ServiceUnavailable)
			}
			w.clock.Advance(5 * time.Minute)
			w.deliver(t)
			if len(w.mailbox.Mails()) == 0 {
				t.Errorf("%s (lost %t): the letter never went out", method, lost)
				continue
			}
			wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), "")
		}
	}
}
