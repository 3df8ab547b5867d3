package e2e

import (
	"net/http"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// join goes through invitations, registrations and a new address of one's own.
func join(t *testing.T, p *process, dataDir string) {
	t.Helper()
	type object = map[string]any
	post := func(path, bearer string, body any) restclient.Call {
		return restclient.Call{Method: http.MethodPost, Path: path, Bearer: bearer, Body: body}
	}
	verify := func(token string) restclient.Call {
		return restclient.Call{Method: http.MethodGet, Path: "/users/register/verify-email?token=" + token}
	}
	mailed := func(what restclient.Call) string {
		t.Helper()
		wantStatus(t, p, http.StatusNoContent, what)
		return lastToken(t, dataDir)
	}
	const password = "a third horse & battery"
	root := login(t, p.Client, domain.ModeJSON).Access

	token := mailed(post("/users/invite", root, object{"email": []string{"ivy@example.com"}, "role": domain.AdministratorRole}))
	wantStatus(t, p, http.StatusBadRequest, post("/users/invite", root, object{"email": "ivy@example.com"}))
	wantStatus(t, p, http.StatusNoContent, post("/users/invite/accept", "", object{"token": token, "password": password}))
	wantStatus(t, p, http.StatusBadRequest, post("/users/invite/accept", "", object{"token": token, "password": password}))

	token = mailed(post("/users/register", "", object{"email": "rae@example.com", "password": password, "first_name": "Rae", "last_name": nil}))
	wantStatus(t, p, http.StatusBadRequest, post("/users/register", "", object{"email": "rae@example.com", "password": "short"}))
	wantStatus(t, p, http.StatusFound, verify(token))
	wantStatus(t, p, http.StatusBadRequest, verify(token))

	rae := loginAs(t, p.Client, "rae@example.com", password)
	wantStatus(t, p, http.StatusOK, restclient.Call{Method: http.MethodPatch, Path: "/users/me", Bearer: rae, Body: object{"email": "rachel@example.com"}})
	token = lastToken(t, dataDir)
	wantStatus(t, p, http.StatusBadRequest, post("/users/me/email/confirm", "", object{}))
	wantStatus(t, p, http.StatusNoContent, post("/users/me/email/confirm", "", object{"token": token}))
	wantStatus(t, p, http.StatusForbidden, post("/users/me/email/confirm", "", object{"token": token}))
	loginAs(t, p.Client, "rachel@example.com", password)
}

// loginAs returns the access token of somebody's login.
func loginAs(t testing.TB, c restclient.Client, email, password string) string {
	t.Helper()
	got, err := c.Login(t.Context(), auth.LoginInput{Email: email, Password: password, Mode: domain.ModeJSON})
	if err != nil {
		t.Fatalf("log in: %v", err)
	}
	return got.Access
}

// lastToken waits for all mails, and returns the token of the last one.
func lastToken(t testing.TB, dataDir string) string {
	t.Helper()
	awaitDelivery(t, dataDir)
	mails := readMailbox(t, dataDir)
	return tokenInText(t, mails[len(mails)-1].Text)
}
