package auth_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// visitor is where the requests of the table below come from.
var visitor = domain.Client{IP: "192.0.2.9", UserAgent: "agent", Origin: "https://app.example.com"}

// recorded is a use case, and what the trail has of it: who did what to whom.
type recorded struct {
	name string

	// begin brings the world to where the use case starts, and returns it. root is the ID of
	// the administrator whom admin returns.
	begin func(t *testing.T, w world) (act func())

	want []domain.Event // with Kind, Outcome, Actor and Subject; made is whom the use case has made

	// unrecorded says why there is no event, where there is none.
	unrecorded string
}

const (
	rootEmail = "root@example.com"

	// They stand for IDs that are not known when the table is written.
	root domain.UserID = "the administrator"
	made domain.UserID = "who was made"
)

// admin returns the administrator, logged in.
func (w world) admin(t testing.TB) auth.Principal {
	t.Helper()
	tokens, err := w.tryLogin(t, rootEmail, password, domain.ModeJSON)
	wantCode(t, err, "")
	return w.authenticate(t, tokens)
}

// mailedToken returns the token of the mail that Ann has asked for.
func (w world) mailedToken(t testing.TB) string {
	t.Helper()
	w.forgot(t, annEmail)
	w.deliver(t)
	return w.resetToken(t)
}

func happened(kind string, actor, subject domain.UserID) domain.Event {
	return domain.Event{Kind: kind, Outcome: domain.OutcomeSuccess, Actor: actor, Subject: subject}
}

func failed(kind string, subject domain.UserID) domain.Event {
	return domain.Event{Kind: kind, Outcome: domain.OutcomeFailure, Subject: subject}
}

const changesNothing = "it changes nothing and shows only what the caller may see"

// trail is every use case by the name of its method. One that is not here is a failure.
func trail() map[string][]recorded {
	table := map[string][]recorded{}
	for _, part := range []map[string][]recorded{trailOfSessions(), trailOfPasswords(), trailOfPeople(), trailOfOperators(), trailOfOAuth(), trailOfRoles(), trailOfSecondFactor(), trailOfJoining(), trailOfReads()} {
		for method, cases := range part {
			table[method] = append(table[method], cases...)
		}
	}
	return table
}

func trailOfSessions() map[string][]recorded {
	login := func(email, typed string, code domain.Code, change func(*domain.User)) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			if change != nil {
				w.changeAnn(t, change)
			}
			return func() {
				_, err := w.service.Login(t.Context(), auth.LoginInput{Email: email, Password: typed, Mode: domain.ModeJSON, Client: visitor})
				wantCode(t, err, code)
			}
		}
	}
	refresh := func(t *testing.T, w world, held auth.Tokens, code domain.Code) func() {
		in := refreshOf(held)
		in.Client = visitor
		return func() {
			_, err := w.service.Refresh(t.Context(), in)
			wantCode(t, err, code)
		}
	}
	return map[string][]recorded{
		"Login": {
			{"good", login(annEmail, password, "", nil), []domain.Event{happened(domain.EventLogin, annID, annID)}, ""},
			{"wrong password", login(annEmail, "wrong", domain.InvalidCredentials, nil), []domain.Event{failed(domain.EventLogin, annID)}, ""},
			{"unknown address", login("nobody@example.com", password, domain.InvalidCredentials, nil), []domain.Event{failed(domain.EventLogin, "")}, ""},
			{"suspended", login(annEmail, password, domain.InvalidCredentials, func(u *domain.User) { u.Status = domain.StatusSuspended }), []domain.Event{failed(domain.EventLogin, annID)}, ""},
			{"without the second factor", login(annEmail, password, domain.InvalidOTP, func(u *domain.User) { u.TOTP = []byte("sealed") }), []domain.Event{failed(domain.EventLogin, annID)}, ""},
			{"malformed", login("no address", password, domain.InvalidPayload, nil), nil, "nobody was tried, and anybody could fill the trail"},
			{"limited", func(t *testing.T, w world) func() {
				for range auth.DefaultSettings().LoginAccount.Burst {
					login(annEmail, "wrong", domain.InvalidCredentials, nil)(t, w)()
				}
				return func() {
					for range 5 {
						login(annEmail, password, domain.RequestsExceeded, nil)(t, w)()
					}
				}
			}, []domain.Event{failed(domain.EventLoginLimited, "")}, ""},
			{"limited again when all attempts were given back", func(t *testing.T, w world) func() {
				limit := auth.DefaultSettings().LoginAccount
				exhaust := func() {
					for range limit.Burst {
						login(annEmail, "wrong", domain.InvalidCredentials, nil)(t, w)()
					}
					login(annEmail, password, domain.RequestsExceeded, nil)(t, w)()
				}
				exhaust()
				w.clock.Advance(limit.Every * time.Duration(limit.Burst))
				return exhaust
			}, append(slices.Repeat([]domain.Event{failed(domain.EventLogin, annID)}, 10), failed(domain.EventLoginLimited, "")), ""},
		},
		"Refresh": {
			{"good", func(t *testing.T, w world) func() { return refresh(t, w, w.login(t, domain.ModeJSON), "") }, nil, "every client does it every few minutes; the session has its time and client"},
			{"unknown token", func(t *testing.T, w world) func() {
				return refresh(t, w, auth.Tokens{Mode: domain.ModeJSON, Refresh: strings.Repeat("A", 64)}, domain.InvalidCredentials)
			}, nil, "it is nobody's, and anybody could fill the trail"},
			{"of who was suspended", func(t *testing.T, w world) func() {
				held := w.login(t, domain.ModeJSON)
				w.changeAnn(t, func(u *domain.User) { u.Status = domain.StatusSuspended })
				return refresh(t, w, held, domain.InvalidCredentials)
			}, nil, "clients go on trying on their own; the suspension is recorded"},
			{"reuse", func(t *testing.T, w world) func() {
				held := w.login(t, domain.ModeJSON)
				w.refresh(t, held)
				w.clock.Advance(time.Minute)
				return refresh(t, w, held, domain.InvalidCredentials)
			}, []domain.Event{failed(domain.EventRefreshReuse, annID)}, ""},
			{"reuse of a session cookie", func(t *testing.T, w world) func() {
				held := w.login(t, domain.ModeSession)
				w.refresh(t, held)
				w.clock.Advance(time.Minute)
				return refresh(t, w, held, domain.InvalidCredentials)
			}, []domain.Event{failed(domain.EventRefreshReuse, annID)}, ""},
		},
		"Logout": {
			{"of a session", func(t *testing.T, w world) func() {
				in := refreshOf(w.login(t, domain.ModeCookie))
				in.Client = visitor
				return func() { wantCode(t, w.service.Logout(t.Context(), in), "") }
			}, []domain.Event{happened(domain.EventLogout, annID, annID)}, ""},
			{"of none", func(t *testing.T, w world) func() {
				return func() {
					wantCode(t, w.service.Logout(t.Context(), auth.RefreshInput{Mode: domain.ModeJSON, Token: "x", Client: visitor}), "")
				}
			}, nil, "nothing has ended"},
		},
		"EndSession": {
			{"one's own", func(t *testing.T, w world) func() {
				me, other := w.authenticate(t, w.login(t, domain.ModeJSON)), w.authenticate(t, w.login(t, domain.ModeJSON))
				return func() { wantCode(t, w.service.EndSession(t.Context(), me, other.Session.ID, visitor), "") }
			}, []domain.Event{happened(domain.EventSessionsEnded, annID, annID)}, ""},
			{"another's, by an administrator", func(t *testing.T, w world) func() {
				me, ann := w.admin(t), w.authenticate(t, w.login(t, domain.ModeJSON))
				return func() { wantCode(t, w.service.EndSession(t.Context(), me, ann.Session.ID, visitor), "") }
			}, []domain.Event{happened(domain.EventSessionsEnded, root, annID)}, ""},
			{"another's, by anybody", func(t *testing.T, w world) func() {
				me, other := w.authenticate(t, w.login(t, domain.ModeJSON)), w.admin(t)
				return func() {
					wantCode(t, w.service.EndSession(t.Context(), me, other.Session.ID, visitor), domain.Forbidden)
				}
			}, nil, "nothing has ended"},
		},
		"EndSessions": {
			{"one's own", func(t *testing.T, w world) func() {
				me := w.authenticate(t, w.login(t, domain.ModeJSON))
				return func() { wantCode(t, w.service.EndSessions(t.Context(), me, "", visitor), "") }
			}, []domain.Event{happened(domain.EventSessionsEnded, annID, annID)}, ""},
			{"another's, by an administrator", func(t *testing.T, w world) func() {
				me := w.admin(t)
				return func() { wantCode(t, w.service.EndSessions(t.Context(), me, annID, visitor), "") }
			}, []domain.Event{happened(domain.EventSessionsEnded, root, annID)}, ""},
		},
	}
}

func trailOfPasswords() map[string][]recorded {
	reset := func(t *testing.T, w world, token string, code domain.Code) func() {
		return func() { wantCode(t, w.service.Reset(t.Context(), token, newPassword, visitor), code) }
	}
	request := func(t *testing.T, w world, email string, code domain.Code) {
		t.Helper()
		wantCode(t, w.service.RequestReset(t.Context(), auth.ResetRequest{Email: email, Client: visitor}), code)
	}
	update := func(patch auth.ProfilePatch) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			me := w.authenticate(t, w.login(t, domain.ModeJSON))
			return func() {
				_, _, err := w.service.UpdateMe(t.Context(), me, patch, visitor)
				wantCode(t, err, "")
			}
		}
	}
	return map[string][]recorded{
		"RequestReset": {
			{"known", func(t *testing.T, w world) func() { return func() { request(t, w, annEmail, "") } }, []domain.Event{happened(domain.EventResetRequested, "", "")}, ""},
			{"unknown", func(t *testing.T, w world) func() { return func() { request(t, w, "nobody@example.com", "") } }, []domain.Event{happened(domain.EventResetRequested, "", "")}, ""},
			{"limited", func(t *testing.T, w world) func() {
				for range auth.DefaultSettings().ResetAccount.Burst {
					request(t, w, annEmail, "")
				}
				return func() {
					request(t, w, annEmail, domain.RequestsExceeded)
					request(t, w, annEmail, domain.RequestsExceeded)
				}
			}, []domain.Event{failed(domain.EventResetLimited, "")}, ""},
		},
		"DeliverMail": {
			{"of a reset", func(t *testing.T, w world) func() {
				request(t, w, annEmail, "")
				return func() { w.deliver(t) }
			}, []domain.Event{happened(domain.EventResetMailed, "", annID)}, ""},
			{"to nobody", func(t *testing.T, w world) func() {
				request(t, w, "nobody@example.com", "")
				return func() { w.deliver(t) }
			}, nil, "no mail was written; the request is recorded"},
		},
		"LookAtReset": {{"good", func(t *testing.T, w world) func() {
			token := w.mailedToken(t)
			return func() { wantCode(t, w.service.LookAtReset(t.Context(), token), "") }
		}, nil, changesNothing}},
		"Reset": {
			{"good", func(t *testing.T, w world) func() { return reset(t, w, w.mailedToken(t), "") }, []domain.Event{happened(domain.EventPasswordReset, annID, annID)}, ""},
			{"spent", func(t *testing.T, w world) func() {
				token := w.mailedToken(t)
				reset(t, w, token, "")()
				return reset(t, w, token, domain.Forbidden)
			}, []domain.Event{failed(domain.EventPasswordReset, "")}, ""},
			{"suspended", func(t *testing.T, w world) func() {
				token := w.mailedToken(t)
				w.changeAnn(t, func(u *domain.User) { u.Status = domain.StatusSuspended })
				return reset(t, w, token, domain.Forbidden)
			}, []domain.Event{failed(domain.EventPasswordReset, annID)}, ""},
			{"over", func(t *testing.T, w world) func() {
				token := w.mailedToken(t)
				w.clock.Advance(2 * time.Hour)
				return reset(t, w, token, domain.TokenExpired)
			}, []domain.Event{failed(domain.EventPasswordReset, "")}, ""},
			{"no token", func(t *testing.T, w world) func() { return reset(t, w, "x", domain.InvalidToken) }, nil, "it was never a token, and anybody could fill the trail"},
		},
		"UpdateMe": {
			{"password", update(auth.ProfilePatch{Password: new(newPassword)}), []domain.Event{happened(domain.EventPasswordChanged, annID, annID)}, ""},
			{"address", update(auth.ProfilePatch{Email: new("anna@example.com")}), []domain.Event{happened(domain.EventEmailChanged, annID, annID)}, ""},
			{"name", update(auth.ProfilePatch{FirstName: new("Anna")}), nil, "it has nothing to do with who may do what"},
		},
	}
}

func trailOfPeople() map[string][]recorded {
	update := func(before func(*domain.User), patch auth.AccountPatch) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			w.changeAnn(t, before)
			me := w.admin(t)
			return func() {
				_, err := w.service.UpdateAccount(t.Context(), me, annID, patch, visitor)
				wantCode(t, err, "")
			}
		}
	}
	byRoot := func(subject domain.UserID, kinds ...string) []domain.Event {
		var events []domain.Event
		for _, kind := range kinds {
			events = append(events, happened(kind, root, subject))
		}
		return events
	}
	asIs := func(*domain.User) {}
	withToken := func(u *domain.User) { u.StaticToken = new(domain.HashSecret("an old static token")) }
	bob := auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("bob@example.com"), Password: new(password)}}
	bobWithToken := bob
	bobWithToken.Token, bobWithToken.Role = new("a-new-static-token"), new(domain.AdministratorRole)
	create := func(patch auth.AccountPatch) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			me := w.admin(t)
			return func() {
				_, err := w.service.CreateAccount(t.Context(), me, patch, visitor)
				wantCode(t, err, "")
			}
		}
	}
	return map[string][]recorded{
		"CreateAccount": {
			{"plain", create(bob), byRoot(made, domain.EventUserCreated), ""},
			{"with a static token and a role", create(bobWithToken), byRoot(made, domain.EventUserCreated, domain.EventTokenSet, domain.EventRoleChanged), ""},
			{"by anybody", func(t *testing.T, w world) func() {
				me := w.authenticate(t, w.login(t, domain.ModeJSON))
				return func() {
					_, err := w.service.CreateAccount(t.Context(), me, bob, visitor)
					wantCode(t, err, domain.Forbidden)
				}
			}, nil, "nothing was made"},
		},
		"CreateAccounts": {{"one", func(t *testing.T, w world) func() {
			me := w.admin(t)
			return func() {
				_, err := w.service.CreateAccounts(t.Context(), me, []auth.AccountPatch{bob}, visitor)
				wantCode(t, err, "")
			}
		}, byRoot(made, domain.EventUserCreated), ""}},
		"UpdateAccount": {
			{"name", update(asIs, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("Anna")}}), byRoot(annID, domain.EventUserUpdated), ""},
			{"password", update(asIs, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}}), byRoot(annID, domain.EventUserUpdated, domain.EventPasswordChanged), ""},
			{"address", update(asIs, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("anna@example.com")}}), byRoot(annID, domain.EventUserUpdated, domain.EventEmailChanged), ""},
			{"status", update(asIs, auth.AccountPatch{Status: new(domain.StatusSuspended)}), byRoot(annID, domain.EventUserUpdated, domain.EventStatusChanged), ""},
			{"role", update(asIs, auth.AccountPatch{Role: new(domain.AdministratorRole)}), byRoot(annID, domain.EventUserUpdated, domain.EventRoleChanged), ""},
			{"static token made", update(asIs, auth.AccountPatch{Token: new("a-new-static-token")}), byRoot(annID, domain.EventUserUpdated, domain.EventTokenSet), ""},
			{"static token replaced", update(withToken, auth.AccountPatch{Token: new("a-new-static-token")}), byRoot(annID, domain.EventUserUpdated, domain.EventTokenSet), ""},
			{"static token removed", update(withToken, auth.AccountPatch{Token: new("")}), byRoot(annID, domain.EventUserUpdated, domain.EventTokenRemoved), ""},
		},
		"UpdateAccounts": {{"one", func(t *testing.T, w world) func() {
			me := w.admin(t)
			return func() {
				_, err := w.service.UpdateAccounts(t.Context(), me, []auth.AccountUpdate{{ID: annID, Patch: auth.AccountPatch{Status: new(domain.StatusSuspended)}}}, visitor)
				wantCode(t, err, "")
			}
		}, byRoot(annID, domain.EventUserUpdated, domain.EventStatusChanged), ""}},
		"DeleteAccount": {
			{"one", func(t *testing.T, w world) func() {
				me := w.admin(t)
				return func() { wantCode(t, w.service.DeleteAccount(t.Context(), me, annID, visitor), "") }
			}, byRoot(annID, domain.EventUserDeleted), ""},
			{"the last administrator", func(t *testing.T, w world) func() {
				me := w.admin(t)
				return func() {
					wantCode(t, w.service.DeleteAccount(t.Context(), me, me.User.ID, visitor), domain.UnprocessableContent)
				}
			}, nil, "nothing was removed"},
		},
		"DeleteAccounts": {{"one", func(t *testing.T, w world) func() {
			me := w.admin(t)
			return func() {
				wantCode(t, w.service.DeleteAccounts(t.Context(), me, []domain.UserID{annID}, visitor), "")
			}
		}, byRoot(annID, domain.EventUserDeleted), ""}},
	}
}

func trailOfOperators() map[string][]recorded {
	return map[string][]recorded{
		"EnsureAdministrator": {
			{"the first", func(t *testing.T, w world) func() {
				empty := newWorld(t, auth.DefaultSettings())
				return func() {
					if ok, err := empty.service.EnsureAdministrator(t.Context(), auth.NewUser{Email: "first@example.com", Password: password}); !ok || err != nil {
						t.Fatal(ok, err)
					}
					if n := empty.count(t, domain.EventUserCreated, domain.OutcomeSuccess); n != 1 || len(empty.events(t)) != 1 {
						t.Errorf("got %+v, want that somebody was made", empty.events(t))
					}
				}
			}, nil, "the world of the table has an administrator; that of this use case is looked at above"},
			{"not the first", func(t *testing.T, w world) func() {
				return func() {
					if ok, err := w.service.EnsureAdministrator(t.Context(), auth.NewUser{Email: "first@example.com", Password: password}); ok || err != nil {
						t.Fatal(ok, err)
					}
				}
			}, nil, "nothing was made"},
		},
		"CreateUser": {{"one", func(t *testing.T, w world) func() {
			return func() {
				_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
				wantCode(t, err, "")
			}
		}, []domain.Event{happened(domain.EventUserCreated, "", made)}, ""}},
		"SetPassword": {{"one", func(t *testing.T, w world) func() {
			return func() {
				_, err := w.service.SetPassword(t.Context(), annEmail, newPassword)
				wantCode(t, err, "")
			}
		}, []domain.Event{happened(domain.EventPasswordChanged, "", annID)}, ""}},
		"Unlock": {{"one", func(t *testing.T, w world) func() {
			return func() { wantCode(t, w.service.Unlock(t.Context(), annEmail), "") }
		}, []domain.Event{happened(domain.EventAccountUnlocked, "", annID)}, ""}},
		"UnlockAddress": {{"one", func(t *testing.T, w world) func() {
			return func() { wantCode(t, w.service.UnlockAddress(t.Context(), "192.0.2.7"), "") }
		}, []domain.Event{{Kind: domain.EventAddressUnlocked, Outcome: domain.OutcomeSuccess, Client: domain.Client{IP: "192.0.2.7"}}}, ""}},
		"Sweep": {{"of what is over", func(t *testing.T, w world) func() {
			w.login(t, domain.ModeSession)
			w.clock.Advance(48 * time.Hour)
			return func() {
				swept, err := w.service.Sweep(t.Context())
				if wantCode(t, err, ""); swept.Sessions == 0 {
					t.Error("nothing was swept")
				}
			}
		}, nil, "what is over is over already; the log has the numbers"}},
	}
}

// trailOfReads are the use cases that only read. Each is called with the zero value of all that
// it takes: whatever it answers, it records nothing.
func trailOfReads() map[string][]recorded {
	table := map[string][]recorded{}
	for _, name := range []string{
		"Authenticate", "ListSessions", "Me", "RequireAdministrator", "ListAccounts", "CountAccounts", "ReadAccount", "Health", "Activity",
		"ListUsers", "LatestActivity", "ActivityAfter", "FindUser", "ListIdentities",
		"RequireAccess", "MyPermissions", "MyGlobals", "MyRole", "ListRoles", "ReadRole", "ListPermissions", "ReadPermission", "Verify", "AllRoles", "AllPermissions",
	} {
		table[name] = []recorded{{"with nothing", func(t *testing.T, w world) func() {
			method := reflect.ValueOf(w.service).MethodByName(name)
			arguments := []reflect.Value{reflect.ValueOf(t.Context())}
			for i := 1; i < method.Type().NumIn(); i++ {
				arguments = append(arguments, reflect.Zero(method.Type().In(i)))
			}
			return func() { method.Call(arguments) }
		}, nil, changesNothing}}
	}
	return table
}

// TestSecurity96_EveryUseCaseIsInTheTrail goes through all that the core offers, found by reflection, and
// wants of each what the table says: that event, once, in the store and in the log, with the
// time, who, whom and from where; or none, and why.
//
// Red when any one of the calls of record is gone, and when a use case is added that is not in
// the table.
func TestSecurity96_EveryUseCaseIsInTheTrail(t *testing.T) {
	table := trail()
	for _, offered := range []reflect.Type{reflect.TypeFor[auth.API](), reflect.TypeFor[auth.OperatorAPI](), reflect.TypeFor[auth.Worker]()} {
		for method := range offered.Methods() {
			if len(table[method.Name]) == 0 {
				t.Errorf("%s.%s: nothing is said of what it leaves in the audit trail", offered.Name(), method.Name)
			}
		}
	}
	operators := reflect.TypeFor[auth.OperatorAPI]()
	for method, cases := range table {
		_, isOperator := operators.MethodByName(method)
		for _, use := range cases {
			t.Run(method+"/"+use.name, func(t *testing.T) {
				if (use.want == nil) != (use.unrecorded != "") {
					t.Fatal("say what is recorded, or why nothing is")
				}
				from := visitor
				if isOperator {
					from = domain.Client{} // unless it is about a client
					if len(use.want) > 0 {
						from = use.want[0].Client
					}
				}
				use.check(t, from)
			})
		}
	}
}

func (use recorded) check(t *testing.T, from domain.Client) {
	var log logbook
	settings := atOnce()
	settings.Registration.Open = true
	w := newWorld(t, settings, logged(&log))
	w.seedAnn(t, nil)
	administrator, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: rootEmail, Password: password, Admin: true})
	wantCode(t, err, "")
	act := use.begin(t, w)
	seen := map[string]bool{}
	for _, e := range w.events(t) {
		seen[e.ID] = true
	}
	linesBefore := len(auditLines(t, &log))
	act()

	var got []string
	recorded := map[string]domain.Event{}
	for _, e := range w.events(t) {
		if seen[e.ID] {
			continue
		}
		recorded[e.ID] = e
		if e.Client != from {
			t.Errorf("%s: got it from %+v, want %+v", e.Kind, e.Client, from)
		}
		if !e.At.Equal(w.clock.Now()) {
			t.Errorf("%s: got it at %v, want %v", e.Kind, e.At, w.clock.Now())
		}
		isOfOthers := e.Kind == domain.EventRoleCreated || e.Kind == domain.EventPermissionCreated
		if isOfOthers && e.Subject != "" {
			e.Subject = made
		}
		if !isOfOthers && (e.Kind == domain.EventUserCreated || slices.ContainsFunc(use.want, func(want domain.Event) bool { return want.Subject == made })) {
			if _, err := w.store.Repos().Users.ByID(t.Context(), e.Subject); err != nil {
				t.Errorf("%s: got subject %q: %v", e.Kind, e.Subject, err)
			}
			if e.Actor == e.Subject {
				e.Actor = made // who logs in elsewhere makes the account for themselves
			}
			e.Subject = made
		}
		if e.Actor == administrator.ID {
			e.Actor = root
		}
		got = append(got, fmt.Sprint(e.Kind, " ", e.Outcome, " by ", e.Actor, " to ", e.Subject))
	}
	var want []string
	for _, e := range use.want {
		want = append(want, fmt.Sprint(e.Kind, " ", e.Outcome, " by ", e.Actor, " to ", e.Subject))
	}
	slices.Sort(got) // events of one millisecond have no order
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	lines := auditLines(t, &log)[linesBefore:]
	if len(lines) != len(recorded) {
		t.Errorf("got %d lines in the log, want one for each of %d events", len(lines), len(recorded))
	}
	for _, line := range lines {
		e := recorded[line.ID]
		if line.Event != e.Kind || line.Outcome != e.Outcome || line.Actor != string(e.Actor) || line.Subject != string(e.Subject) || line.IP != e.Client.IP || line.UserAgent != e.Client.UserAgent || line.Time.IsZero() {
			t.Errorf("got line %+v, want it to say %+v", line, e)
		}
	}
}

// auditLine is an event in the log.
type auditLine struct {
	Time           time.Time
	Msg            string
	ID             string
	Event, Outcome string
	Actor, Subject string
	IP             string
	UserAgent      string `json:"user_agent"`
}

func auditLines(t testing.TB, log *logbook) []auditLine {
	t.Helper()
	var lines []auditLine
	for scan := bufio.NewScanner(strings.NewReader(log.String())); scan.Scan(); {
		var line auditLine
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatalf("%q: %v", scan.Text(), err)
		}
		if line.Msg == "audit" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Red when record does not try again without the caller's end.
func TestSecurity96_WhoHangsUpIsRecordedAllTheSame(t *testing.T) {
	ctx, hangUp := context.WithCancel(t.Context())
	w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{After: func(_ context.Context, method string) error {
		if method == "Hasher.Verify" {
			hangUp()
		}
		return nil
	}}))
	w.seedAnn(t, nil)
	_, err := w.service.Login(ctx, auth.LoginInput{Email: annEmail, Password: "wrong", Mode: domain.ModeJSON, Client: visitor})
	wantCode(t, err, domain.InvalidCredentials)
	if n := w.count(t, domain.EventLogin, domain.OutcomeFailure); n != 1 {
		t.Errorf("got %d events of a failed login, want 1", n)
	}
}

// Red when recordUnknown is not called where a change fails whose outcome is unknown.
func TestChangesOfUnknownOutcomeAreInTheLog(t *testing.T) {
	me := func(t *testing.T, w world) auth.Principal { return w.authenticate(t, w.login(t, domain.ModeJSON)) }
	for kind, test := range map[string]struct {
		breaks  string // whose answer is lost
		begin   func(t *testing.T, w world) (act func() error)
		subject string
	}{
		domain.EventLogout: {"Sessions.Delete", func(t *testing.T, w world) func() error {
			in := refreshOf(w.login(t, domain.ModeJSON))
			return func() error { return w.service.Logout(t.Context(), in) }
		}, string(annID)},
		domain.EventSessionsEnded: {"Sessions.DeleteUser", func(t *testing.T, w world) func() error {
			p := me(t, w)
			return func() error { return w.service.EndSessions(t.Context(), p, "", visitor) }
		}, string(annID)},
		domain.EventRefreshReuse: {"Sessions.EndReused", func(t *testing.T, w world) func() error {
			held := w.login(t, domain.ModeJSON)
			w.refresh(t, held)
			w.clock.Advance(time.Minute)
			return func() error { _, err := w.tryRefresh(t, held); return err }
		}, string(annID)},
		domain.EventEmailChanged: {"UnitOfWork.Do", func(t *testing.T, w world) func() error {
			p := me(t, w)
			return func() error {
				_, _, err := w.service.UpdateMe(t.Context(), p, auth.ProfilePatch{Email: new("anna@example.com")}, visitor)
				return err
			}
		}, string(annID)},
		domain.EventAccountUnlocked: {"Limiter.Reset", func(t *testing.T, w world) func() error {
			return func() error { return w.service.Unlock(t.Context(), annEmail) }
		}, string(annID)},
		domain.EventAddressUnlocked: {"Limiter.Reset", func(t *testing.T, w world) func() error {
			return func() error { return w.service.UnlockAddress(t.Context(), "192.0.2.7") }
		}, ""},
	} {
		t.Run(kind, func(t *testing.T) {
			var log logbook
			var v valve
			w := newWorld(t, atOnce(), intercepted(v.hooks()), logged(&log))
			w.seedAnn(t, nil)
			act := test.begin(t, w)
			before := len(w.events(t))
			v.set(intercept.Hooks{After: intercept.FailMethod(test.breaks, errors.New("the answer is lost"))})
			wantCode(t, act(), domain.ServiceUnavailable)
			v.set(intercept.Hooks{})
			lines := auditLines(t, &log)
			last := lines[len(lines)-1]
			if last.Event != kind || last.Outcome != domain.OutcomeUnknown || last.Subject != test.subject {
				t.Errorf("got %+v as the last line, want that nobody knows", last)
			}
			if n := len(w.events(t)) - before; n != 0 {
				t.Errorf("got %d events of what may not have happened", n)
			}
		})
	}
}

// Red when isNew remembers without a bound, or forgets what is not over.
func TestLimitsAreNotedWithinABound(t *testing.T) {
	settings := oneGuessOfAnAccount()
	w := newWorld(t, settings)
	for range 2 {
		for i := range 1500 {
			email := fmt.Sprintf("nobody-%d@example.com", i)
			for range 2 {
				_, err := w.tryLogin(t, email, "wrong", domain.ModeJSON)
				if code := codeOf(err); code != domain.InvalidCredentials && code != domain.RequestsExceeded {
					t.Fatal(err)
				}
			}
		}
	}
	if n := w.count(t, domain.EventLoginLimited, domain.OutcomeFailure); n != 1000 {
		t.Errorf("got %d events of limits, want the first 1000, once", n)
	}
	w.clock.Advance(time.Hour)
	for range 2 {
		_, _ = w.tryLogin(t, "nobody-1400@example.com", "wrong", domain.ModeJSON) // refused, either way
	}
	if n := w.count(t, domain.EventLoginLimited, domain.OutcomeFailure); n != 1001 {
		t.Errorf("got %d events of limits an hour later, want one more", n)
	}
}
