package contract

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func sessionsListCases() []Case[port.Sessions] {
	const rule = "List returns at most limit sessions of the user that are live at now, the newest by CreatedAt first, and those of one moment by ID, byte by byte."
	// create stores a session of ann that began so long ago.
	create := func(t testing.TB, sessions port.Sessions, name string, ago time.Duration, changes ...func(*domain.Session)) {
		t.Helper()
		s := sampleSession(name, "id-of-ann")
		s.CreatedAt = at(-ago)
		for _, change := range changes {
			change(&s)
		}
		must(t, sessions.Create(t.Context(), s))
	}
	list := func(t testing.TB, sessions port.Sessions, limit int) []domain.SessionID {
		t.Helper()
		var ids []domain.SessionID
		for _, s := range value(sessions.List(t.Context(), "id-of-ann", at(0), limit))(t) {
			ids = append(ids, s.ID)
		}
		return ids
	}
	return []Case[port.Sessions]{
		{"sessions/list/only-that-user", rule, func(t testing.TB, sessions port.Sessions) {
			wantEqual(t, list(t, sessions, 10), nil)
			create(t, sessions, "laptop", time.Minute)
			must(t, sessions.Create(t.Context(), sampleSession("phone", "id-of-bob")))
			must(t, sessions.Create(t.Context(), sampleSession("desk", "ID-OF-ANN")))
			wantEqual(t, list(t, sessions, 10), []domain.SessionID{"id-of-laptop"})
		}},
		{"sessions/list/newest-first", rule, func(t testing.TB, sessions port.Sessions) {
			create(t, sessions, "second", 2*time.Microsecond)
			create(t, sessions, "third", 200*365*24*time.Hour)
			create(t, sessions, "first", time.Microsecond)
			wantEqual(t, list(t, sessions, 10), []domain.SessionID{"id-of-first", "id-of-second", "id-of-third"})
		}},
		{"sessions/list/one-moment-by-id", rule, func(t testing.TB, sessions port.Sessions) {
			for _, id := range []domain.SessionID{"b", "\u00e9", "a", "C", "aa"} {
				create(t, sessions, "any", time.Hour, func(s *domain.Session) { s.ID = id })
			}
			wantEqual(t, list(t, sessions, 10), []domain.SessionID{"C", "a", "aa", "b", "\u00e9"})
		}},
		{"sessions/list/only-live", rule, func(t testing.TB, sessions port.Sessions) {
			create(t, sessions, "idle", time.Hour, func(s *domain.Session) { s.ExpiresAt = at(0) })
			create(t, sessions, "over", time.Hour, func(s *domain.Session) { s.EndsAt = at(0) })
			create(t, sessions, "nearly", time.Hour, func(s *domain.Session) {
				s.ExpiresAt, s.EndsAt = at(time.Microsecond), at(time.Microsecond)
			})
			wantEqual(t, list(t, sessions, 10), []domain.SessionID{"id-of-nearly"})
		}},
		{"sessions/list/limit", rule, func(t testing.TB, sessions port.Sessions) {
			create(t, sessions, "third", 3*time.Hour)
			create(t, sessions, "ended", 0, func(s *domain.Session) { s.ExpiresAt = at(-time.Minute) })
			create(t, sessions, "first", time.Hour)
			create(t, sessions, "second", 2*time.Hour)
			wantEqual(t, len(list(t, sessions, 2)), 2)
			wantEqual(t, len(list(t, sessions, 3)), 3)
		}},
		{"sessions/list/limit-below-1-is-none", "A limit below 1 returns none.", func(t testing.TB, sessions port.Sessions) {
			create(t, sessions, "laptop", time.Hour)
			for _, limit := range []int{0, -1} {
				wantEqual(t, list(t, sessions, limit), nil)
			}
		}},
		{"sessions/list/whole-records", "Stored values come back equal.", func(t testing.TB, sessions port.Sessions) {
			want := sampleSession("laptop", "id-of-ann")
			want.Client = oddClient()
			must(t, sessions.Create(t.Context(), want))
			got := value(sessions.List(t.Context(), "id-of-ann", at(0), 10))(t)
			wantEqual(t, got, []domain.Session{want})
			wantUTC(t, got[0].CreatedAt, got[0].RotatedAt, got[0].ExpiresAt, got[0].EndsAt)
		}},
	}
}
