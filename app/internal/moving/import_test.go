package moving_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/moving"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	header = `{"sallyport_export":{"version":1,"made_at":"2026-03-01T12:00:00Z"}}` + "\n"
	end    = `{"end":{"lines":2}}` + "\n"
)

// userLine is a good line with one member changed.
func userLine(t *testing.T, member string, value any) string {
	t.Helper()
	u := map[string]any{"id": annID, "email": "ann@example.com", "status": "active"}
	u[member] = value
	text, err := json.Marshal(map[string]any{"user": u})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sessionLine is a good line of a session of Ann's with one member changed.
func sessionLine(member, value string) string {
	s := map[string]string{
		"id": "a", "user": string(annID), "mode": "json", "secret_hash": strings.Repeat("A", 43),
		"created_at": "2026-03-01T12:00:00Z", "rotated_at": "2026-03-01T12:00:00Z", "expires_at": "2027-03-01T12:00:00Z", "ends_at": "2027-03-01T12:00:00Z",
	}
	s[member] = value
	text, err := json.Marshal(map[string]any{"session": s})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestABadLineIsToldAndNothingOfItIsStored(t *testing.T) {
	long := strings.Repeat("x", 51)
	for name, c := range map[string]struct{ line, why string }{
		"no JSON":                               {`{"user":`, "no JSON object"},
		"no UTF-8":                              {"{\"user\":{\"id\":\"\xff\"}}", "not in UTF-8"},
		"two members":                           {`{"user":{},"role":{}}`, "exactly one member"},
		"no member":                             {`{}`, "exactly one member"},
		"unknown member":                        {`{"secret":{}}`, "not known"},
		"unknown field":                         {userLine(t, "is_admin", true), "not known"},
		"another type":                          {userLine(t, "email", 7), "another type"},
		"null":                                  {`{"user":null}`, "null"},
		"a second header":                       {strings.TrimSpace(header), "second header"},
		"too long":                              {userLine(t, "first_name", strings.Repeat("x", 1<<20)), "longer than 1048576"},
		"ID":                                    {userLine(t, "id", "ann"), "no UUID"},
		"ID in capitals":                        {userLine(t, "id", strings.ToUpper(string(annID)+"")), "no UUID"},
		"no address":                            {userLine(t, "email", ""), "no e-mail address"},
		"address":                               {userLine(t, "email", "Ann <ann@example.com>"), "none that can be kept"},
		"status":                                {userLine(t, "status", "root"), "status"},
		"role":                                  {userLine(t, "role", editorRole), "role is not here"},
		"name":                                  {userLine(t, "first_name", long), "longer than 50"},
		"NUL":                                   {userLine(t, "first_name", "a\x00"), "cannot be kept"},
		"hash":                                  {userLine(t, "password_hash", "plain text"), "none that can be verified"},
		"costly hash":                           {userLine(t, "password_hash", strings.Replace(encoded, "m=4096", "m=4194304", 1)), "costs too much"},
		"second factor":                         {userLine(t, "totp_sealed", []byte("JBSWY3DPEHPK3PXP")), "another DATA_KEY"},
		"preferences":                           {userLine(t, "preferences", []string{"a"}), "no JSON object"},
		"large preferences":                     {userLine(t, "preferences", map[string]string{"a": strings.Repeat("x", 16<<10)}), "longer than 16384"},
		"hash of a token":                       {userLine(t, "static_token_hash", "YQ"), "another type"},
		"identity":                              {userLine(t, "identities", []map[string]string{{"provider": "github"}}), "identity 1"},
		"epoch":                                 {userLine(t, "epoch", -1), "epoch"},
		"session of nobody":                     {`{"session":{"id":"a","user":"` + string(annID) + `","mode":"json","secret_hash":"` + strings.Repeat("A", 43) + `","created_at":"2026-03-01T12:00:00Z","rotated_at":"2026-03-01T12:00:00Z","expires_at":"2027-03-01T12:00:00Z","ends_at":"2027-03-01T12:00:00Z"}}`, "account is not here"},
		"session that is over":                  {`{"session":{"id":"a","user":"` + string(annID) + `","mode":"json","secret_hash":"` + strings.Repeat("A", 43) + `","created_at":"2026-03-01T12:00:00Z","rotated_at":"2026-03-01T12:00:00Z","expires_at":"2026-03-01T12:00:00Z","ends_at":"2027-03-01T12:00:00Z"}}`, "over"},
		"permission":                            {`{"permission":{"id":"0195f2c6-7d7e-7a10-8000-0000000000c1","role":"","collection":"articles","action":"read","fields":["*"],"filter":"{\"a\":{\"_regex\":\"x\"}}"}}`, "left out"},
		"session of no mode":                    {sessionLine("mode", "magic"), "mode"},
		"permission of a role that is not here": {`{"permission":{"id":"0195f2c6-7d7e-7a10-8000-0000000000c1","role":"` + string(editorRole) + `","collection":"articles","action":"read","fields":["*"]}}`, "role is not here"},
		"event of an odd client":                {`{"event":{"id":"0195f2c6-7d7e-7a10-8000-0000000000c1","at":"2026-03-01T12:00:00Z","kind":"login","outcome":"success","user_agent":"a\nb"}}`, "cannot be kept"},
		"event":                                 {`{"event":{"id":"1","at":"2026-03-01T12:00:00Z","kind":"login","outcome":"success"}}`, "no UUID"},
		"signing key":                           {`{"signing_key":{"id":"a","algorithm":"ES256","number":1,"sealed":"1.a.b","created_at":"2026-03-01T12:00:00Z","signs_from":"2026-03-01T12:00:00Z"}}`, "another DATA_KEY"},
	} {
		for _, dry := range []bool{true, false} {
			p := newPlace(t, dataKey)
			good := userLine(t, "id", bobID)
			good = strings.Replace(good, "ann@", "bob@", 1)
			summary, told, err := intake(t, p, header+c.line+"\n"+good+"\n"+`{"end":{"lines":3}}`+"\n", dry)
			if err != nil || len(told) != 1 || !strings.HasPrefix(told[0], "line 2, ") || !strings.Contains(told[0], c.why) {
				t.Errorf("%s: told %q, error %v; want line 2 and %q", name, told, err, c.why)
			}
			if summary.LeftOut()+summary[moving.KindSession].Over != 1 || summary[moving.KindUser].Stored != 1 {
				t.Errorf("%s: got %v, want one left out and the other stored", name, summary)
			}
			if dry {
				continue
			}
			if u, err := p.Repos.Users.ByID(t.Context(), bobID); err != nil || u.Email != "bob@example.com" {
				t.Errorf("%s: the line behind it: %v", name, err)
			}
			if after := withoutMoment(t, export(t, p)); len(after) != 1 {
				t.Errorf("%s: got %d lines stored, want that of Bob alone:\n%s", name, len(after), strings.Join(after, ""))
			}
		}
	}
}

// TestWhatAnotherHasIsLeftOut wants an account left out as a whole whose address, token or identity
// is another's, here already or on a line before.
func TestWhatAnotherHasIsLeftOut(t *testing.T) {
	line := func(id domain.UserID, email, more string) string {
		return `{"user":{"id":"` + string(id) + `","email":"` + email + `","status":"active"` + more + `}}` + "\n"
	}
	const aToken = `,"static_token_hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"`
	const anIdentity = `,"identities":[{"provider":"github","subject":"1"}]`
	for name, c := range map[string]struct{ first, second, why string }{
		"address":  {line(annID, "ann@example.com", ""), line(bobID, "ANN@example.com", ""), "e-mail address"},
		"token":    {line(annID, "ann@example.com", aToken), line(bobID, "bob@example.com", aToken), "static token"},
		"identity": {line(annID, "ann@example.com", anIdentity), line(bobID, "bob@example.com", anIdentity), "identity 1"},
	} {
		for _, dry := range []bool{true, false} {
			p := newPlace(t, dataKey)
			summary, told, err := intake(t, p, header+c.first+c.second+`{"end":{"lines":3}}`, dry)
			if err != nil || len(told) != 1 || !strings.HasPrefix(told[0], "line 3, user "+string(bobID)) || !strings.Contains(told[0], c.why) || strings.Contains(told[0], "@") {
				t.Errorf("%s: told %q, %v", name, told, err)
			}
			if want := (moving.Count{Stored: 1, LeftOut: 1}); summary[moving.KindUser] != want {
				t.Errorf("%s: got %v, want %v", name, summary[moving.KindUser], want)
			}
		}
	}
}

func TestWhatIsNoWholeExport(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":         {"", moving.ErrNoExport},
		"another file":    {"id,email\n", moving.ErrNoExport},
		"no header":       {userLine(t, "id", annID) + "\n" + end, moving.ErrNoExport},
		"another version": {strings.Replace(header, `"version":1`, `"version":2`, 1) + end, moving.ErrVersion},
		"no end":          {header + userLine(t, "id", annID) + "\n", moving.ErrCutOff},
	} {
		if _, told, err := intake(t, newPlace(t, dataKey), c.text, false); !errors.Is(err, c.want) || len(told) > 0 {
			t.Errorf("%s: told %q, got %v, want %v", name, told, err, c.want)
		}
	}
	if _, told, err := intake(t, newPlace(t, dataKey), header+`{"end":{"lines":9}}`, false); err != nil || len(told) != 1 || !strings.Contains(told[0], "had 9 lines") {
		t.Errorf("lines that are missing: told %q, %v", told, err)
	}
}

func TestThereAreNoMorePermissionsThanMayBe(t *testing.T) {
	p := newPlace(t, dataKey)
	text := header
	for i := range domain.MaxPermissions + 1 {
		text += fmt.Sprintf(`{"permission":{"id":"0195f2c6-7d7e-7a10-8000-%012x","role":"","collection":"articles","action":"read","fields":["*"]}}`+"\n", i)
	}
	text += fmt.Sprintf(`{"end":{"lines":%d}}`, domain.MaxPermissions+2)
	for _, dry := range []bool{true, false} {
		summary, _, err := intake(t, p, text, dry)
		if want := (moving.Count{Stored: domain.MaxPermissions, LeftOut: 1}); err != nil || summary[moving.KindPermission] != want {
			t.Errorf("got %v, %v, want %v", summary, err, want)
		}
	}
}

// TestSigningKeysMoveUnlessTheServiceHasItsOwn: of two keys in one place the one that is here stays.
func TestSigningKeysMoveUnlessTheServiceHasItsOwn(t *testing.T) {
	from, to := newPlace(t, dataKey), newPlace(t, dataKey)
	for _, p := range []moving.Place{from, to} {
		sealer, err := auth.NewSealer("signing key", []byte(dataKey))
		if err != nil {
			t.Fatal(err)
		}
		keyring := auth.NewKeyring(p.SigningKeys, p.Events, sealer, p.Clock, auth.KeyringSettings{Algorithm: auth.AlgorithmEdDSA, TokenTTL: time.Hour}, slog.New(slog.DiscardHandler))
		if err := keyring.Ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	text := export(t, from)
	summary, told, err := intake(t, to, text, false)
	if err != nil || summary[moving.KindSigningKey] != (moving.Count{LeftOut: 1}) || len(told) != 1 || !strings.Contains(told[0], "one of its own") {
		t.Errorf("got %v, told %q, %v", summary, told, err)
	}
	empty := newPlace(t, dataKey)
	for _, want := range []moving.Count{{Stored: 1}, {Present: 1}} {
		if summary, told, err := intake(t, empty, text, false); err != nil || summary[moving.KindSigningKey] != want {
			t.Errorf("got %v, told %q, %v, want %v", summary, told, err, want)
		}
	}
}
