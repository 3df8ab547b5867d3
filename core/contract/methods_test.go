package contract

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// TestMethods wants every method of every port that takes a context in the list from which
// the cases about done contexts and closed stores are made.
func TestMethods(t *testing.T) {
	t.Run("no method is left out of the generated cases", func(t *testing.T) {
		wantMethods[port.Users](t, usersMethods())
		wantMethods[port.Roles](t, rolesMethods())
		wantMethods[port.Permissions](t, permissionsMethods())
		wantMethods[port.Identities](t, identitiesMethods())
		wantMethods[port.OneTimeTokens](t, oneTimeTokensMethods())
		wantMethods[port.MailQueue](t, mailQueueMethods())
		wantMethods[port.Sessions](t, sessionsMethods())
		wantMethods[port.RateLimiter](t, limiterMethods())
		wantMethods[port.Events](t, eventsMethods())
		wantMethods[port.SigningKeys](t, signingKeysMethods())
		wantMethods[port.UnitOfWork](t, uowMethods())
		wantMethods[port.Store](t, uowMethods(), storeMethods())
		wantMethods[port.PasswordHasher](t, hasherMethods())
		wantMethods[port.PasswordChecker](t, passwordCheckerMethods())
		wantMethods[port.TokenIssuer](t, issuerMethods())
		wantMethods[port.TokenVerifier](t, verifierMethods())
		wantMethods[port.AssertionIssuer](t, asserterMethods())
		wantMethods[port.Mailer](t, mailerMethods())
		wantMethods[port.MailComposer](t, composerMethods())
		wantMethods[port.OAuthProvider](t, oauthMethods())
	})
	t.Run("each has its generated cases", func(t *testing.T) {
		have := ids(t)
		for id := range wantedIDs(t) {
			if !have[id] {
				t.Errorf("there is no case %s", id)
			}
		}
	})
}

// wantMethods fails unless the lists together name the methods of Port that take a context,
// each once.
func wantMethods[Port, P any](t *testing.T, lists ...methods[P]) {
	t.Helper()
	var want []string
	iface := reflect.TypeFor[Port]()
	for m := range iface.Methods() {
		if m.Type.NumIn() > 0 && m.Type.In(0) == reflect.TypeFor[context.Context]() {
			want = append(want, m.Name)
		}
	}
	var got []string
	for _, list := range lists {
		for _, m := range list.list {
			got = append(got, m.name)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%v: got calls of %v, want %v", iface, got, want)
	}
}

// wantedIDs returns what the generated cases have to be called.
func wantedIDs(t *testing.T) map[string]bool {
	t.Helper()
	wanted := map[string]bool{}
	add := func(closable bool, ids ...string) {
		for _, id := range ids {
			wanted["ctx/cancelled/"+id] = true
			if closable {
				wanted["store/closed-is-error/"+id] = true
			}
		}
	}
	add(true, methodIDs(usersMethods())...)
	add(true, methodIDs(rolesMethods())...)
	add(true, methodIDs(permissionsMethods())...)
	add(true, methodIDs(identitiesMethods())...)
	add(true, methodIDs(oneTimeTokensMethods())...)
	add(true, methodIDs(mailQueueMethods())...)
	add(true, methodIDs(sessionsMethods())...)
	add(true, methodIDs(limiterMethods())...)
	add(true, methodIDs(eventsMethods())...)
	add(true, methodIDs(signingKeysMethods())...)
	add(true, methodIDs(uowMethods())...)
	add(true, methodIDs(storeMethods())...)
	add(false, methodIDs(hasherMethods())...)
	add(false, methodIDs(passwordCheckerMethods())...)
	add(false, methodIDs(issuerMethods())...)
	add(false, methodIDs(verifierMethods())...)
	add(false, methodIDs(mailerMethods())...)
	add(false, methodIDs(oauthMethods())...)
	add(false, methodIDs(composerMethods())...)
	return wanted
}

func methodIDs[P any](m methods[P]) []string {
	list := make([]string, len(m.list))
	for i, one := range m.list {
		list[i] = m.id(one)
	}
	return list
}

// ids returns the IDs of all cases.
func ids(t *testing.T) map[string]bool {
	t.Helper()
	set := map[string]bool{}
	for _, c := range AllCases() {
		set[c.ID] = true
	}
	return set
}

func TestAllCases(t *testing.T) {
	t.Run("every ID occurs once, with a rule and a port", func(t *testing.T) {
		seen := map[string]bool{}
		for _, c := range AllCases() {
			if seen[c.ID] {
				t.Errorf("%s occurs twice", c.ID)
			}
			seen[c.ID] = true
			if c.ID == "" || c.Rule == "" || c.Port == "" {
				t.Errorf("got %+v, want every field set", c)
			}
		}
	})
	t.Run("it has the cases of every kit and no others", func(t *testing.T) {
		got := slices.Sorted(maps.Keys(ids(t)))
		var want []string
		want = append(want, caseIDs(StoreCases())...)
		want = append(want, caseIDs(HasherCases())...)
		want = append(want, caseIDs(PasswordCheckerCases())...)
		want = append(want, caseIDs(TokensCases())...)
		want = append(want, caseIDs(MailerCases())...)
		want = append(want, caseIDs(ComposerCases())...)
		want = append(want, caseIDs(OAuthProviderCases())...)
		want = append(want, caseIDs(OpenIDCases())...)
		want = append(want, caseIDs(ClockCases())...)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func caseIDs[P any](cases []Case[P]) []string {
	list := make([]string, len(cases))
	for i, c := range cases {
		list[i] = c.ID
	}
	return list
}
