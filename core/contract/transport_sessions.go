package contract

import (
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// rootEmail is the address of the account that seedAdministrator makes.
const rootEmail = "root@example.com"

// rootRole is a role of the kit's own, so that nobody else who is in the store has it.
const rootRole domain.RoleID = "0195f2c6-7d7e-7a10-8000-0000000000d0"

func rootAccount() domain.User {
	return domain.User{
		ID:     "0195f2c6-7d7e-7a10-8000-0000000000c0",
		Email:  rootEmail,
		Status: domain.StatusActive,
		Role:   rootRole,
	}
}

// seedAdministrator makes the only account of a role that administrates, with annPassword,
// and logs it in.
func (s story) seedAdministrator() Reply {
	s.Helper()
	err := s.Store.Repos().Roles.Create(s.Context(), domain.Role{ID: rootRole, Name: "Root", App: true, Admin: true})
	if !errors.Is(err, port.ErrConflict) {
		must(s, err)
	}
	s.seed(rootAccount())
	return value(s.tryLogin(rootEmail, annPassword, domain.ModeJSON))(s)
}

// sessionsOf returns what the caller is shown of the sessions of user; empty is itself.
func (s story) sessionsOf(caller Reply, user domain.UserID) []auth.SessionInfo {
	s.Helper()
	return value(s.Client.ListSessions(s.Context(), caller.credential(), user))(s)
}

// currentOf returns the ID of the session whose tokens the caller has.
func (s story) currentOf(caller Reply) domain.SessionID {
	s.Helper()
	for _, shown := range s.sessionsOf(caller, "") {
		if shown.Current {
			return shown.ID
		}
	}
	s.Fatalf("none of the sessions is the caller's own")
	return ""
}

func transportSessionsCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("sessions/own-are-listed",
			"A user sees its live sessions, the newest first, with their times, and which of them is the one in use.",
			nil, func(s story) {
				s.Clock.Set(s.Clock.Now().Truncate(time.Second))
				began := s.Clock.Now()
				held := s.login(domain.ModeJSON)
				s.Clock.Advance(time.Second)
				s.login(domain.ModeCookie)
				s.Clock.Advance(time.Second)
				s.login(domain.ModeSession)
				s.Clock.Advance(time.Second)
				held = s.refresh(held)
				got := s.sessionsOf(held, "")
				if len(got) != 3 {
					s.Fatalf("got %d sessions, want 3", len(got))
				}
				seen := map[domain.SessionID]bool{}
				for i, mode := range []domain.Mode{domain.ModeSession, domain.ModeCookie, domain.ModeJSON} {
					one, created := got[i], began.Add(time.Duration(2-i)*time.Second)
					used, idle := created, s.settings.RefreshTTL
					if i == 2 {
						used = began.Add(3 * time.Second)
					}
					if mode == domain.ModeSession {
						idle = s.settings.SessionTTL
					}
					if one.Mode != mode || one.User != ann().ID || one.Current != (i == 2) || one.ID == "" || seen[one.ID] {
						s.Errorf("got %+v as number %d, want one of mode %s", one, i, mode)
					}
					if !one.CreatedAt.Equal(created) || !one.LastUsedAt.Equal(used) || !one.EndsAt.Equal(used.Add(idle)) {
						s.Errorf("got times %v, %v and %v of mode %s, want %v, %v and %v", one.CreatedAt, one.LastUsedAt, one.EndsAt, mode, created, used, used.Add(idle))
					}
					seen[one.ID] = true
				}
			}),
		tell("sessions/ended-are-not-listed",
			"A session that is over, in whichever way, is not listed.",
			nil, func(s story) {
				s.logout(s.login(domain.ModeJSON))
				s.login(domain.ModeSession)
				s.Clock.Advance(s.settings.SessionTTL)
				s.login(domain.ModeCookie)
				s.change(func(u *domain.User) { u.Epoch++ })
				if got := s.sessionsOf(s.login(domain.ModeJSON), ""); len(got) != 1 {
					s.Errorf("got %d sessions, want the one in use: %+v", len(got), got)
				}
			}),
		tell("sessions/one-can-be-ended",
			"A user ends one of its sessions from another: its tokens are refused at once, and no other session ends.",
			nil, func(s story) {
				for _, mode := range allModes() {
					lost, held := s.login(mode), s.login(domain.ModeJSON)
					must(s, s.Client.EndSession(s.Context(), held.credential(), s.currentOf(lost)))
					s.wantNotMe(lost, domain.InvalidCredentials)
					s.wantRefused(lost)
					s.wantMe(s.refresh(held))
				}
				s.wantEvent(domain.EventSessionsEnded, domain.OutcomeSuccess, ann().ID)
			}),
		tell("sessions/all-others-can-be-ended",
			"A user ends every session but the one in use.",
			nil, func(s story) {
				s.seedAdministrator()
				var others []Reply
				for _, mode := range allModes() {
					others = append(others, s.login(mode))
				}
				root := value(s.tryLogin(rootEmail, annPassword, domain.ModeJSON))(s)
				held := s.login(domain.ModeSession)
				must(s, s.Client.EndSessions(s.Context(), held.credential(), ""))
				for _, other := range others {
					s.wantNotMe(other, domain.InvalidCredentials)
					s.wantRefused(other)
				}
				s.wantMe(held)
				s.refresh(root)
				s.wantEvent(domain.EventSessionsEnded, domain.OutcomeSuccess, ann().ID)
			}),
		tell("sessions/of-others-are-for-administrators",
			"Whose sessions a user may not see it may not end either; those and such that are not there are FORBIDDEN alike.",
			nil, func(s story) {
				root, held := s.seedAdministrator(), s.login(domain.ModeJSON)
				theirs := s.currentOf(root)
				_, err := s.Client.ListSessions(s.Context(), held.credential(), "0195f2c6-7d7e-7a10-8000-0000000000c0")
				s.wantCode(err, domain.Forbidden)
				s.wantCode(s.Client.EndSessions(s.Context(), held.credential(), "0195f2c6-7d7e-7a10-8000-0000000000c0"), domain.Forbidden)
				for _, id := range []domain.SessionID{theirs, "nobody-s"} {
					s.wantCode(s.Client.EndSession(s.Context(), held.credential(), id), domain.Forbidden)
				}
				s.refresh(root)
			}),
		tell("sessions/administrators-see-and-end-all",
			"An administrator sees the sessions of every user, and ends one or all of them.",
			nil, func(s story) {
				root := s.seedAdministrator()
				first, second, third := s.login(domain.ModeJSON), s.login(domain.ModeCookie), s.login(domain.ModeSession)
				if got := s.sessionsOf(root, ann().ID); len(got) != 3 || got[0].User != ann().ID || got[0].Current {
					s.Errorf("got %+v, want the three of Ann", got)
				}
				must(s, s.Client.EndSession(s.Context(), root.credential(), s.currentOf(first)))
				s.wantRefused(first)
				second = s.refresh(second)
				must(s, s.Client.EndSessions(s.Context(), root.credential(), ann().ID))
				for _, ended := range []Reply{second, third} {
					s.wantNotMe(ended, domain.InvalidCredentials)
					s.wantRefused(ended)
				}
				_, err := s.Client.ListSessions(s.Context(), root.credential(), "0195f2c6-7d7e-7a10-8000-00000000dead")
				s.wantCode(err, domain.Forbidden)
				s.refresh(root)
			}),
		tell("sessions/nobody-is-no-user",
			"Without a token there are no sessions to see or to end.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				nobody := auth.Credential{}
				_, err := s.Client.ListSessions(s.Context(), nobody, ann().ID)
				s.wantCode(err, domain.InvalidCredentials)
				s.wantCode(s.Client.EndSession(s.Context(), nobody, s.currentOf(held)), domain.InvalidCredentials)
				s.wantCode(s.Client.EndSessions(s.Context(), nobody, ""), domain.InvalidCredentials)
				s.wantMe(s.refresh(held))
			}),
	}
}
