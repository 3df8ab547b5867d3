package auth_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const appPage = "https://app.example.com/reset"

// restarted is w with other settings, on the same store.
func (w world) restarted(t testing.TB, s auth.Settings) world {
	t.Helper()
	w.service = auth.New(w.ports, s, newKeys(t, dataKey))
	return w
}

// linkAfter asks for a mail under the settings before, with requested as its page, and returns
// the text of the mail that is written under the settings after.
func linkAfter(t testing.TB, requested string, before, after auth.Settings, changes ...func(*auth.Ports)) string {
	t.Helper()
	w := newWorld(t, before, changes...)
	w.seedAnn(t, nil)
	if err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail, URL: requested}); err != nil {
		t.Fatal(err)
	}
	w = w.restarted(t, after)
	if got := w.deliver(t); got != (auth.Delivered{Sent: 1}) {
		t.Fatalf("got %+v, want one sent", got)
	}
	if requested != "" {
		wantCode(t, w.service.Reset(t.Context(), w.resetToken(t), newPassword, domain.Client{}), "")
	}
	return w.mailbox.Mails()[0].Text
}

// TestResetPage: a letter waits as long as the mail server is down, and the service may be
// restarted with other settings meanwhile.
func TestResetPage(t *testing.T) {
	at := func(page string, allowed ...string) auth.Settings {
		s := auth.DefaultSettings()
		s.ResetPage, s.ResetURLs = page, allowed
		return s
	}
	const wrong, right = "http://localhost:8055/admin/reset-password", "https://login.example.com/admin/reset-password"
	for name, c := range map[string]struct {
		requested     string
		before, after auth.Settings
		want          string
	}{
		"our own is the one of the settings that the mail is written under": {"", at(wrong), at(right), right + "?token="},
		"another is the one that was asked for":                             {appPage + "?lang=de", at(right, appPage), at(right, appPage), appPage + "?lang=de&token="},
		"another that is not allowed any more gives way to our own":         {appPage, at(wrong, appPage), at(right, "https://app.example.com/new"), right + "?token="},
		"another gives way to our own when none is allowed any more":        {appPage, at(right, appPage), at(right), right + "?token="},
	} {
		t.Run(name, func(t *testing.T) {
			var log logbook
			got := linkAfter(t, c.requested, c.before, c.after, logged(&log))
			if !strings.Contains(got, "\n"+c.want) {
				t.Errorf("got %s, want %s in it", got, c.want)
			}
			replaced := strings.Contains(log.String(), "is allowed no more")
			if want := c.requested != "" && !strings.Contains(c.want, appPage); replaced != want {
				t.Errorf("said to be replaced: %t, want %t: %s", replaced, want, log.String())
			}
		})
	}
	t.Run("the queue has no page of ours in it", func(t *testing.T) {
		w := newWorld(t, at(wrong))
		w.forgot(t, annEmail)
		now := w.clock.Now()
		leases, err := w.store.Repos().MailQueue.Claim(t.Context(), now, now.Add(time.Minute), 1)
		if err != nil || len(leases) != 1 || leases[0].Letter.URL != "" {
			t.Errorf("got %+v, error %v", leases, err)
		}
	})
}

func TestRefusedResetURLIsLogged(t *testing.T) {
	for name, c := range map[string]struct {
		requested string
		allowed   []string
		want      string
	}{
		"no list":                        {appPage + "?secret=x", nil, `\"https://app.example.com/reset\" is refused, as all are while the allow list is empty`},
		"another list":                   {appPage + "?secret=x", []string{"https://app.example.com/other"}, `\"https://app.example.com/reset\" is not on the allow list`},
		"what cannot be compared":        {"https://secret@app.example.com/", []string{appPage}, "is no absolute URL"},
		"a page longer than anybody has": {"https://app.example.com/" + strings.Repeat("x", 1000) + "secret", []string{appPage}, "is not on the allow list"},
	} {
		t.Run(name, func(t *testing.T) {
			s := auth.DefaultSettings()
			s.ResetURLs = c.allowed
			var log logbook
			w := newWorld(t, s, logged(&log))
			refusal := wantCode(t, w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail, URL: c.requested}), domain.InvalidPayload)
			if !strings.Contains(log.String(), c.want) || !strings.Contains(log.String(), `"level":"INFO"`) || strings.Contains(log.String(), "secret") || strings.Contains(log.String(), annEmail) {
				t.Errorf("got log %s, want %s in it and no secret", log.String(), c.want)
			}
			if shown := refusal.Message + refusal.Reason; strings.Contains(shown, "app.example.com") || strings.Contains(shown, "list") {
				t.Errorf("the caller is told %q", shown)
			}
		})
	}
}

// TestMailSaysHowLongTheLinkWorks has time pass between what the service does, as it does.
func TestMailSaysHowLongTheLinkWorks(t *testing.T) {
	var v valve
	composer := &remembering{}
	w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()), func(p *auth.Ports) { p.Composer = composer })
	w.seedAnn(t, nil)
	w.forgot(t, annEmail)
	v.set(intercept.Hooks{After: func(context.Context, string) error { w.clock.Advance(7 * time.Millisecond); return nil }})
	w.deliver(t)
	if want := auth.DefaultSettings().ResetTTL; composer.last.ExpiresIn != want {
		t.Errorf("got %v, want %v", composer.last.ExpiresIn, want)
	}
}

// remembering is a composer that keeps what it was asked for.
type remembering struct {
	fakes.Composer
	last port.MailContent
}

func (r *remembering) Compose(ctx context.Context, c port.MailContent) (subject, text, html string, err error) {
	r.last = c
	return r.Composer.Compose(ctx, c)
}
