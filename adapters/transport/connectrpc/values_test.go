package connectrpc_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TestEmptyTextsAreRefused sends what nobody means.
func TestEmptyTextsAreRefused(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	held, err := w.client(t, protocols()[0]).Login(t.Context(), loginInput())
	if err != nil {
		t.Fatal(err)
	}
	as := http.Header{"Authorization": {"Bearer " + held.Access}}
	for _, c := range []struct{ path, body, field string }{
		{login, `{"password":"x"}`, "email"},
		{login, `{"email":"ann@example.com"}`, "password"},
		{login, `{"email":"ann@example.com","password":"x","otp":""}`, "otp"},
		{"/sallyport.v1.AuthService/Refresh", `{}`, "refresh_token"},
		{"/sallyport.v1.AuthService/Logout", `{}`, "refresh_token"},
		{"/sallyport.v1.AuthService/RequestPasswordReset", `{}`, "email"},
		{"/sallyport.v1.AuthService/RequestPasswordReset", `{"email":"ann@example.com","resetUrl":""}`, "reset_url"},
		{"/sallyport.v1.AuthService/ResetPassword", `{"password":"x"}`, "token"},
		{"/sallyport.v1.AuthService/ResetPassword", `{"token":"x"}`, "password"},
		{"/sallyport.v1.AuthService/ListSessions", `{"userId":""}`, "user_id"},
		{"/sallyport.v1.AuthService/EndSession", `{}`, "id"},
		{"/sallyport.v1.AuthService/EndSessions", `{"userId":""}`, "user_id"},
	} {
		got := w.post(t, c.path, c.body, as)
		got.want(t, domain.InvalidPayload, "not allowed to be empty")
		if got.failure.GetField() != c.field {
			t.Errorf("%s %s: got field %q, want %q", c.path, c.body, got.failure.GetField(), c.field)
		}
	}
	for name, body := range map[string]string{"offset": `{"offset":-1}`, "limit": `{"limit":-1}`} {
		if got := w.post(t, "/sallyport.v1.UserService/ListUsers", body, as); got.failure.GetCode() != string(domain.InvalidQuery) {
			t.Errorf("%s: got %s, want INVALID_QUERY", name, got.body)
		}
	}
}

// TestPreferencesAreThoseOfREST sends such as an account has, and others.
func TestPreferencesAreThoseOfREST(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	ann := w.seed(t, "ann@example.com")
	held, err := w.client(t, protocols()[0]).Login(t.Context(), loginInput())
	if err != nil {
		t.Fatal(err)
	}
	as := http.Header{"Authorization": {"Bearer " + held.Access}}
	update := func(preferences string) answer {
		return w.post(t, "/sallyport.v1.UserService/UpdateMe", `{"patch":{"preferences":`+preferences+`}}`, as)
	}
	for name, bad := range map[string]string{
		"title": `{"title":1}`, "tags": `{"tags":"a"}`, "theme_dark_overrides": `{"theme_dark_overrides":[]}`, "email_notifications": `{"email_notifications":"yes"}`,
	} {
		got := update(bad)
		got.want(t, domain.InvalidPayload, "must be a")
		if got.failure.GetField() != name {
			t.Errorf("%s: got field %q, want %q", bad, got.failure.GetField(), name)
		}
	}
	got := update(`{"tags":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`)
	if got.want(t, domain.InvalidPayload, "more than 32 deep"); got.failure.GetField() != "tags" {
		t.Errorf("got field %q, want tags", got.failure.GetField())
	}
	deepest := strings.Repeat("[", 32) + strings.Repeat("]", 32)
	if got := update(`{"tags":` + deepest + `}`); got.status != http.StatusOK || !strings.Contains(got.body, `"tags":`+deepest) {
		t.Errorf("got %s, want what was written", got.body)
	}
	if got := update(`{"title":"Archer","tags":["a",1],"email_notifications":false,"theme_dark_overrides":{"b":{"a":null}},"no such":1,"location":null}`); got.status != http.StatusOK {
		t.Fatalf("got %s", got.body)
	}
	u, err := w.store.Repos().Users.ByID(t.Context(), ann.ID)
	if want := `{"email_notifications":false,"tags":["a",1],"theme_dark_overrides":{"b":{"a":null}},"title":"Archer"}`; err != nil || string(u.Preferences) != want {
		t.Errorf("got %s, %v, want %s", u.Preferences, err, want)
	}
}

// TestAsterisksAreNoSecrets sends what other transports show in the place of a secret.
//
// Red when UpdateUser does not call dropConcealed.
func TestAsterisksAreNoSecrets(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	role := domain.Role{ID: domain.AdministratorRole, Name: "Administrator", App: true, Admin: true}
	if err := w.store.Repos().Roles.Create(t.Context(), role); err != nil {
		t.Fatal(err)
	}
	w.seed(t, "root@example.com", func(u *domain.User) { u.Role = role.ID })
	ann := w.seed(t, "ann@example.com")
	held, err := w.client(t, protocols()[0]).Login(t.Context(), auth.LoginInput{Email: "root@example.com", Password: password, Mode: domain.ModeJSON})
	if err != nil {
		t.Fatal(err)
	}
	as := http.Header{"Authorization": {"Bearer " + held.Access}}
	update := func(patch string) answer {
		t.Helper()
		return w.post(t, "/sallyport.v1.UserService/UpdateUser", `{"id":"`+string(ann.ID)+`","patch":`+patch+`}`, as)
	}
	update(`{"token":"**********"}`).want(t, domain.InvalidPayload, `"token" must be`) // there is none
	for _, patch := range []string{`{"token":"a-static-token-of-0123456789-letters"}`, `{"token":"**********","profile":{"password":"**********","lastName":"Back"}}`} {
		if got := update(patch); got.status != http.StatusOK {
			t.Errorf("%s: got %d %s", patch, got.status, got.body)
		}
	}
	after, err := w.store.Repos().Users.ByID(t.Context(), ann.ID)
	if err != nil || after.LastName != "Back" || after.Password != ann.Password || after.StaticToken == nil {
		t.Errorf("got %+v, %v, want the name changed and no secret", after, err)
	}
}

// TestListsHaveABound asks for a list without one.
func TestListsHaveABound(t *testing.T) {
	var asked []port.UserQuery
	w := serveStub(t, stubAPI{list: func(q port.UserQuery) { asked = append(asked, q) }})
	for _, body := range []string{`{}`, `{"limit":0}`, `{"limit":7,"offset":3}`} {
		if got := w.post(t, "/sallyport.v1.UserService/ListUsers", body, nil); got.status != http.StatusOK {
			t.Fatalf("got %s", got.body)
		}
	}
	got := make([][2]int, len(asked))
	for i, q := range asked {
		got[i] = [2]int{q.Limit, q.Offset}
	}
	if want := [][2]int{{100, 0}, {0, 0}, {7, 3}}; !slices.Equal(got, want) {
		t.Errorf("got limits and offsets %v, want %v", got, want)
	}
}
