package moving_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/adapters/store/memory"
	"github.com/sallyport-auth/sallyport/app/internal/moving"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	dataKey  = "a data key that is long enough to be one"
	otherKey = "another data key, long enough to be one"

	editorRole domain.RoleID = "0195f2c6-7d7e-7a10-8000-00000000e001"
	annID      domain.UserID = "0195f2c6-7d7e-7a10-8000-0000000000a1"
	bobID      domain.UserID = "0195f2c6-7d7e-7a10-8000-0000000000b0"
	encoded                  = "$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 123_456_000, time.UTC)

type fixedClock struct{}

func (fixedClock) Now() time.Time { return now }

// newPlace is an empty store whose service has the data key.
func newPlace(t *testing.T, key string) moving.Place {
	t.Helper()
	store, err := memory.Open(t.Context(), memory.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	seals, err := auth.NewSeals([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return moving.Place{
		Work: store, Repos: store.Repos(), Sessions: store.Sessions(), Events: store.Events(), SigningKeys: store.SigningKeys(),
		Clock: fixedClock{}, SessionTTL: 30 * 24 * time.Hour, CheckPassword: argon2id.Check, Seals: seals,
	}
}

func ann() domain.User {
	token := domain.HashSecret("a static token of Ann's")
	return domain.User{
		ID: annID, Email: "Ann@example.com", Password: encoded, Status: domain.StatusActive, Role: editorRole,
		FirstName: "Ann", LastName: "O'Neil \u00fc", Language: "de-DE", StaticToken: &token,
		RecoveryCodes: []domain.SecretHash{domain.HashSecret("1"), domain.HashSecret("2")},
		Epoch:         7, Version: 1, CreatedAt: now.Add(-time.Hour), LastAccess: now.Add(-time.Minute), Preferences: []byte(`{"theme":"dark"}`),
	}
}

func annSession(id domain.SessionID) domain.Session {
	return domain.Session{
		ID: id, UserID: annID, Mode: domain.ModeSession, Epoch: 7, Generation: 3, Secret: domain.HashSecret("s"),
		CreatedAt: now.Add(-time.Hour), RotatedAt: now, ExpiresAt: now.Add(time.Hour), EndsAt: now.Add(2 * time.Hour),
		Client: domain.Client{IP: "192.0.2.1", UserAgent: "a browser", Origin: "https://example.com"},
	}
}

// fill puts one of each into the place.
func fill(t *testing.T, p moving.Place) {
	t.Helper()
	u := ann()
	u.TOTP = p.Seals.SealSecondFactor(annID, []byte("0123456789"))
	bob := domain.User{ID: bobID, Email: "bob@example.com", Status: domain.StatusInvited}
	dead := annSession("dead session")
	dead.Epoch = 6
	for what, err := range map[string]error{
		"role": p.Repos.Roles.Create(t.Context(), domain.Role{ID: editorRole, Name: "Editor", App: true, EnforceTFA: true}),
		"permission": p.Repos.Permissions.Create(t.Context(), domain.Permission{
			ID: "0195f2c6-7d7e-7a10-8000-0000000000c1", Role: editorRole, Collection: "directus_users", Action: domain.ActionRead, Fields: []string{"*"}, Filter: `{"status":{"_eq":"active"}}`,
		}),
		"ann": p.Repos.Users.Create(t.Context(), u), "bob": p.Repos.Users.Create(t.Context(), bob),
		"identity": p.Repos.Identities.Link(t.Context(), domain.Identity{Provider: "github", Subject: "12", UserID: annID}),
		"session":  p.Sessions.Create(t.Context(), annSession("session of Ann")), "dead": p.Sessions.Create(t.Context(), dead),
		"event": p.Events.Record(t.Context(), domain.Event{ID: domain.NewUUID(now), At: now, Kind: domain.EventLogin, Outcome: domain.OutcomeSuccess, Subject: annID, Client: domain.Client{IP: "192.0.2.1"}}),
	} {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

func export(t *testing.T, p moving.Place) string {
	t.Helper()
	var out strings.Builder
	if _, err := moving.Export(t.Context(), p, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// intake reads text in, and returns what was counted, what was told, and the error.
func intake(t *testing.T, p moving.Place, text string, dry bool) (moving.Summary, []string, error) {
	t.Helper()
	var told []string
	summary, err := moving.Import(t.Context(), p, strings.NewReader(text), moving.Options{
		DryRun: dry, Tell: func(n moving.Note) { told = append(told, n.String()) },
	})
	return summary, told, err
}

func wantIntake(t *testing.T, p moving.Place, text string, dry bool, want moving.Summary) {
	t.Helper()
	got, told, err := intake(t, p, text, dry)
	if err != nil || len(told) > 0 || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, told %q, error %v; want %v", got, told, err, want)
	}
}

func oneOfEach(c moving.Count) moving.Summary {
	users := moving.Count{Stored: 2 * c.Stored, Present: 2 * c.Present}
	return moving.Summary{moving.KindRole: c, moving.KindPermission: c, moving.KindUser: users, moving.KindSession: c, moving.KindEvent: c}
}

// withoutMoment is an export without what says when it was made, and without the trace that moving
// accounts leaves.
func withoutMoment(t *testing.T, text string) []string {
	t.Helper()
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.Contains(line, `"sallyport_export"`) && !strings.Contains(line, domain.EventUserCreated) && !strings.HasPrefix(line, `{"end"`) {
			kept = append(kept, line)
		}
	}
	return kept
}

func TestAStoreMovesAsAWhole(t *testing.T) {
	from, to := newPlace(t, dataKey), newPlace(t, dataKey)
	fill(t, from)
	text := export(t, from)

	wantIntake(t, to, text, true, oneOfEach(moving.Count{Stored: 1}))
	if users, err := to.Repos.Users.List(t.Context(), "", 10); err != nil || len(users) > 0 {
		t.Fatalf("a dry run stored %d accounts, %v", len(users), err)
	}
	wantIntake(t, to, text, false, oneOfEach(moving.Count{Stored: 1}))
	if got, want := withoutMoment(t, export(t, to)), withoutMoment(t, text); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, ""), strings.Join(want, ""))
	}
	wantIntake(t, to, text, false, oneOfEach(moving.Count{Present: 1}))
	wantIntake(t, to, text, true, func() moving.Summary {
		s := oneOfEach(moving.Count{Present: 1})
		s[moving.KindEvent] = moving.Count{Stored: 1} // the trail cannot be asked for one
		return s
	}())
}

// TestASpentCodeIsNotGoodAgain wants every code that could be spent already to be spent here.
func TestASpentCodeIsNotGoodAgain(t *testing.T) {
	from, to := newPlace(t, dataKey), newPlace(t, dataKey)
	fill(t, from)
	wantIntake(t, to, export(t, from), false, oneOfEach(moving.Count{Stored: 1}))
	step := now.Unix() / 30
	if err := to.Repos.Users.AdvanceTOTP(t.Context(), annID, step+1); !errors.Is(err, port.ErrStale) {
		t.Errorf("the code of the next step: got %v, want ErrStale", err)
	}
	if err := to.Repos.Users.AdvanceTOTP(t.Context(), annID, step+2); err != nil {
		t.Errorf("a later code: %v", err)
	}
}

// TestNothingOfARecordIsLost fills every field of what is kept, and wants it back from its line. It
// is red for a field that was added and has no place there.
func TestNothingOfARecordIsLost(t *testing.T) {
	u := domain.User{}
	fillFields(reflect.ValueOf(&u).Elem())
	u.ID, u.Email, u.Status, u.Role, u.Password, u.Version = annID, "ann@example.com", domain.StatusActive, editorRole, encoded, 1
	u.Preferences = []byte(`{"a":1}`)
	s := domain.Session{}
	fillFields(reflect.ValueOf(&s).Elem())
	s.UserID, s.Mode, s.Epoch, s.ExpiresAt, s.EndsAt = annID, domain.ModeJSON, u.Epoch, now.Add(time.Hour), now.Add(time.Hour)
	role := domain.Role{}
	fillFields(reflect.ValueOf(&role).Elem())
	role.ID = editorRole

	from, to := newPlace(t, dataKey), newPlace(t, dataKey)
	u.TOTP = from.Seals.SealSecondFactor(annID, []byte("0123456789"))
	if err := errors.Join(from.Repos.Roles.Create(t.Context(), role), from.Repos.Users.Create(t.Context(), u), from.Sessions.Create(t.Context(), s)); err != nil {
		t.Fatal(err)
	}
	if _, told, err := intake(t, to, export(t, from), false); err != nil || len(told) > 0 {
		t.Fatalf("told %q, %v", told, err)
	}
	if got, err := to.Repos.Users.ByID(t.Context(), annID); err != nil || !reflect.DeepEqual(got, u) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, u)
	}
	if got, err := to.Sessions.Get(t.Context(), s.ID, now); err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, s)
	}
	if got, err := to.Repos.Roles.ByID(t.Context(), editorRole); err != nil || got != role {
		t.Errorf("got %+v, %v\nwant %+v", got, err, role)
	}
}

// fillFields gives every field a value that is not zero.
func fillFields(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(now))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fillFields(v.Field(i))
		}
	case v.Kind() == reflect.String:
		v.SetString("text")
	case v.CanInt():
		v.SetInt(5)
	case v.CanUint():
		v.SetUint(5)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillFields(v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillFields(v.Index(0))
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			fillFields(v.Index(i))
		}
	}
}

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

// failing has sessions that cannot be asked.
type failing struct{ port.Sessions }

var errDown = errors.New("down")

func (failing) Get(context.Context, domain.SessionID, time.Time) (domain.Session, error) {
	return domain.Session{}, errDown
}

func TestAStoreThatIsDownEndsAnImportWhichCanBeRunAgain(t *testing.T) {
	from, to := newPlace(t, dataKey), newPlace(t, dataKey)
	fill(t, from)
	text := export(t, from)
	broken := to
	broken.Sessions = failing{to.Sessions}
	if _, told, err := intake(t, broken, text, false); !errors.Is(err, errDown) || len(told) > 0 || !strings.Contains(err.Error(), "line ") {
		t.Fatalf("told %q, got %v, want where it ended", told, err)
	}
	if _, told, err := intake(t, to, text, false); err != nil || len(told) > 0 {
		t.Fatalf("told %q, %v", told, err)
	}
	if got, want := withoutMoment(t, export(t, to)), withoutMoment(t, text); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, ""), strings.Join(want, ""))
	}
}

func TestASecondFactorOfAnotherDataKeyIsLeftOut(t *testing.T) {
	from, to := newPlace(t, otherKey), newPlace(t, dataKey)
	fill(t, from)
	summary, told, err := intake(t, to, export(t, from), false)
	if err != nil || len(told) != 2 || !strings.Contains(told[0], "another DATA_KEY") || !strings.Contains(told[1], "account is not here") {
		t.Fatalf("told %q, %v", told, err)
	}
	if summary[moving.KindUser].Stored != 1 || summary.LeftOut() != 2 {
		t.Errorf("got %v", summary)
	}
}

// TestASessionThatAChangeHasEnded: the account has another password here than when it was exported.
func TestASessionThatAChangeHasEnded(t *testing.T) {
	from, to := newPlace(t, dataKey), newPlace(t, dataKey)
	fill(t, from)
	text := export(t, from)
	changed := ann()
	changed.Epoch++
	if err := errors.Join(to.Repos.Roles.Create(t.Context(), domain.Role{ID: editorRole}), to.Repos.Users.Create(t.Context(), changed)); err != nil {
		t.Fatal(err)
	}
	summary, told, err := intake(t, to, text, false)
	if err != nil || summary[moving.KindSession] != (moving.Count{Over: 1}) || len(told) != 1 || !strings.Contains(told[0], "has ended it") {
		t.Errorf("got %v, told %q, %v", summary, told, err)
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

func TestAnExportHoldsNoTokenAndNoSecretInClear(t *testing.T) {
	p := newPlace(t, dataKey)
	fill(t, p)
	text := export(t, p)
	for _, secret := range []string{"a static token of Ann's", "0123456789"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in it", secret)
		}
	}
}
