package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// trail is an audit trail that grows while it is looked at.
type trail struct {
	auth.OperatorAPI
	events []domain.Event // in the order of their IDs
	fails  func() error   // asked at each look, if set
}

func (t *trail) ActivityAfter(_ context.Context, after string, limit int) ([]domain.Event, error) {
	if t.fails != nil {
		if err := t.fails(); err != nil {
			return nil, err
		}
	}
	var page []domain.Event
	for _, e := range t.events {
		if e.ID > after && len(page) < limit {
			page = append(page, e)
		}
	}
	return page, nil
}

// LatestActivity returns the latest, whatever else is asked for.
func (t *trail) LatestActivity(_ context.Context, q auth.ActivityQuery) ([]domain.Event, error) {
	latest := slices.Clone(t.events)
	slices.Reverse(latest)
	return latest[:min(q.Limit, len(latest))], nil
}

func TestActivityFollows(t *testing.T) {
	begin := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	event := func(at time.Duration, kind string) domain.Event {
		return domain.Event{ID: domain.NewUUID(begin.Add(at)), At: begin.Add(at), Kind: kind, Outcome: domain.OutcomeSuccess}
	}
	look := func(t *testing.T, cmd activityCommand, operator *trail, shown map[string]time.Time) string {
		t.Helper()
		var out bytes.Buffer
		if err := cmd.showSince(t.Context(), &out, operator, begin, shown); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	t.Run("each event once, also one that arrives behind a later one", func(t *testing.T) {
		shown := map[string]time.Time{}
		early, late := event(time.Second, "early"), event(2*time.Second, "late")
		operator := &trail{events: []domain.Event{event(-time.Second, "before"), late}}
		if got := look(t, activityCommand{}, operator, shown); !strings.Contains(got, "late") || strings.Contains(got, "before") {
			t.Errorf("got %q, want what comes after the beginning", got)
		}
		operator.events = []domain.Event{early, late}
		if got := look(t, activityCommand{}, operator, shown); !strings.Contains(got, "early") || strings.Contains(got, "late") {
			t.Errorf("got %q, want the one that is new", got)
		}
	})
	t.Run("more than a page at a time", func(t *testing.T) {
		operator := &trail{}
		for i := range 2*followPage + 1 {
			operator.events = append(operator.events, event(time.Duration(i+1)*time.Millisecond, "login"))
		}
		if got := strings.Count(look(t, activityCommand{}, operator, map[string]time.Time{}), "\n"); got != 2*followPage+1 {
			t.Errorf("got %d lines, want %d", got, 2*followPage+1)
		}
	})
	t.Run("those of the kind and the account alone", func(t *testing.T) {
		of := func(at time.Duration, kind string, actor, subject domain.UserID) domain.Event {
			e := event(at, kind)
			e.Actor, e.Subject = actor, subject
			return e
		}
		operator := &trail{events: []domain.Event{of(1e6, "login", "ann", "ann"), of(2e6, "logout", "ann", "bob"), of(3e6, "login", "", "bob")}}
		for want, cmd := range map[int]activityCommand{2: {User: "bob"}, 1: {User: "bob", Kind: "login"}, 3: {}} {
			if got := strings.Count(look(t, cmd, operator, map[string]time.Time{}), "\n"); got != want {
				t.Errorf("%+v: got %d lines, want %d", cmd, got, want)
			}
		}
	})
}

// Red when follow begins at the beginning, and when what was there is not taken for shown.
func TestActivityShowsAtTheBeginningWhatComesLate(t *testing.T) {
	for limit, want := range map[int]string{0: "late ", 1: "second late ", 2: "first second late "} {
		synctest.Test(t, func(t *testing.T) {
			event := func(ago time.Duration, kind string) domain.Event {
				at := time.Now().Add(-ago)
				return domain.Event{ID: domain.NewUUID(at), At: at, Kind: kind, Outcome: domain.OutcomeSuccess}
			}
			first, late, second := event(6*time.Second, "first"), event(5*time.Second, "late"), event(4*time.Second, "second")
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			operator, begin := &trail{events: []domain.Event{first, second}}, time.Now()
			operator.fails = func() error {
				switch since := time.Since(begin); {
				case since > 20*time.Second:
					stop()
				case since > time.Second: // of another instance, whose write took so long
					operator.events = []domain.Event{first, late, second}
				}
				return nil
			}
			var out bytes.Buffer
			if err := (activityCommand{Follow: true, Limit: limit}).watch(ctx, &out, slog.New(slog.DiscardHandler), operator); err != nil {
				t.Fatal(err)
			}
			got := ""
			for line := range strings.Lines(out.String()) {
				got += strings.Fields(line)[2] + " "
			}
			if got != want {
				t.Errorf("limit %d: got %q, want %q", limit, got, want)
			}
		})
	}
}

func TestActivityOutlivesARestartOfTheDatabase(t *testing.T) {
	silent := domain.NewError(domain.ServiceUnavailable, errors.New("connection refused"))
	// follow returns what is written and logged, and how it ends; at is called at each look.
	follow := func(t *testing.T, operator *trail, at func(since time.Duration, stop func()) error) (out, log string, took time.Duration, err error) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			begin := time.Now()
			operator.fails = func() error { return at(time.Since(begin), stop) }
			var written, logged bytes.Buffer
			err = activityCommand{}.follow(ctx, &written, slog.New(slog.NewTextHandler(&logged, nil)), operator, begin, map[string]time.Time{})
			out, log, took = written.String(), logged.String(), time.Since(begin)
		})
		return out, log, took, err
	}
	t.Run("what has happened meanwhile is shown once it is back", func(t *testing.T) {
		operator := &trail{}
		out, log, _, err := follow(t, operator, func(since time.Duration, stop func()) error {
			switch {
			case since >= 2*time.Minute+10*time.Second:
				stop()
			case since >= 2*time.Minute:
				return nil
			case since >= 10*time.Second:
				if len(operator.events) == 0 {
					operator.events = []domain.Event{{ID: domain.NewUUID(time.Now()), At: time.Now(), Kind: "login"}}
				}
				return silent
			}
			return nil
		})
		if err != nil || strings.Count(out, "login") != 1 {
			t.Errorf("got %q and %v, want the event, once", out, err)
		}
		if strings.Count(log, "\n") != 2 || !strings.Contains(log, "connection refused") || !strings.Contains(log, "can be read again") {
			t.Errorf("got log %q, want a line of the loss and one of the end of it", log)
		}
	})
	t.Run("it is given up after a while", func(t *testing.T) {
		_, _, took, err := follow(t, &trail{}, func(time.Duration, func()) error { return silent })
		if !errors.Is(err, silent) || took < followPatience || took > followPatience+2*followEvery {
			t.Errorf("got %v after %v, want the failure after %v", err, took, followPatience)
		}
	})
	t.Run("whatever else is wrong ends it at once", func(t *testing.T) {
		broken := errors.New("no such column")
		_, _, took, err := follow(t, &trail{}, func(time.Duration, func()) error { return broken })
		if !errors.Is(err, broken) || took > 0 {
			t.Errorf("got %v after %v, want the failure at once", err, took)
		}
	})
	t.Run("an interruption ends it well, also while the database is away", func(t *testing.T) {
		for _, failure := range []error{nil, silent} {
			_, _, _, err := follow(t, &trail{}, func(since time.Duration, stop func()) error {
				if since > 3*time.Second {
					stop()
				}
				return failure
			})
			if err != nil {
				t.Errorf("got %v, want none", err)
			}
		}
	})
}

func TestActivityIsOneLineAnEvent(t *testing.T) {
	forged := domain.Event{
		ID: "1", Kind: "login\n2026 success forged", Outcome: "failure\r\x1b[2K", Actor: "a\u2028b",
		Client: domain.Client{IP: "192.0.2.7\nforged", UserAgent: "x\u0085\x00y\n{\"action\":\"forged\"}"},
	}
	for _, cmd := range []activityCommand{{}, {JSON: true}} {
		var out bytes.Buffer
		if err := cmd.show(&out, forged); err != nil {
			t.Fatal(err)
		}
		line, found := strings.CutSuffix(out.String(), "\n")
		if !found || strings.ContainsAny(line, "\n\r\x1b\x00\u0085\u2028") {
			t.Errorf("got %q, want one line", out.String())
		}
		if cmd.JSON && !json.Valid([]byte(line)) {
			t.Errorf("got %q, want JSON", line)
		}
	}
}
