package contract

import (
	"fmt"
	"runtime"
	"sync/atomic"
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
	const ruleErrors = "It returns ErrStale, with the session as it stands, when Old is not the current secret, and ErrNotFound when the session is not live; both change nothing."
	const ruleOnly = "Only with ErrStale is there a session; it is zero otherwise, on success, too."
	const ruleRace = "Of many concurrent calls with one Old, exactly one succeeds and the others get ErrStale."
	const ruleEnded = "The one succeeds even if the session is ended in that very moment."
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
				must(t, errorOf(sessions.Rotate(t.Context(), r)))
				s = rotated(s, r)
			}
			wantEqual(t, value(sessions.Get(t.Context(), s.ID, at(0)))(t), s)
			wantError(t, errorOf(sessions.Rotate(t.Context(), rotation(laptop, next))), port.ErrStale)
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
		{"sessions/rotate/shows-only-what-is-stale", ruleOnly, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			wantEqual(t, value(sessions.Rotate(t.Context(), rotation(laptop, next)))(t), domain.Session{})
			ended := sampleSession("phone", "id-of-ann")
			ended.ExpiresAt = at(-time.Minute)
			must(t, sessions.Create(t.Context(), ended))
			got, err := sessions.Rotate(t.Context(), rotation(ended, next))
			if err == nil {
				t.Fatal("got no error for a session that has ended")
			}
			wantEqual(t, got, domain.Session{})
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
			for i, s := range seen { // those who lost see who won, not a snapshot from before
				if i != got.winner() {
					wantEqual(t, s.Secret, secret(got.winner()))
				}
			}
		}},
		{"sessions/rotate/wins-though-ended-at-once", ruleEnded, func(t testing.TB, sessions port.Sessions) {
			// Each session is rotated for the second time by one goroutine, while another shows
			// the secret that is spent by that, until it has ended the session.
			for round := range 4 {
				const pairs = racers / 2
				var all [pairs]domain.Session
				var answered [pairs]atomic.Bool
				for i := range all {
					name := fmt.Sprintf("session %d of round %d", i, round)
					createSessions(t, sessions, name)
					first := rotation(sampleSession(name, "id-of-ann"), domain.HashSecret("first"))
					must(t, errorOf(sessions.Rotate(t.Context(), first)))
					all[i] = rotated(sampleSession(name, "id-of-ann"), first)
				}
				got := race(t, racers, func(i int) (err error) {
					s, answered := all[i/2], &answered[i/2]
					if i%2 == 0 {
						defer answered.Store(true)
						return errorOf(sessions.Rotate(t.Context(), rotation(s, next)))
					}
					for ended := false; err == nil && !ended && !answered.Load(); {
						ended, err = sessions.EndReused(t.Context(), s.ID, s.Secret)
						runtime.Gosched() // or a quick store is asked for long before the other comes to its turn
					}
					return err
				})
				// An UPDATE followed by a SELECT finds no session to answer with.
				got.want(t, racers, nil)
			}
		}},
	}
}
