package auth_test

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// forged is a client that writes lines of its own into whatever is careless.
var forged = domain.Client{
	IP:        "192.0.2.7\n{\"event\":\"forged\"}",
	UserAgent: "agent\r\n{\"event\":\"forged\"}\u2028\u0085\x1b[2K\x00",
	Origin:    "https://app.example.com\nforged",
}

// Red when record's "e.Client = e.Client.Bounded()" is gone, and when any one of the calls
// of record is.
func TestSecurity96_WhatHappensIsRecordedWithTimeUserAndSource(t *testing.T) {
	var log logbook
	w := newWorld(t, atOnce(), logged(&log))
	w.seedAnn(t, nil)
	login := func(email, password string, mode domain.Mode) auth.Tokens {
		t.Helper()
		tokens, err := w.service.Login(t.Context(), auth.LoginInput{Email: email, Password: password, Mode: mode, Client: forged})
		if err != nil {
			return auth.Tokens{}
		}
		return tokens
	}
	in := func(held auth.Tokens) auth.RefreshInput {
		input := refreshOf(held)
		input.Client = forged
		return input
	}

	made := []domain.Event{{Kind: domain.EventUserCreated, Outcome: domain.OutcomeSuccess}} // and its subject, once it is known
	for _, step := range []struct {
		what string
		act  func()
		want []domain.Event
	}{
		{"good login", func() { login(annEmail, password, domain.ModeJSON) }, []domain.Event{
			{Kind: domain.EventLogin, Outcome: domain.OutcomeSuccess, Actor: annID, Subject: annID},
		}},
		{"wrong password", func() { login(annEmail, "wrong", domain.ModeJSON) }, []domain.Event{
			{Kind: domain.EventLogin, Outcome: domain.OutcomeFailure, Subject: annID},
		}},
		{"unknown address", func() { login("nobody@example.com", password, domain.ModeJSON) }, []domain.Event{
			{Kind: domain.EventLogin, Outcome: domain.OutcomeFailure},
		}},
		{"right password without the second factor", func() {
			w.changeAnn(t, func(u *domain.User) { u.TOTP = []byte("sealed") })
			login(annEmail, password, domain.ModeJSON)
			w.changeAnn(t, func(u *domain.User) { u.TOTP = nil })
		}, []domain.Event{
			{Kind: domain.EventLogin, Outcome: domain.OutcomeFailure, Subject: annID},
		}},
		{"logout", func() {
			if err := w.service.Logout(t.Context(), in(login(annEmail, password, domain.ModeCookie))); err != nil {
				t.Error(err)
			}
		}, []domain.Event{
			{Kind: domain.EventLogin, Outcome: domain.OutcomeSuccess, Actor: annID, Subject: annID},
			{Kind: domain.EventLogout, Outcome: domain.OutcomeSuccess, Actor: annID, Subject: annID},
		}},
		{"reuse", func() {
			held := login(annEmail, password, domain.ModeJSON)
			w.refresh(t, held)
			w.clock.Advance(time.Minute)
			_, err := w.service.Refresh(t.Context(), in(held))
			wantCode(t, err, domain.InvalidCredentials)
		}, []domain.Event{
			{Kind: domain.EventLogin, Outcome: domain.OutcomeSuccess, Actor: annID, Subject: annID},
			{Kind: domain.EventRefreshReuse, Outcome: domain.OutcomeFailure, Subject: annID},
		}},
		{"new password and address", func() {
			me := w.authenticate(t, login(annEmail, password, domain.ModeJSON))
			patch := auth.ProfilePatch{Password: new(newPassword), Email: new("anna@example.com")}
			_, _, err := w.service.UpdateMe(t.Context(), me, patch, forged)
			wantCode(t, err, "")
		}, []domain.Event{
			{Kind: domain.EventLogin, Outcome: domain.OutcomeSuccess, Actor: annID, Subject: annID},
			{Kind: domain.EventPasswordChanged, Outcome: domain.OutcomeSuccess, Actor: annID, Subject: annID},
			{Kind: domain.EventEmailChanged, Outcome: domain.OutcomeSuccess, Actor: annID, Subject: annID},
		}},
		{"operator", func() {
			_, err := w.service.SetPassword(t.Context(), "anna@example.com", password)
			wantCode(t, err, "")
			wantCode(t, w.service.Unlock(t.Context(), "anna@example.com"), "")
		}, []domain.Event{
			{Kind: domain.EventPasswordChanged, Outcome: domain.OutcomeSuccess, Subject: annID},
			{Kind: domain.EventAccountUnlocked, Outcome: domain.OutcomeSuccess, Subject: annID},
		}},
		{"operator, new account", func() {
			u, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
			wantCode(t, err, "")
			made[0].Subject = u.ID
		}, made},
	} {
		t.Run(step.what, func(t *testing.T) {
			w.clock.Advance(time.Second)
			before := map[string]bool{}
			for _, e := range w.events(t) {
				before[e.ID] = true
			}
			step.act()
			var got []domain.Event
			for _, e := range w.events(t) {
				if before[e.ID] {
					continue
				}
				if e.At.After(w.clock.Now()) || w.clock.Now().Sub(e.At) > time.Minute {
					t.Errorf("got an event of %v at %v", e.At, w.clock.Now())
				}
				if source := (domain.Client{
					IP:        "192.0.2.7{\"event\":\"forged\"}",
					UserAgent: "agent{\"event\":\"forged\"}[2K",
					Origin:    "https://app.example.comforged",
				}); !strings.HasPrefix(step.what, "operator") && e.Client != source {
					t.Errorf("got source %+q, want %+q", e.Client, source)
				}
				got = append(got, domain.Event{Kind: e.Kind, Outcome: e.Outcome, Actor: e.Actor, Subject: e.Subject})
			}
			if len(got) != len(step.want) {
				t.Fatalf("got %+v, want %+v", got, step.want)
			}
			for _, want := range step.want { // events of one millisecond have no order
				if n := countEvents(got, want); n != countEvents(step.want, want) {
					t.Errorf("got %d of %+v in %+v", n, want, got)
				}
			}
		})
	}

	t.Run("each is also a line of the log, and no line is forged", func(t *testing.T) {
		lines, audits := 0, 0
		for scan := bufio.NewScanner(strings.NewReader(log.String())); scan.Scan(); lines++ {
			var line struct {
				Time                time.Time
				Msg, Event, Outcome string
			}
			if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
				t.Fatalf("line %d is no JSON: %v", lines, err)
			}
			if line.Event == "forged" {
				t.Errorf("line %d is forged", lines)
			}
			if line.Msg == "audit" && line.Event != "" && line.Outcome != "" && !line.Time.IsZero() {
				audits++
			}
		}
		if want := len(w.events(t)); audits != want || lines < audits {
			t.Errorf("got %d lines of events in %d, want one for each of %d events", audits, lines, want)
		}
	})
	t.Run("an attempt that a limit refuses is a line of the log, and the first one an event, so that no stranger fills the trail", func(t *testing.T) {
		for limit, change := range map[string]func(*auth.Settings){
			"account": func(s *auth.Settings) { s.LoginAddress = port.Limit{} },
			"address": func(s *auth.Settings) { s.LoginAccount = port.Limit{} },
		} {
			var log logbook
			settings := oneGuess()
			change(&settings)
			w := newWorld(t, settings, logged(&log))
			w.seedAnn(t, nil)
			for range 20 {
				_, err := w.service.Login(t.Context(), auth.LoginInput{Email: annEmail, Password: "wrong", Mode: domain.ModeJSON, Client: forged})
				if code := codeOf(err); code != domain.InvalidCredentials && code != domain.RequestsExceeded {
					t.Fatalf("got %v, want a refusal", err)
				}
			}
			guessed, limited := w.count(t, domain.EventLogin, domain.OutcomeFailure), w.count(t, domain.EventLoginLimited, domain.OutcomeFailure)
			if got := len(w.events(t)); got != 2 || guessed != 1 || limited != 1 {
				t.Errorf("%s: got %d events, want that of the one guess and that of the limit", limit, got)
			}
			if got := strings.Count(log.String(), `"msg":"a login was turned away","limit":"`+limit+`","ip":"192.0.2.7{`); got != 19 {
				t.Errorf("%s: got %d lines of the log, want one for each of 19 refusals", limit, got)
			}
		}
	})
	t.Run("an audit trail that is down is a line of the log, and locks nobody out", func(t *testing.T) {
		// Told by TestFailureWalk, too, for every use case: Events.Record is a chance.
		var broken logbook
		w := newWorld(t, atOnce(), logged(&broken),
			intercepted(intercept.Hooks{Before: intercept.FailMethod("Events.Record", errBroken)}))
		w.seedAnn(t, nil)
		w.wantIn(t, w.login(t, domain.ModeJSON))
		if !strings.Contains(broken.String(), "missing from the audit trail") {
			t.Errorf("the log does not say that an event is missing")
		}
	})
}

func countEvents(all []domain.Event, want domain.Event) int {
	n := 0
	for _, e := range all {
		if e == want {
			n++
		}
	}
	return n
}
