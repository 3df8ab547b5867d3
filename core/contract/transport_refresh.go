package contract

import (
	"strings"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func noGrace(set *auth.Settings) { set.RefreshGrace, set.SessionGrace = 0, 0 }

func transportRefreshCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("refresh/gives-new-tokens",
			"Each refresh gives a new token of the same session, and both kinds work.",
			nil, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					for range 3 {
						s.Clock.Advance(time.Minute)
						next := s.refresh(held)
						if next.Token == held.Token || next.Mode != mode {
							s.Fatalf("%s: got the same token again, or mode %q", mode, next.Mode)
						}
						s.wantMe(next)
						held = next
					}
				}
			}),
		tell("refresh/dead-tokens-are-alike",
			"A token that is unknown, malformed or of a session that has ended is INVALID_CREDENTIALS.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				s.logout(held)
				for _, token := range []string{
					"x", strings.Repeat("x", 64), strings.Repeat("x", 63) + "!", strings.Repeat("x", 5000), held.Token, held.Access,
				} {
					for _, mode := range allModes() {
						s.wantRefused(Reply{Mode: mode, Token: token})
					}
				}
			}),
		tell("refresh/lost-answer-gets-the-same-successor",
			"Within the grace period the spent token answers again, with the successor that it was traded for.",
			nil, func(s story) {
				for _, mode := range allModes() {
					first := s.login(mode)
					second := s.refresh(first)
					s.Clock.Advance(9 * time.Second)
					again := s.refresh(first)
					if mode != domain.ModeSession && again.Token != second.Token {
						s.Errorf("%s: got another successor", mode)
					}
					s.wantMe(again)
					s.wantMe(s.refresh(again))
				}
			}),
		tell("refresh/grace-off-spends-at-once",
			"Without a grace period a token works once.",
			noGrace, func(s story) {
				for _, mode := range allModes() {
					first := s.login(mode)
					s.refresh(first)
					s.wantRefused(first)
				}
			}),
		tell("refresh/slow-tab-ends-nothing",
			"Within the grace period a token that is two rotations old is refused, and the session lives.",
			nil, func(s story) {
				for _, mode := range bothTokenModes() {
					first := s.login(mode)
					second := s.refresh(first)
					third := s.refresh(second)
					s.Clock.Advance(9 * time.Second)
					s.wantRefused(first)
					s.wantMe(s.refresh(third))
				}
			}),
		tell("refresh/parallel-without-grace-has-one-winner",
			"Of 200 parallel uses of one token exactly one succeeds.",
			func(set *auth.Settings) { noGrace(set); set.KeepReused = true }, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					got, next := s.refreshAll(held, 200)
					s.wantCodes(got, 1, "")
					s.wantCodes(got, 199, domain.InvalidCredentials)
					s.wantMe(s.refresh(next[0]))
				}
			}),
		tell("refresh/parallel-within-grace-has-one-successor",
			"Of 200 parallel uses of one token every one that succeeds carries the same successor, which then works once.",
			nil, func(s story) {
				for _, mode := range bothTokenModes() {
					held := s.login(mode)
					got, next := s.refreshAll(held, 200)
					s.wantCodes(got, 200, "")
					for _, r := range next {
						if r.Token != next[0].Token {
							s.Fatalf("%s: got two successors of one token", mode)
						}
					}
					third := s.refresh(next[0])
					s.Clock.Advance(11 * time.Second)
					s.wantRefused(next[0])
					s.wantRefused(third) // since the spent one came back
				}
			}),
		tell("refresh/idle-end",
			"A session that is not used ends, to the very moment.",
			nil, func(s story) {
				for _, mode := range allModes() {
					held, unused := s.login(mode), s.login(mode)
					ttl := s.settings.RefreshTTL
					if mode == domain.ModeSession {
						ttl = s.settings.SessionTTL
					}
					s.Clock.Advance(ttl - time.Second)
					held = s.refresh(held)
					s.Clock.Advance(time.Second)
					s.wantRefused(unused)
					s.wantMe(held)
				}
			}),
		tell("refresh/absolute-end",
			"However much it is used, a session ends at a time that no rotation moves.",
			func(set *auth.Settings) { set.AbsoluteTTL = 10 * 24 * time.Hour }, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					for range 19 {
						s.Clock.Advance(12 * time.Hour)
						held = s.refresh(held)
					}
					s.Clock.Advance(12*time.Hour - time.Second)
					s.refresh(held)
					s.Clock.Advance(time.Second)
					s.wantRefused(held)
				}
			}),
		tell("refresh/needs-an-active-account",
			"Who may not log in any more may not refresh either.",
			nil, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					s.change(func(u *domain.User) { u.Status = domain.StatusSuspended })
					s.wantRefused(held)
					s.change(func(u *domain.User) { u.Status = domain.StatusActive })
				}
			}),
		tell("refresh/raised-epoch-ends-older-sessions",
			"Sessions of an older epoch are dead, wherever they are stored.",
			nil, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					s.change(func(u *domain.User) { u.Epoch++ })
					s.wantRefused(held)
					s.wantNotMe(held, domain.InvalidCredentials)
					s.wantMe(s.login(mode))
				}
			}),
	}
}

// refreshAll uses one token n times at once, and returns the replies of those that
// succeeded.
func (s story) refreshAll(r Reply, n int) (outcomes, []Reply) {
	s.Helper()
	var mu sync.Mutex
	var replies []Reply
	got := race(s, n, func(int) error {
		reply, err := s.tryRefresh(r)
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			replies = append(replies, reply)
		}
		return err
	})
	return got, replies
}
