package contract

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunSessions runs SessionsCases, each on what open returns: an empty port.Sessions that
// t.Cleanup closes.
func RunSessions(t *testing.T, open func(t testing.TB) port.Sessions, opts ...Option) {
	t.Helper()
	run(t, "sessions", SessionsCases(), open, opts)
}

// SessionsCases returns the rules of port.Sessions.
func SessionsCases() []Case[port.Sessions] {
	var cases []Case[port.Sessions]
	cases = append(cases, sessionsCreateCases()...)
	cases = append(cases, sessionsListCases()...)
	cases = append(cases, sessionsRotateCases()...)
	cases = append(cases, sessionsEndCases()...)
	cases = append(cases, sessionsPruneCases()...)
	cases = append(cases, sessionsKeyed().cases()...)
	return append(cases, sessionsMethods().cancelled()...)
}

// createSessions stores a sample session of each name, all of the user ann.
func createSessions(t testing.TB, sessions port.Sessions, names ...string) {
	t.Helper()
	for _, name := range names {
		must(t, sessions.Create(t.Context(), sampleSession(name, "id-of-ann")))
	}
}

// wantLive ends the case unless the session is live at now.
func wantLive(t testing.TB, sessions port.Sessions, id domain.SessionID, now time.Time) {
	t.Helper()
	wantEqual(t, value(sessions.Get(t.Context(), id, now))(t).ID, id)
}

// wantGone ends the case if the session is live at now.
func wantGone(t testing.TB, sessions port.Sessions, id domain.SessionID, now time.Time) {
	t.Helper()
	if s, err := sessions.Get(t.Context(), id, now); err == nil && s.ID == id {
		t.Fatalf("got session %s, want it gone", id)
	}
}

func sessionsCreateCases() []Case[port.Sessions] {
	const ruleCreate = "Create stores s, or returns ErrConflict when its ID is taken, and then stores nothing."
	const ruleGet = "Get returns the session if it is live at now, or ErrNotFound."
	const ruleLive = "A session is live while now is before its ExpiresAt and its EndsAt; at that very instant it is gone."
	const ruleTimes = "Times keep microseconds and come back in UTC; the caller passes no finer ones."
	return []Case[port.Sessions]{
		{"sessions/create/duplicate-is-conflict", ruleCreate, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			wantError(t, sessions.Create(t.Context(), sampleSession("laptop", "id-of-bob")), port.ErrConflict)
		}},
		{"sessions/create/conflict-stores-nothing", ruleCreate, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			other := sampleSession("laptop", "id-of-bob")
			other.Secret = domain.HashSecret("another")
			if sessions.Create(t.Context(), other) == nil {
				t.Fatal("got no error for an ID that is taken")
			}
			wantEqual(t, value(sessions.Get(t.Context(), other.ID, at(0)))(t), sampleSession("laptop", "id-of-ann"))
		}},
		{"sessions/create/one-winner", ruleCreate, func(t testing.TB, sessions port.Sessions) {
			user := func(i int) domain.UserID { return domain.UserID(fmt.Sprint("user", i)) }
			race(t, racers, func(i int) error {
				return sessions.Create(t.Context(), sampleSession("wanted", user(i)))
			}).want(t, 1, nil)
		}},
		{"sessions/get/missing-is-not-found", ruleGet, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			wantError(t, errorOf(sessions.Get(t.Context(), "id-of-nothing", at(0))), port.ErrNotFound)
		}},
		{"sessions/get/ended-is-not-found", ruleGet, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			wantError(t, errorOf(sessions.Get(t.Context(), "id-of-laptop", at(2*time.Hour))), port.ErrNotFound)
		}},
		{"sessions/expiry/boundary", ruleLive, func(t testing.TB, sessions port.Sessions) {
			s := sampleSession("laptop", "id-of-ann")
			s.ExpiresAt, s.EndsAt = at(time.Minute), at(time.Hour)
			must(t, sessions.Create(t.Context(), s))
			wantLive(t, sessions, s.ID, at(time.Minute-time.Microsecond))
			wantGone(t, sessions, s.ID, at(time.Minute))
		}},
		{"sessions/expiry/absolute-boundary", ruleLive, func(t testing.TB, sessions port.Sessions) {
			s := sampleSession("laptop", "id-of-ann")
			s.ExpiresAt, s.EndsAt = at(time.Hour), at(time.Minute)
			must(t, sessions.Create(t.Context(), s))
			wantLive(t, sessions, s.ID, at(time.Minute-time.Microsecond))
			wantGone(t, sessions, s.ID, at(time.Minute))
		}},
		{
			"sessions/expiry/time-is-an-argument", "Time is an argument. No adapter asks its own clock or its database's.",
			func(t testing.TB, sessions port.Sessions) {
				for i, then := range []time.Time{at(-100 * 365 * 24 * time.Hour), at(100 * 365 * 24 * time.Hour)} {
					s := sampleSession(fmt.Sprint("session", i), "id-of-ann")
					s.CreatedAt, s.RotatedAt = then, then
					s.ExpiresAt, s.EndsAt = then.Add(time.Minute), then.Add(time.Hour)
					must(t, sessions.Create(t.Context(), s))
					wantEqual(t, value(sessions.Get(t.Context(), s.ID, then))(t), s)
					wantGone(t, sessions, s.ID, then.Add(2*time.Minute))
				}
			},
		},
		{"sessions/values/come-back-equal", "Stored values come back equal.", func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			for i, mode := range []domain.Mode{domain.ModeJSON, domain.ModeCookie, domain.ModeSession} {
				s := sampleSession(string(mode), "id-of-bob")
				s.Mode, s.Epoch, s.Generation = mode, 1<<62+int64(i), 1<<61+int64(i)
				must(t, sessions.Create(t.Context(), s))
				wantEqual(t, value(sessions.Get(t.Context(), s.ID, at(0)))(t), s)
			}
		}},
		{"sessions/values/empty-stays-empty", "Stored values come back equal.", func(t testing.TB, sessions port.Sessions) {
			s := domain.Session{ID: "id-of-laptop", ExpiresAt: at(time.Hour), EndsAt: at(time.Hour)}
			must(t, sessions.Create(t.Context(), s))
			wantEqual(t, value(sessions.Get(t.Context(), s.ID, at(0)))(t), s)
		}},
		{"sessions/values/odd-texts", "Stored values come back equal.", keepsClient(oddClient())},
		{"sessions/values/long-texts", "Stored values come back equal.", keepsClient(longClient())},
		{"sessions/times/microseconds", ruleTimes, func(t testing.TB, sessions port.Sessions) {
			s := sampleSession("laptop", "id-of-ann")
			s.CreatedAt, s.RotatedAt = at(time.Microsecond), at(2*time.Microsecond)
			s.ExpiresAt, s.EndsAt = at(time.Hour+3*time.Microsecond), at(time.Hour+4*time.Microsecond)
			must(t, sessions.Create(t.Context(), s))
			wantEqual(t, value(sessions.Get(t.Context(), s.ID, at(0)))(t), s)
		}},
		{"sessions/times/utc", ruleTimes, func(t testing.TB, sessions port.Sessions) {
			s := sampleSession("laptop", "id-of-ann")
			s.CreatedAt, s.RotatedAt = elsewhere(s.CreatedAt), elsewhere(s.RotatedAt)
			s.ExpiresAt, s.EndsAt = elsewhere(s.ExpiresAt), elsewhere(s.EndsAt)
			must(t, sessions.Create(t.Context(), s))
			got := value(sessions.Get(t.Context(), s.ID, elsewhere(at(0))))(t)
			wantUTC(t, got.CreatedAt, got.RotatedAt, got.ExpiresAt, got.EndsAt)
		}},
	}
}

// keepsClient is a case in which a session has a client.
func keepsClient(c domain.Client) func(testing.TB, port.Sessions) {
	return func(t testing.TB, sessions port.Sessions) {
		s := sampleSession("laptop", "id-of-ann")
		s.Client = c
		must(t, sessions.Create(t.Context(), s))
		wantEqual(t, value(sessions.Get(t.Context(), s.ID, at(0)))(t), s)
	}
}

func sessionsEndCases() []Case[port.Sessions] {
	const ruleReused = "EndReused deletes the session unless presented is its current secret, in one atomic step, and reports whether it did."
	const ruleDelete = "Delete removes the session."
	const ruleUser = "DeleteUser removes every session of the user but except, and nobody else's."
	wrong := domain.HashSecret("a secret that is not current")
	return []Case[port.Sessions]{
		{"sessions/end-reused/ends", ruleReused, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop", "phone")
			wantEqual(t, value(sessions.EndReused(t.Context(), "id-of-laptop", wrong))(t), true)
			wantGone(t, sessions, "id-of-laptop", at(0))
			wantLive(t, sessions, "id-of-phone", at(0))
		}},
		{"sessions/end-reused/spares-the-current-secret", ruleReused, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			current := sampleSession("laptop", "id-of-ann").Secret
			wantEqual(t, value(sessions.EndReused(t.Context(), "id-of-laptop", current))(t), false)
			wantLive(t, sessions, "id-of-laptop", at(0))
		}},
		{"sessions/end-reused/missing-is-false", ruleReused, func(t testing.TB, sessions port.Sessions) {
			wantEqual(t, value(sessions.EndReused(t.Context(), "id-of-nothing", wrong))(t), false)
		}},
		{
			"sessions/end-reused/never-an-honest-session", "A read that is out of date can thus never end an honest session.",
			func(t testing.TB, sessions port.Sessions) {
				// Each session is rotated by one goroutine while another presents the
				// secret that it is rotated to. Who of the two is started first takes turns.
				next := domain.HashSecret("next")
				for round := range 6 {
					ended := make([]bool, racers)
					name := func(i int) string { return fmt.Sprintf("session %d of round %d", i, round) }
					for i := range racers / 2 {
						createSessions(t, sessions, name(i))
					}
					got := race(t, racers, func(i int) error {
						s := sampleSession(name(i/2), "id-of-ann")
						var err error
						if i%2 == round%2 {
							ended[i/2], err = sessions.EndReused(t.Context(), s.ID, next)
						} else {
							_, err = sessions.Rotate(t.Context(), rotation(s, next))
						}
						return err
					})
					for i := range racers / 2 {
						must(t, got[2*i+round%2])
						if got[2*i+1-round%2] == nil && ended[i] {
							t.Fatalf("%s was rotated to the presented secret, and ended for presenting it", name(i))
						}
					}
				}
			},
		},
		{"sessions/delete/removes", ruleDelete, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop", "phone")
			must(t, sessions.Delete(t.Context(), "id-of-laptop"))
			wantGone(t, sessions, "id-of-laptop", at(0))
			wantLive(t, sessions, "id-of-phone", at(0))
		}},
		{"sessions/delete/idempotent", "Removing what is not there is no error.", func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			must(t, sessions.Delete(t.Context(), "id-of-laptop"))
			must(t, sessions.Delete(t.Context(), "id-of-laptop"))
			must(t, sessions.Delete(t.Context(), "id-of-nothing"))
		}},
		{"sessions/delete-user/removes-all", ruleUser, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop", "phone", "desk")
			must(t, sessions.DeleteUser(t.Context(), "id-of-ann", ""))
			for _, id := range []domain.SessionID{"id-of-laptop", "id-of-phone", "id-of-desk"} {
				wantGone(t, sessions, id, at(0))
			}
		}},
		{"sessions/delete-user/spares-except", ruleUser, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop", "phone", "desk")
			must(t, sessions.DeleteUser(t.Context(), "id-of-ann", "id-of-phone"))
			wantLive(t, sessions, "id-of-phone", at(0))
			wantGone(t, sessions, "id-of-laptop", at(0))
			wantGone(t, sessions, "id-of-desk", at(0))
		}},
		{"sessions/delete-user/only-that-user", ruleUser, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			must(t, sessions.Create(t.Context(), sampleSession("phone", "id-of-bob")))
			must(t, sessions.Create(t.Context(), sampleSession("desk", "ID-OF-ANN")))
			must(t, sessions.DeleteUser(t.Context(), "id-of-ann", "id-of-phone"))
			wantLive(t, sessions, "id-of-phone", at(0))
			wantLive(t, sessions, "id-of-desk", at(0))
		}},
		{"sessions/delete-user/missing-is-no-error", ruleUser, func(t testing.TB, sessions port.Sessions) {
			must(t, sessions.DeleteUser(t.Context(), "id-of-nobody", "id-of-nothing"))
		}},
	}
}
