package moving_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/moving"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// tables stands in for the database of a Directus.
type tables map[string][]moving.Row

func (t tables) Read(_ context.Context, table string, _ []moving.Column) ([]moving.Row, bool, error) {
	rows, found := t[table]
	return rows, found, nil
}

const (
	adminRole = "0195f2c6-7d7e-7a10-8000-00000000e0ad"
	childRole = "0195f2c6-7d7e-7a10-8000-00000000e0c1"
	eveID     = "0195f2c6-7d7e-7a10-8000-0000000000e0"
)

// liveToken is 64 characters as Directus makes them.
var liveToken = strings.Repeat("aB3-_xYz", 8)

// newDirectus has Ann, who has everything, and Bob, who has next to nothing.
func newDirectus() tables {
	return tables{
		"directus_roles": {
			{"id": adminRole, "name": "Administrator"},
			{"id": childRole, "name": "Below", "parent": adminRole},
			{"id": string(editorRole), "name": "Editor"},
		},
		"directus_policies": {
			{"id": "p1", "admin_access": true, "app_access": true, "enforce_tfa": true},
			{"id": "p2", "app_access": true},
			{"id": "p3", "admin_access": true, "ip_access": "10.0.0.0/8"},
		},
		"directus_access": {
			{"role": adminRole, "policy": "p1"},
			{"role": string(editorRole), "policy": "p2"},
			{"role": string(editorRole), "policy": "p3"},
			{"user": string(bobID), "policy": "p2"},
		},
		"directus_users": {
			{
				"id": string(annID), "email": "ann@example.com", "password": encoded, "status": "active", "role": adminRole,
				"first_name": "Ann", "last_name": "O'Neil", "language": "de-DE", "token": "a-static-token-of-1", "tfa_secret": "JBSWY3DPEHPK3PXP",
				"provider": "github", "external_identifier": "12", "last_access": now.Add(-time.Hour), "email_notifications": false,
				"location": "Here", "tags": `["a"]`, "theme_light_overrides": `{"a":1}`,
			},
			{"id": string(bobID), "email": "bob@example.com", "status": "suspended", "provider": "default", "external_identifier": "bob"},
		},
		"directus_sessions": {
			{"token": liveToken, "user": string(annID), "expires": now.Add(24 * time.Hour), "ip": "192.0.2.1", "user_agent": "a browser", "origin": "https://example.com"},
		},
	}
}

func fromDirectus(t *testing.T, p moving.Place, from tables, dry bool) (moving.Summary, []string) {
	t.Helper()
	var told []string
	summary, err := moving.ImportDirectus(t.Context(), p, from, moving.Options{DryRun: dry, Tell: func(n moving.Note) { told = append(told, n.String()) }})
	if err != nil {
		t.Fatal(err)
	}
	return summary, told
}

func TestADirectusMoves(t *testing.T) {
	p := newPlace(t, dataKey)
	want := moving.Summary{moving.KindRole: {Stored: 3}, moving.KindUser: {Stored: 2}, moving.KindSession: {Stored: 1}}
	for _, dry := range []bool{true, false} {
		summary, told := fromDirectus(t, p, newDirectus(), dry)
		if !reflect.DeepEqual(summary, want) || len(told) != 2 || !strings.Contains(told[0], "some client addresses only") || !strings.Contains(told[1], "policies that are its own") {
			t.Fatalf("dry %t: got %v, told %q", dry, summary, told)
		}
		if users, err := p.Repos.Users.List(t.Context(), "", 10); err != nil || (len(users) == 0) != dry {
			t.Fatalf("dry %t: %d accounts are here, %v", dry, len(users), err)
		}
	}
	token := domain.HashSecret("a-static-token-of-1")
	ann, err := p.Repos.Users.ByID(t.Context(), annID)
	if err != nil {
		t.Fatal(err)
	}
	if got := openFactor(t, ann); got != "Hello!\xde\xad\xbe\xef" {
		t.Errorf("got the second factor %q", got)
	}
	wantAnn := domain.User{
		ID: annID, Email: "ann@example.com", Password: encoded, Status: domain.StatusActive, Role: adminRole,
		FirstName: "Ann", LastName: "O'Neil", Language: "de-DE", StaticToken: &token, TOTP: ann.TOTP,
		Version: 1, CreatedAt: now, LastAccess: now.Add(-time.Hour),
		Preferences: []byte(`{"email_notifications":false,"location":"Here","tags":["a"],"theme_light_overrides":{"a":1}}`),
	}
	if !reflect.DeepEqual(ann, wantAnn) {
		t.Errorf("got %+v\nwant %+v", ann, wantAnn)
	}
	if i, err := p.Repos.Identities.Find(t.Context(), "github", "12"); err != nil || i.UserID != annID {
		t.Errorf("got identity %+v, %v", i, err)
	}
	roles, err := p.Repos.Roles.List(t.Context())
	wantRoles := []domain.Role{
		{ID: editorRole, Name: "Editor", App: true},
		{ID: adminRole, Name: "Administrator", App: true, Admin: true, EnforceTFA: true},
		{ID: childRole, Name: "Below", App: true, Admin: true, EnforceTFA: true},
	}
	if err != nil || !reflect.DeepEqual(roles, wantRoles) {
		t.Errorf("got %+v, %v\nwant %+v", roles, err, wantRoles)
	}
	if all, err := p.Repos.Identities.OfUser(t.Context(), bobID); err != nil || len(all) > 0 {
		t.Errorf("got identities %+v, %v", all, err)
	}
	id, secret, _ := auth.SplitRefreshToken(liveToken)
	session, err := p.Sessions.Get(t.Context(), id, now)
	wantSession := domain.Session{
		ID: id, UserID: annID, Mode: domain.ModeImported, Secret: secret, CreatedAt: now, RotatedAt: now,
		ExpiresAt: now.Add(24 * time.Hour), EndsAt: now.Add(30 * 24 * time.Hour),
		Client: domain.Client{IP: "192.0.2.1", UserAgent: "a browser", Origin: "https://example.com"},
	}
	if err != nil || session != wantSession {
		t.Errorf("got %+v, %v\nwant %+v", session, err, wantSession)
	}

	summary, told := fromDirectus(t, p, newDirectus(), false)
	if want := (moving.Summary{moving.KindRole: {Present: 3}, moving.KindUser: {Present: 2}, moving.KindSession: {Present: 1}}); !reflect.DeepEqual(summary, want) {
		t.Errorf("once more: got %v, told %q, want %v", summary, told, want)
	}
}

// TestAnOlderDirectusMoves has what a role may do in columns of the role.
func TestAnOlderDirectusMoves(t *testing.T) {
	p := newPlace(t, dataKey)
	_, told := fromDirectus(t, p, tables{
		"directus_roles": {
			{"id": adminRole, "name": "Administrator", "admin_access": true, "app_access": true, "enforce_tfa": false},
			{"id": string(editorRole), "name": "Inside", "admin_access": true, "app_access": true, "ip_access": "10.0.0.1"},
		},
		"directus_users": {{"id": string(annID), "email": "ann@example.com", "status": "active", "role": adminRole}},
	}, false)
	roles, err := p.Repos.Roles.List(t.Context())
	if want := []domain.Role{{ID: editorRole, Name: "Inside"}, {ID: adminRole, Name: "Administrator", App: true, Admin: true}}; err != nil || !reflect.DeepEqual(roles, want) {
		t.Errorf("got %+v, %v, want %+v", roles, err, want)
	}
	if len(told) != 1 || !strings.Contains(told[0], string(editorRole)) {
		t.Errorf("told %q", told)
	}
}

// TestRolesThatAreAboveEachOther ends all the same.
func TestRolesThatAreAboveEachOther(t *testing.T) {
	p := newPlace(t, dataKey)
	summary, _ := fromDirectus(t, p, tables{
		"directus_roles": {{"id": adminRole, "name": "A", "parent": childRole, "app_access": true}, {"id": childRole, "name": "B", "parent": adminRole}},
		"directus_users": {},
	}, false)
	if summary[moving.KindRole].Stored != 2 {
		t.Errorf("got %v", summary)
	}
}

func TestRowsOfADirectusThatAreLeftOut(t *testing.T) {
	for name, c := range map[string]struct {
		table  string
		change moving.Row
		why    string
		fate   moving.Count
	}{
		"no address":          {"directus_users", moving.Row{"email": nil}, "no e-mail address", moving.Count{LeftOut: 1}},
		"address":             {"directus_users", moving.Row{"email": "ann"}, "none that can be kept", moving.Count{LeftOut: 1}},
		"same address":        {"directus_users", moving.Row{"id": eveID, "email": "BOB@example.com"}, "e-mail address", moving.Count{LeftOut: 1}},
		"status":              {"directus_users", moving.Row{"status": "gone"}, "status", moving.Count{LeftOut: 1}},
		"role":                {"directus_users", moving.Row{"role": eveID}, "role is not here", moving.Count{LeftOut: 1}},
		"ID":                  {"directus_users", moving.Row{"id": "7"}, "no UUID", moving.Count{LeftOut: 1}},
		"second factor":       {"directus_users", moving.Row{"tfa_secret": "!"}, "second factor", moving.Count{LeftOut: 1}},
		"a share":             {"directus_sessions", moving.Row{"user": nil, "share": eveID}, "shared record", moving.Count{LeftOut: 1}},
		"an application's":    {"directus_sessions", moving.Row{"oauth_client": "x"}, "OAuth", moving.Count{LeftOut: 1}},
		"nobody's":            {"directus_sessions", moving.Row{"user": nil}, "belongs to nobody", moving.Count{LeftOut: 1}},
		"somebody unknown's":  {"directus_sessions", moving.Row{"user": eveID}, "account is not here", moving.Count{LeftOut: 1}},
		"another form":        {"directus_sessions", moving.Row{"token": "short"}, "64 characters", moving.Count{LeftOut: 1}},
		"renewed":             {"directus_sessions", moving.Row{"next_token": strings.Repeat("z", 64)}, "renewed", moving.Count{Over: 1}},
		"over":                {"directus_sessions", moving.Row{"expires": now}, "is over", moving.Count{Over: 1}},
		"a suspended account": {"directus_sessions", moving.Row{"user": string(bobID)}, "not active", moving.Count{Over: 1}},
	} {
		for _, dry := range []bool{true, false} {
			p, from := newPlace(t, dataKey), newDirectus()
			rows := from[c.table]
			row := moving.Row{}
			for column, value := range rows[0] {
				row[column] = value
			}
			for column, value := range c.change {
				row[column] = value
				if value == nil {
					delete(row, column)
				}
			}
			delete(row, "external_identifier")
			from[c.table] = append(rows[1:len(rows):len(rows)], row)
			kind := moving.KindUser
			if c.table == "directus_sessions" {
				kind = moving.KindSession
			}
			summary, told := fromDirectus(t, p, from, dry)
			got := summary[kind]
			got.Stored = 0
			if got != c.fate || !slices.ContainsFunc(told, func(line string) bool { return strings.Contains(line, "left out") && strings.Contains(line, c.why) }) {
				t.Errorf("%s, dry %t: got %v, told %q; want %q", name, dry, summary, told, c.why)
			}
			for _, line := range told {
				if strings.Contains(line, "@") || strings.Contains(line, liveToken) {
					t.Errorf("%s: told %q", name, line)
				}
			}
		}
	}
}

// TestPartsThatCannotBeKept are told, and the account moves without them.
func TestPartsThatCannotBeKept(t *testing.T) {
	p, from := newPlace(t, dataKey), newDirectus()
	users := from["directus_users"]
	users[0]["password"] = "$argon2d$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	users[0]["token"] = "short"
	users[0]["description"] = strings.Repeat("x", domain.MaxPreferencesBytes)
	users[1]["token"], users[1]["tags"] = "a-static-token-of-2", "{broken"
	from["directus_users"] = append(users, moving.Row{"id": eveID, "email": "eve@example.com", "status": "active", "token": "a-static-token-of-2"})
	summary, told := fromDirectus(t, p, from, false)
	if summary[moving.KindUser] != (moving.Count{Stored: 3}) {
		t.Fatalf("got %v, told %q", summary, told)
	}
	for _, want := range []string{"user " + string(annID) + ": its password hash", "user " + string(annID) + ": its static token", "user " + string(annID) + ": what clients keep", "user " + string(bobID) + ": its tags", "user " + eveID + ": its static token is not kept: another"} {
		if !slices.ContainsFunc(told, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("told %q, want %q among it", told, want)
		}
	}
	if u := imported(t, p, "ann@example.com"); u.Password != "" || u.StaticToken != nil || u.Preferences != nil {
		t.Errorf("got %+v", u)
	}
	if u := imported(t, p, "bob@example.com"); u.StaticToken == nil {
		t.Errorf("got %+v", u)
	}
}

// TestASessionThatEndedHereDoesNotComeBack: the account was seen here since the first run, so that
// a session that is missing has ended here.
func TestASessionThatEndedHereDoesNotComeBack(t *testing.T) {
	p, from := newPlace(t, dataKey), newDirectus()
	fromDirectus(t, p, from, false)
	id, _, _ := auth.SplitRefreshToken(liveToken)
	if err := errors.Join(p.Repos.Users.Touch(t.Context(), annID, now), p.Sessions.Delete(t.Context(), id)); err != nil {
		t.Fatal(err)
	}
	summary, told := fromDirectus(t, p, from, false)
	if summary[moving.KindSession] != (moving.Count{Over: 1}) || !slices.ContainsFunc(told, func(line string) bool { return strings.Contains(line, "in use here already") }) {
		t.Errorf("got %v, told %q", summary, told)
	}
}

// TestASessionThatWasLoggedOutHereDoesNotComeBack, though nobody was seen here: who logs out is not.
func TestASessionThatWasLoggedOutHereDoesNotComeBack(t *testing.T) {
	for _, kind := range []string{domain.EventLogout, domain.EventSessionsEnded, domain.EventRefreshReuse} {
		for at, want := range map[time.Time]moving.Count{now.Add(time.Second): {Over: 1}, now.Add(-time.Second): {Stored: 1}} {
			p, from := newPlace(t, dataKey), newDirectus()
			fromDirectus(t, p, from, false)
			id, _, _ := auth.SplitRefreshToken(liveToken)
			ended := domain.Event{ID: domain.NewUUID(at), At: at, Kind: kind, Outcome: domain.OutcomeSuccess, Actor: annID, Subject: annID}
			if err := errors.Join(p.Events.Record(t.Context(), ended), p.Sessions.Delete(t.Context(), id)); err != nil {
				t.Fatal(err)
			}
			for _, dry := range []bool{true, false} {
				if summary, told := fromDirectus(t, p, from, dry); summary[moving.KindSession] != want {
					t.Errorf("%s at %s, dry %t: got %v, want %v, told %q", kind, at, dry, summary, want, told)
				}
			}
		}
	}
}

// TestASessionLastsNoLongerThanOurs, whatever Directus has granted.
func TestASessionLastsNoLongerThanOurs(t *testing.T) {
	p, from := newPlace(t, dataKey), newDirectus()
	from["directus_sessions"][0]["expires"] = now.Add(365 * 24 * time.Hour)
	fromDirectus(t, p, from, false)
	id, _, _ := auth.SplitRefreshToken(liveToken)
	s, err := p.Sessions.Get(t.Context(), id, now)
	if want := now.Add(30 * 24 * time.Hour); err != nil || !s.ExpiresAt.Equal(want) || !s.EndsAt.Equal(want) {
		t.Errorf("got %v and %v, %v, want %v", s.ExpiresAt, s.EndsAt, err, want)
	}
}

func TestADatabaseOfAnotherProgram(t *testing.T) {
	for _, from := range []tables{{}, {"directus_roles": {}}} {
		_, err := moving.ImportDirectus(t.Context(), newPlace(t, dataKey), from, moving.Options{Tell: func(moving.Note) {}})
		if !errors.Is(err, moving.ErrNoDirectus) {
			t.Errorf("got %v, want ErrNoDirectus", err)
		}
	}
}
