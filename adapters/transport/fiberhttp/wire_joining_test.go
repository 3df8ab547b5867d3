package fiberhttp_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// byRoot is a request of the administrator, with a body.
func byRoot(path string, body any) func(scene) call {
	return func(s scene) call {
		return call{method: http.MethodPost, path: path, bearer: s.admin.AccessToken, body: body}
	}
}

// mailed sends the requests, has the mails delivered, and returns the token of the last one.
func (s scene) mailed(t *testing.T, requests ...call) string {
	t.Helper()
	for _, asked := range requests {
		if got := s.do(t, asked); got.status >= 300 {
			t.Fatalf("%s %s: got status %d %s", asked.method, asked.path, got.status, got.body)
		}
	}
	for {
		done, err := s.worker.DeliverMail(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if done == (auth.Delivered{}) {
			break
		}
	}
	mails := s.mails.Mails()
	if len(mails) == 0 {
		t.Fatal("no mail was sent")
	}
	found := regexp.MustCompile(`[?&]token=([A-Za-z0-9_-]{43})\s`).FindStringSubmatch(mails[len(mails)-1].Text)
	if found == nil {
		t.Fatalf("the last of %d mails has no token", len(mails))
	}
	return found[1]
}

// wantNothing fails the test unless the answer is 204 without a body.
func wantNothing(t *testing.T, got response) {
	t.Helper()
	if got.status != http.StatusNoContent || len(got.body) > 0 || got.header.Get("Content-Type") != "" {
		t.Errorf("got status %d, %q", got.status, got.body)
	}
}

// joiningRules are those of invitations, registrations and new addresses.
func joiningRules() []rule {
	const invite, accept, register, verify = "/users/invite", "/users/invite/accept", "/users/register", "/users/register/verify-email"
	const confirm = "/users/me/email/confirm"
	role := string(domain.AdministratorRole)
	asked := map[string]any{"email": "ivy@example.com", "role": role}
	newcomer := map[string]any{"email": "ivy@example.com", "password": "another fine password", "first_name": "Ivy", "last_name": nil}
	one := func(name string, value any) map[string]any {
		body := map[string]any{"email": "ivy@example.com", "role": role, "password": "another fine password"}
		body[name] = value
		return body
	}
	return []rule{
		{name: "§3 invite", rows: []row{
			{name: "nobody", call: always(post(invite, asked)), status: 403, code: domain.Forbidden},
			{name: "nobody, of what is no JSON", call: always(post(invite, "{")), status: 403, code: domain.Forbidden},
			{name: "an ordinary user", call: posting(invite, asked), status: 403, code: domain.Forbidden},
			{name: "one", call: byRoot(invite, asked), status: 204},
			{name: "one again", call: byRoot(invite, asked), status: 204},
			{name: "several", call: byRoot(invite, one("email", []string{"ida@example.com", "iris@example.com"})), status: 204},
			{name: "one with an account", call: byRoot(invite, one("email", "ANN@example.com")), status: 204},
			{name: "all or none", call: byRoot(invite, one("email", []string{"ike@example.com", "nowhere"})), status: 400, code: domain.InvalidPayload},
		}, also: func(t *testing.T, s scene) {
			for _, email := range []domain.Email{"ivy@example.com", "ida@example.com", "iris@example.com"} {
				if u := s.accountOf(t, email); u.Status != domain.StatusInvited || string(u.Role) != role {
					t.Errorf("got status %q and role %q", u.Status, u.Role)
				}
			}
			if _, err := s.store.Repos().Users.ByEmail(t.Context(), "ike@example.com"); err == nil {
				t.Error("an account was made of a list that was refused")
			}
			if u := s.accountOf(t, "ann@example.com"); u.Status != domain.StatusActive || u.Role != "" {
				t.Errorf("got status %q and role %q of who has an account", u.Status, u.Role)
			}
		}},
		{name: "§3 accept an invitation", also: func(t *testing.T, s scene) {
			token := s.mailed(t, byRoot(invite, asked)(s))
			dead := &http.Cookie{Name: sessionCookie, Value: "of another account"}
			wantFailure(t, s.do(t, post(accept, map[string]any{"token": token, "password": "short"})), 400, domain.FailedValidation)
			accepted := post(accept, map[string]any{"token": token, "password": "another fine password"})
			accepted.cookie = dead
			wantNothing(t, s.do(t, accepted))
			wantFailure(t, s.do(t, accepted), 400, domain.InvalidInvite)
			s.loginWith(t, "ivy@example.com", "another fine password", domain.ModeJSON)
		}},
		{name: "§3 register", rows: []row{
			{name: "who has no account", call: always(post(register, newcomer)), status: 204},
			{name: "who has one", call: always(post(register, one("email", "ann@example.com"))), status: 204},
			{name: "who is logged in", call: posting(register, one("email", "ida@example.com")), status: 204},
		}, also: func(t *testing.T, _ scene) {
			closed := newWorld(t, unlimited())
			wantFailure(t, closed.do(t, post(register, newcomer)), 403, domain.Forbidden)
		}},
		{name: "§3 verify a registration", also: func(t *testing.T, s scene) {
			token := s.mailed(t, post(register, newcomer))
			s.client.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			opened := get(verify + "?token=" + token)
			opened.cookie = &http.Cookie{Name: sessionCookie, Value: "of another account"}
			got := s.do(t, opened)
			want := "https://login.example.com/admin/users/" + string(s.accountOf(t, "ivy@example.com").ID)
			if got.status != http.StatusFound || got.header.Get("Location") != want {
				t.Errorf("got status %d and Location %q, want 302 to %q", got.status, got.header.Get("Location"), want)
			}
			wantFailure(t, s.do(t, opened), 400, domain.InvalidPayload)
			if u := s.accountOf(t, "ivy@example.com"); u.Status != domain.StatusActive || u.FirstName != "Ivy" || u.LastName != "" {
				t.Errorf("got status %q and name %q %q", u.Status, u.FirstName, u.LastName)
			}
			if strings.Contains(s.log.String(), token) {
				t.Error("the log has the token")
			}
		}},
		{name: "§3 new address of one's own", also: func(t *testing.T, s scene) {
			change := call{method: http.MethodPatch, path: "/users/me?fields=email", bearer: s.json.AccessToken, body: `{"email":"anna@example.com"}`}
			token := s.mailed(t, change)
			if got := s.do(t, reading("?fields=email")(s)); string(got.body) != `{"data":{"email":"Ann@example.com"}}` {
				t.Errorf("got %s before it is confirmed", got.body)
			}
			wantNothing(t, s.do(t, post(confirm, map[string]any{"token": token})))
			wantFailure(t, s.do(t, post(confirm, map[string]any{"token": token})), 403, domain.Forbidden)
			wantFailure(t, s.do(t, reading("")(s)), 401, domain.InvalidCredentials)
			s.login(t, "anna@example.com", domain.ModeJSON)
		}},
		{name: "§7 joining that is refused", rows: append(append(append(append([]row{
			{name: "no role", call: byRoot(invite, map[string]any{"email": "ivy@example.com"}), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "role"}},
			{name: "a role that there is not", call: byRoot(invite, one("role", "no-role")), status: 400, code: domain.InvalidPayload},
			{name: "no address", call: byRoot(invite, map[string]any{"role": role}), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
			{name: "no addresses", call: byRoot(invite, one("email", []string{})), status: 400, code: domain.InvalidPayload},
			{name: "too many addresses", call: byRoot(invite, one("email", strings.Split(strings.Repeat("ivy@example.com ", 50)+"ivy@example.com", " "))), status: 400, code: domain.InvalidPayload},
			{name: "addresses that are none", call: byRoot(invite, one("email", []any{"ivy@example.com", 7})), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
			{name: "an empty address among others", call: byRoot(invite, one("email", []any{""})), status: 400, code: domain.InvalidPayload},
			{name: "invite_url that is not allowed", call: byRoot(invite, one("invite_url", "https://evil.example/")), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "invite_url"}},
			{name: "invite_url that is empty", call: byRoot(invite, one("invite_url", "")), status: 400, code: domain.InvalidPayload},
			{name: "an invitation that is none", call: always(post(accept, map[string]any{"token": "garbage", "password": "another fine password"})), status: 403, code: domain.InvalidToken},
			{name: "an invitation without a password", call: always(post(accept, map[string]any{"token": "garbage"})), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "password"}},
			{name: "verification_url that is not allowed", call: always(post(register, one("verification_url", "https://evil.example/"))), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "verification_url"}},
			{name: "a name that is no text", call: always(post(register, one("first_name", 7))), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "first_name"}},
			{name: "a registration with a bad password", call: always(post(register, one("password", "short"))), status: 400, code: domain.FailedValidation, extension: map[string]string{"field": "password"}},
			{name: "a registration that is none", call: always(get(verify + "?token=garbage")), status: 403, code: domain.InvalidToken},
			{name: "no registration", call: always(get(verify)), status: 403, code: domain.InvalidToken},
			{name: "an address that is none to confirm", call: always(post(confirm, map[string]any{"token": "garbage"})), status: 403, code: domain.InvalidToken},
		}, malformedTexts(accept, "token", map[string]any{"password": "another fine password"})...),
			malformedTexts(confirm, "token", nil)...),
			malformedTexts(register, "email", map[string]any{"password": "another fine password"})...),
			malformedTexts(register, "password", map[string]any{"email": "ivy@example.com"})...), also: func(t *testing.T, s scene) {
			invitation := s.mailed(t, byRoot(invite, asked)(s))
			registration := s.mailed(t, post(register, one("email", "ida@example.com")))
			wantFailure(t, s.do(t, get(verify+"?token="+invitation)), 403, domain.InvalidToken)
			wantFailure(t, s.do(t, post(accept, map[string]any{"token": registration, "password": "another fine password"})), 403, domain.InvalidToken)
			s.clock.Advance(auth.DefaultSettings().InviteTTL)
			wantFailure(t, s.do(t, get(verify+"?token="+registration)), 401, domain.TokenExpired)
			wantFailure(t, s.do(t, post(accept, map[string]any{"token": invitation, "password": "another fine password"})), 401, domain.TokenExpired)
		}},
	}
}
