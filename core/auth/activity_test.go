package auth_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestActivityIsForAdministrators(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	me := w.authenticate(t, w.login(t, domain.ModeJSON))
	for _, p := range []auth.Principal{{}, me} {
		events, err := w.service.Activity(t.Context(), p, auth.ActivityQuery{Limit: 10})
		if wantCode(t, err, domain.Forbidden); events != nil {
			t.Errorf("got %d events beside a refusal", len(events))
		}
	}
	if _, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "root@example.com", Password: password, Admin: true}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second)
	tokens, err := w.tryLogin(t, "root@example.com", password, domain.ModeJSON)
	wantCode(t, err, "")
	root := w.authenticate(t, tokens)
	for _, test := range []struct {
		query auth.ActivityQuery
		want  []string
	}{
		{auth.ActivityQuery{Limit: 1}, []string{domain.EventLogin}},
		{auth.ActivityQuery{Limit: 10, User: root.User.ID}, []string{domain.EventLogin, domain.EventUserCreated}},
		{auth.ActivityQuery{Limit: 10, User: root.User.ID, Offset: 1}, []string{domain.EventUserCreated}},
		{auth.ActivityQuery{Limit: 10, Kind: domain.EventUserCreated}, []string{domain.EventUserCreated}},
		{auth.ActivityQuery{Kind: domain.EventLogin}, nil},
	} {
		events, err := w.service.Activity(t.Context(), root, test.query)
		wantCode(t, err, "")
		var got []string
		for _, e := range events {
			got = append(got, e.Kind)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: got %q, want %q", test.query, got, test.want)
		}
	}
	_, err = w.service.Activity(t.Context(), root, auth.ActivityQuery{Kind: "\xff", Limit: 1})
	wantCode(t, err, domain.InvalidQuery)
}

func TestSweepEndsTheAuditTrailAtItsAge(t *testing.T) {
	for name, test := range map[string]struct{ ttl, age time.Duration }{
		"young": {time.Hour, time.Hour}, "old": {time.Hour, time.Hour + time.Microsecond}, "for ever": {0, 365 * 24 * time.Hour},
	} {
		settings := auth.DefaultSettings()
		settings.EventsTTL = test.ttl
		w := newWorld(t, settings)
		e := domain.Event{ID: "1", At: w.clock.Now(), Kind: domain.EventLogin}
		if err := w.store.Events().Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(test.age)
		swept, err := w.service.Sweep(t.Context())
		wantCode(t, err, "")
		if want := map[string]int{"old": 1}[name]; swept.Events != want || len(w.events(t)) != 1-want {
			t.Errorf("%s: got %+v and %d events left, want %d removed", name, swept, len(w.events(t)), want)
		}
	}
}
