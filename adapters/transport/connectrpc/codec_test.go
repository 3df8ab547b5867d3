package connectrpc_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestAMessageThatCannotBeReadIsToldWhy sends misspelt names and modes, and other mistakes.
func TestAMessageThatCannotBeReadIsToldWhy(t *testing.T) {
	w := newStub(t, nil)
	const begins = "the body is not a message of this procedure"
	long := strings.Repeat("x", 65)
	for _, c := range []struct{ path, body, why string }{
		{login, `{"emial":"hunter2","password":"hunter2"}`, `: there is no "emial"`},
		{login, `{"email":"a","password":"hunter2","mode":"session"}`, `: "mode" is one of MODE_JSON, MODE_COOKIE, MODE_SESSION`},
		{login, `{"mode":"MODE_JSON","` + long + `":1}`, `: there is no "` + long[:64] + `..."`},
		{login, `{"email":5,"password":"hunter2"}`, ""},
		{login, `{"email":"a"`, ""},
		{login, `["hunter2"]`, ""},
		{"/sallyport.v1.UserService/UpdateUser", `{"patch":{"profile":{"firstName":"a","last_name":"b","preferences":{"x":1},"nickname":"c"}}}`, `: there is no "nickname"`},
		{"/sallyport.v1.UserService/ListUsers", `{"sort":[{"field":"email"},{"filed":"email"}]}`, `: there is no "filed"`},
	} {
		got := w.post(t, c.path, c.body, nil)
		got.want(t, domain.InvalidPayload, "")
		if got.failure.GetReason() != begins+c.why || strings.Contains(got.body, "hunter2") {
			t.Errorf("%s: got %q in %s, want %q", c.body, got.failure.GetReason(), got.body, begins+c.why)
		}
	}
}

// TestPreferencesAreShown reads what was written, and what only an import can have left.
func TestPreferencesAreShown(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com", func(u *domain.User) {
		u.Preferences = []byte(`{"title":5,"no such":true,"tags":[1e999],"theme_dark":"night"}`)
	})
	held, err := w.client(t, protocols()[0]).Login(t.Context(), loginInput())
	if err != nil {
		t.Fatal(err)
	}
	as := http.Header{"Authorization": {"Bearer " + held.Access}}
	me := func(want string) {
		t.Helper()
		if got := w.post(t, "/sallyport.v1.UserService/GetMe", `{}`, as); got.status != http.StatusOK || !strings.Contains(got.body, `"preferences":`+want+`}`) {
			t.Errorf("got %s, want preferences %s", got.body, want)
		}
	}
	me(`{"theme_dark":"night"}`)
	got := w.post(t, "/sallyport.v1.UserService/UpdateMe", `{"patch":{"preferences":{"tags":["a",1.5,null],"email_notifications":false,"theme_dark":null}}}`, as)
	if got.status != http.StatusOK {
		t.Fatalf("got %s", got.body)
	}
	me(`{"email_notifications":false,"tags":["a",1.5,null]}`)
}
