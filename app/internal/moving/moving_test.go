package moving_test

import (
	"context"
	"errors"
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
	wantIntake(t, to, text, true, oneOfEach(moving.Count{Present: 1}))
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
