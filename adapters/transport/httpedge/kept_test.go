package httpedge_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func members(t testing.TB, text string) map[string]json.RawMessage {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestUnchanged: what an account is shown with is no change, and all else is.
func TestUnchanged(t *testing.T) {
	plain := domain.User{ID: "a"}
	full := domain.User{ID: "a", Password: "hash", TOTP: []byte("sealed"), StaticToken: &domain.SecretHash{}, LastAccess: time.Date(2026, 3, 14, 9, 26, 53, 589_793_000, time.UTC)}
	for _, c := range []struct {
		user   domain.User
		change string
		want   []string
	}{
		{full, `{"password":"**********","token":"**********","tfa_secret":"**********"}`, []string{"password", "tfa_secret", "token"}},
		{full, `{"password":null,"token":null,"tfa_secret":null}`, nil},
		{plain, `{"password":"**********","token":"**********","tfa_secret":"**********"}`, nil},
		{plain, `{"password":null,"token":null,"tfa_secret":null}`, []string{"password", "tfa_secret"}}, // null takes a token away
		{full, `{"id":"a","last_access":"2026-03-14T09:26:53.589Z","provider":"default","external_identifier":null,"auth_data":null,"policies":[ ]}`, []string{"auth_data", "external_identifier", "id", "last_access", "policies", "provider"}},
		{full, `{"id":"b","last_access":null,"provider":"ldap","external_identifier":"","auth_data":{},"policies":["x"]}`, nil},
	} {
		got, err := httpedge.Unchanged(members(t, c.change), func() (domain.User, error) { return c.user, nil })
		if slices.Sort(got); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, %v, want %q", c.change, got, err, c.want)
		}
	}
	failed := errors.New("no database")
	for change, want := range map[string]error{
		`{}`: nil, `{"first_name":"x","password":"new","token":"x","role":null}`: nil, `{"token":null}`: nil,
		`{"password":"**********"}`: failed, `{"id":"a"}`: failed,
	} {
		if got, err := httpedge.Unchanged(members(t, change), func() (domain.User, error) { return domain.User{}, failed }); len(got) > 0 || !errors.Is(err, want) {
			t.Errorf("%s: got %q, %v, want an account to be read only where it matters", change, got, err)
		}
	}
}

func TestWhoChangesWhat(t *testing.T) {
	const nobody, others = "is kept by the service and nobody changes it", "is not yours to change"
	for _, c := range []struct {
		change                string
		field                 string
		byAdministrator, self string // why not; "" where it may
	}{
		{`{"first_name":"x","password":"y"}`, "", "", ""},
		{`{"role":null}`, "role", "", others},
		{`{"status":"active"}`, "status", "", others},
		{`{"token":"x"}`, "token", "", others},
		{`{"id":null}`, "id", nobody, others},
		{`{"provider":"default"}`, "provider", "", others},
		{`{"provider":"ldap"}`, "provider", nobody, others},
		{`{"external_identifier":null}`, "external_identifier", "", others},
		{`{"external_identifier":""}`, "external_identifier", nobody, others},
		{`{"auth_data":{}}`, "auth_data", nobody, others},
		{`{"last_access":"x"}`, "last_access", nobody, others},
		{`{"policies":[]}`, "policies", "", others},
		{`{"policies":["x"]}`, "policies", nobody, others},
		{`{"tfa_secret":null}`, "tfa_secret", "cannot be set here", "cannot be set here"},
	} {
		for _, by := range []struct {
			refuse func(map[string]json.RawMessage) error
			want   string
		}{{httpedge.RefuseKept, c.byAdministrator}, {httpedge.RefuseOthers, c.self}} {
			got := by.refuse(members(t, c.change))
			failure, _ := errors.AsType[*domain.Error](got)
			if by.want == "" && got != nil || by.want != "" && (failure == nil || failure.Field != c.field || failure.Reason != `"`+c.field+`" `+by.want) {
				t.Errorf("%s: got %v, want %q", c.change, got, by.want)
			}
		}
	}
}
