package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const annStaticToken = "a-static-token-of-anns"

// newStaticWorld is a world in which Ann has a static token.
func newStaticWorld(t *testing.T) world {
	t.Helper()
	w := newWorld(t, auth.DefaultSettings())
	hash := domain.HashSecret(annStaticToken)
	w.seedAnn(t, func(u *domain.User) { u.StaticToken = &hash })
	return w
}

// showing returns who shows the static token with a request.
func (w world) showing(t testing.TB, token string) (domain.UserID, error) {
	t.Helper()
	p, err := w.service.Authenticate(t.Context(), auth.Credential{Bearer: token})
	return p.User.ID, err
}

// Red when authenticateStatic's case of the status is gone.
func TestSecurity29_AStaticTokenEndsWithItsAccount(t *testing.T) {
	update := func(patch auth.AccountPatch) func(*testing.T, world, auth.Principal) error {
		return func(t *testing.T, w world, root auth.Principal) error {
			_, err := w.service.UpdateAccount(t.Context(), root, annID, patch, domain.Client{})
			return err
		}
	}
	changes := map[string]func(*testing.T, world, auth.Principal) error{
		"removed":  update(auth.AccountPatch{Token: new("")}),
		"replaced": update(auth.AccountPatch{Token: new("another-static-token")}),
		"account deleted": func(t *testing.T, w world, root auth.Principal) error {
			return w.service.DeleteAccount(t.Context(), root, annID, domain.Client{})
		},
	}
	for _, status := range domain.Statuses() {
		if status != domain.StatusActive {
			changes[string(status)] = update(auth.AccountPatch{Status: &status})
		}
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			w := newStaticWorld(t)
			root := w.administrator(t, "root@example.com")
			id, err := w.showing(t, annStaticToken)
			if wantCode(t, err, ""); id != annID {
				t.Fatalf("got account %q, want Ann's", id)
			}
			wantCode(t, change(t, w, root), "")
			id, err = w.showing(t, annStaticToken)
			if wantCode(t, err, domain.InvalidCredentials); id != "" {
				t.Errorf("got account %q beside an error", id)
			}
		})
	}
	t.Run("and with nothing else", func(t *testing.T) {
		w := newStaticWorld(t)
		root := w.administrator(t, "root@example.com")
		wantCode(t, update(auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}})(t, w, root), "")
		wantCode(t, w.service.EndSessions(t.Context(), root, annID, domain.Client{}), "")
		w.clock.Advance(1000 * 24 * time.Hour)
		_, err := w.showing(t, annStaticToken)
		wantCode(t, err, "")
	})
}

// Red when Authenticate's refusal of cookies that the verifier does not know is gone.
func TestSecurity41_AStaticTokenIsNoOther(t *testing.T) {
	w := newStaticWorld(t)
	_, err := w.service.Authenticate(t.Context(), auth.Credential{Cookie: annStaticToken})
	wantCode(t, err, domain.InvalidCredentials)
	for _, mode := range allModes() {
		_, err := w.service.Refresh(t.Context(), auth.RefreshInput{Mode: mode, Token: annStaticToken})
		wantCode(t, err, domain.InvalidCredentials)
	}
	wantCode(t, w.service.Reset(t.Context(), annStaticToken, newPassword, domain.Client{}), domain.InvalidToken)
	_, err = w.tryLogin(t, annEmail, annStaticToken, domain.ModeJSON)
	wantCode(t, err, domain.InvalidCredentials)
	hash := domain.HashSecret(annStaticToken)
	for name, token := range map[string]string{
		"its hash":       string(hash[:]),
		"another case":   strings.ToUpper(annStaticToken),
		"with a blank":   annStaticToken + " ",
		"its beginning":  annStaticToken[:len(annStaticToken)-1],
		"something long": strings.Repeat("a", auth.MaxStaticTokenBytes+1),
	} {
		id, err := w.showing(t, token)
		if codeOf(err) != domain.InvalidCredentials || id != "" {
			t.Errorf("%s: got account %q and %v, want a refusal", name, id, err)
		}
	}
	t.Run("and no other is one", func(t *testing.T) {
		w := newStaticWorld(t)
		root := w.administrator(t, "root@example.com")
		for _, bad := range []string{"short", strings.Repeat("a", auth.MaxStaticTokenBytes+1), "with a blank in it", "with-umlauts-äöü-äöü", "with\ttab-and-more-of-it"} {
			_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Token: &bad}, domain.Client{})
			wantCode(t, err, domain.InvalidPayload)
		}
	})
}
