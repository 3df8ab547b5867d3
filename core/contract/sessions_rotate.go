package contract

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// rotation asks at at(0) for the secret next of s, for another hour and from another client.
func rotation(s domain.Session, next domain.SecretHash) port.Rotation {
	return port.Rotation{
		ID: s.ID, Old: s.Secret, Next: next,
		Now: at(0), ExpiresAt: at(2 * time.Hour), Client: sampleClient("now"),
	}
}

// rotated returns what r makes of s.
func rotated(s domain.Session, r port.Rotation) domain.Session {
	s.Secret = r.Next
	s.Generation++
	s.RotatedAt, s.ExpiresAt = r.Now, r.ExpiresAt
	s.Client = r.Client
	return s
}

func sessionsRotateCases() []Case[port.Sessions] {
	const rule = "Rotate replaces Old with Next as the secret of a live session, in one atomic step, raises Generation by one and sets RotatedAt, ExpiresAt and Client."
	const ruleReturns = "It returns the session as stored."
	const ruleErrors = "It returns ErrStale, with the session as it stands, when Old is not the current secret, and ErrNotFound when the session is not live; both change nothing."
	const ruleRace = "Of many concurrent calls with one Old, exactly one succeeds and the others get ErrStale."
	laptop := sampleSession("laptop", "id-of-ann")
	next := domain.HashSecret("next")
	wrong := func() port.Rotation {
		r := rotation(laptop, next)
		r.Old = domain.HashSecret("a secret that is not current")
		return r
	}
	// get reads whatever is stored, also what has ended meanwhile.
	get := func(t testing.TB, sessions port.Sessions) domain.Session {
		t.Helper()
		return value(sessions.Get(t.Context(), laptop.ID, at(-time.Hour)))(t)
	}
	endedIs := func(expires, ends time.Duration) func(testing.TB, port.Sessions) {
		return func(t testing.TB, sessions port.Sessions) {
			s := laptop
			s.ExpiresAt, s.EndsAt = at(expires), at(ends)
			must(t, sessions.Create(t.Context(), s))
			wantError(t, errorOf(sessions.Rotate(t.Context(), rotation(s, next))), port.ErrNotFound)
			wantEqual(t, get(t, sessions), s)
		}
	}
	return []Case[port.Sessions]{
		{"sessions/rotate/replaces-the-secret", rule, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop", "phone")
			must(t, errorOf(sessions.Rotate(t.Context(), rotation(laptop, next))))
			wantEqual(t, get(t, sessions).Secret, next)
			wantEqual(t, value(sessions.Get(t.Context(), "id-of-phone", at(0)))(t), sampleSession("phone", "id-of-ann"))
		}},
		{"sessions/rotate/raises-generation", rule, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			must(t, errorOf(sessions.Rotate(t.Context(), rotation(laptop, next))))
			wantEqual(t, get(t, sessions).Generation, laptop.Generation+1)
		}},
		{"sessions/rotate/sets-the-times", rule, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			r := rotation(laptop, next)
			r.Now, r.ExpiresAt = elsewhere(at(time.Microsecond)), elsewhere(at(time.Minute+time.Microsecond)) // sooner than before
			must(t, errorOf(sessions.Rotate(t.Context(), r)))
			got := get(t, sessions)
			wantEqual(t, got.RotatedAt, r.Now)
			wantEqual(t, got.ExpiresAt, r.ExpiresAt)
			wantUTC(t, got.RotatedAt, got.ExpiresAt)
		}},
		{"sessions/rotate/sets-the-client", rule, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			must(t, errorOf(sessions.Rotate(t.Context(), rotation(laptop, next))))
			wantEqual(t, get(t, sessions).Client, sampleClient("now"))
		}},
		{"sessions/rotate/leaves-the-rest-alone", rule, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			must(t, errorOf(sessions.Rotate(t.Context(), rotation(laptop, next))))
			got := get(t, sessions)
			want := laptop // but for what Rotate sets
			want.Secret, want.Generation, want.Client = got.Secret, got.Generation, got.Client
			want.RotatedAt, want.ExpiresAt = got.RotatedAt, got.ExpiresAt
			wantEqual(t, got, want)
		}},
		{"sessions/rotate/again-and-again", rule, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			s := laptop
			for i := range 5 {
				r := rotation(s, domain.HashSecret(fmt.Sprint("secret", i)))
				s = value(sessions.Rotate(t.Context(), r))(t)
			}
			wantEqual(t, value(sessions.Get(t.Context(), s.ID, at(0)))(t).Secret, domain.HashSecret("secret4"))
			wantEqual(t, s.Secret, domain.HashSecret("secret4"))
			wantError(t, errorOf(sessions.Rotate(t.Context(), rotation(laptop, next))), port.ErrStale)
		}},
		{"sessions/rotate/returns-the-session-as-stored", ruleReturns, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			r := rotation(laptop, next)
			got := value(sessions.Rotate(t.Context(), r))(t)
			wantEqual(t, got, rotated(laptop, r))
			wantUTC(t, got.CreatedAt, got.RotatedAt, got.ExpiresAt, got.EndsAt)
		}},
		{"sessions/rotate/wrong-secret-is-stale", ruleErrors, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			wantError(t, errorOf(sessions.Rotate(t.Context(), wrong())), port.ErrStale)
		}},
		{"sessions/rotate/stale-shows-the-session", ruleErrors, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			got, err := sessions.Rotate(t.Context(), wrong())
			if err == nil {
				t.Fatal("got no error for a secret that is not current")
			}
			wantEqual(t, got, laptop)
		}},
		{"sessions/rotate/stale-changes-nothing", ruleErrors, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			if errorOf(sessions.Rotate(t.Context(), wrong())) == nil {
				t.Fatal("got no error for a secret that is not current")
			}
			wantEqual(t, get(t, sessions), laptop)
		}},
		{"sessions/rotate/missing-is-not-found", ruleErrors, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "phone")
			wantError(t, errorOf(sessions.Rotate(t.Context(), rotation(laptop, next))), port.ErrNotFound)
			wantGone(t, sessions, laptop.ID, at(0))
		}},
		{"sessions/rotate/ended-is-not-found/idle", ruleErrors, endedIs(0, time.Hour)},
		{"sessions/rotate/ended-is-not-found/absolute", ruleErrors, endedIs(time.Hour, 0)},
		{"sessions/rotate/last-moment", ruleErrors, func(t testing.TB, sessions port.Sessions) {
			s := laptop
			s.ExpiresAt, s.EndsAt = at(time.Millisecond), at(time.Millisecond)
			must(t, sessions.Create(t.Context(), s))
			r := rotation(s, next)
			r.Now = at(time.Millisecond - time.Microsecond)
			must(t, errorOf(sessions.Rotate(t.Context(), r)))
		}},
		{"sessions/rotate/one-winner", ruleRace, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			secret := func(i int) domain.SecretHash { return domain.HashSecret(fmt.Sprint("next", i)) }
			seen := make([]domain.Session, racers)
			got := race(t, racers, func(i int) (err error) {
				seen[i], err = sessions.Rotate(t.Context(), rotation(laptop, secret(i)))
				return err
			})
			// A SELECT followed by an unguarded UPDATE lets many through.
			got.want(t, 1, nil)
			got.want(t, racers-1, port.ErrStale)
			for _, s := range seen { // those who lost see who won, not a snapshot from before
				wantEqual(t, s.Secret, secret(got.winner()))
			}
		}},
	}
}
