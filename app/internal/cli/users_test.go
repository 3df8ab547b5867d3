package cli_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const password = "a long and quiet password"

func TestUsersCreate(t *testing.T) {
	const made = "Made the account a@example.com (id-1).\n"
	t.Run("asks twice on a terminal", func(t *testing.T) {
		b := &backend{}
		o := run(t, b, typing(password, password), "users", "create", "a@example.com")
		o.want(t, cli.ExitOK, made, "Password (at least 8 characters): \nOnce more: \n")
		if strings.Contains(o.stderr, password) {
			t.Error("the password is shown")
		}
		wantMade(t, b, auth.NewUser{Email: "a@example.com", Password: password})
	})
	t.Run("makes an administrator where asked", func(t *testing.T) {
		b := &backend{}
		run(t, b, typing(password, password), "users", "create", "--admin", "a@example.com").want(t, cli.ExitOK, made, "Password (at least 8 characters): ")
		wantMade(t, b, auth.NewUser{Email: "a@example.com", Password: password, Admin: true})
	})
	t.Run("changes nothing when the passwords differ or the terminal is gone", func(t *testing.T) {
		for _, lines := range [][]string{{password, password + " "}, {password}, nil} {
			b := &backend{}
			o := run(t, b, typing(lines...), "users", "create", "a@example.com")
			if o.code != cli.ExitFailed || b.opened > 0 {
				t.Errorf("%d lines: got exit code %d, database opened %d times", len(lines), o.code, b.opened)
			}
		}
	})
	t.Run("reads one line from standard input, blanks and all", func(t *testing.T) {
		for _, text := range []string{" x y \n", " x y \r\n", " x y "} {
			b := &backend{}
			run(t, b, stdin(text), "users", "create", "a@example.com", "--password-stdin").want(t, cli.ExitOK, made)
			wantMade(t, b, auth.NewUser{Email: "a@example.com", Password: " x y "})
		}
	})
	t.Run("refuses more than one line on standard input", func(t *testing.T) {
		for _, text := range []string{" x y \nanother line\n", "x\n\n", "\nx\n", "x\ry"} {
			b := &backend{}
			run(t, b, stdin(text), "users", "create", "a@example.com", "--password-stdin").want(t, cli.ExitUsage, "", "more than one line")
			wantMade(t, b)
		}
	})
	t.Run("asks no second time for what would be refused", func(t *testing.T) {
		for email, typed := range map[string]string{"a@example.com": "short", "b@example.com": "football1", "c@example.com": "c@example.com", "nobody": password} {
			b := &backend{}
			o := run(t, b, typing(typed, typed), "users", "create", email)
			if o.code != cli.ExitUsage || b.opened > 0 || strings.Contains(o.stderr, "Once more") || strings.Contains(o.stderr, typed) {
				t.Errorf("%s: got exit code %d, database opened %d times\n%s", email, o.code, b.opened, o.stderr)
			}
		}
	})
	t.Run("refuses standard input without end", func(t *testing.T) {
		b := &backend{}
		run(t, b, stdin(strings.Repeat("x", 1<<20)), "users", "create", "a@example.com", "--password-stdin").want(t, cli.ExitUsage, "", "too long")
		wantMade(t, b)
	})
	t.Run("shows a password that it made, each time another", func(t *testing.T) {
		b := &backend{}
		o := run(t, b, nil, "users", "create", "a@example.com", "--generate")
		run(t, b, nil, "users", "create", "b@example.com", "--generate")
		if len(b.made) != 2 || len(b.made[0].Password) < 22 || b.made[0].Password == b.made[1].Password {
			t.Fatalf("made %+v", b.made)
		}
		o.want(t, cli.ExitOK, made+"Password, shown this once: "+b.made[0].Password+"\n")
	})
	t.Run("makes one that the policy allows, or none", func(t *testing.T) {
		b := &backend{}
		run(t, b, environ(`PASSWORD_POLICY=^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,}$`), "users", "create", "a@example.com", "--generate")
		if len(b.made) != 1 || !strings.ContainsAny(b.made[0].Password, "@$!%*?&") || strings.ToUpper(b.made[0].Password) == b.made[0].Password {
			t.Errorf("made %+v", b.made)
		}
		b = &backend{}
		run(t, b, environ(`PASSWORD_POLICY=^\d{8}$`), "users", "create", "a@example.com", "--generate").want(t, cli.ExitUsage, "", "matches PASSWORD_POLICY; give one that does")
		run(t, b, environ(`PASSWORD_POLICY=^\d{8}$`), "users", "passwd", "a@example.com", "--generate").want(t, cli.ExitUsage, "", "matches PASSWORD_POLICY; give one that does")
		if wantMade(t, b); len(b.changed) > 0 {
			t.Errorf("changed %+v", b.changed)
		}
	})
	t.Run("asks no second time for what the policy refuses", func(t *testing.T) {
		b := &backend{}
		o := run(t, b, func(p *cli.Program) {
			environ("PASSWORD_POLICY=\\d")(p)
			typing(password, password)(p)
		}, "users", "create", "a@example.com")
		o.want(t, cli.ExitUsage, "", "does not match PASSWORD_POLICY")
		if b.opened > 0 || strings.Contains(o.stderr, "Once more") || strings.Contains(o.stderr, password) {
			t.Errorf("database opened %d times\n%s", b.opened, o.stderr)
		}
	})
	t.Run("shows no password of an account that it could not make", func(t *testing.T) {
		b := &backend{userErr: &domain.Error{Code: domain.RecordNotUnique, Message: "Value has to be unique.", Field: "email"}}
		run(t, b, nil, "users", "create", "a@example.com", "--generate").want(t, cli.ExitFailed, "", "There already is an account with this e-mail.\n")
	})
}

func wantMade(t *testing.T, b *backend, want ...auth.NewUser) {
	t.Helper()
	if !slices.Equal(b.made, want) {
		t.Errorf("made %+v, want %+v", b.made, want)
	}
	if b.opened != b.closed {
		t.Errorf("opened %d times, closed %d times", b.opened, b.closed)
	}
}

func TestUsersPasswd(t *testing.T) {
	t.Run("changes the password", func(t *testing.T) {
		b := &backend{}
		run(t, b, stdin(password+"\n"), "users", "passwd", "a@example.com", "--password-stdin").want(t, cli.ExitOK,
			"Changed the password of a@example.com; its sessions have ended.\n")
		if want := map[string]string{"a@example.com": password}; !maps.Equal(b.changed, want) {
			t.Errorf("got %v, want %v", b.changed, want)
		}
	})
}

func TestUsersUnlock(t *testing.T) {
	t.Run("unlocks the account", func(t *testing.T) {
		b := &backend{}
		run(t, b, nil, "users", "unlock", "a@example.com").want(t, cli.ExitOK, "Forgot the failed logins of the account (LIMIT_LOGIN_ACCOUNT) and its wrong codes (LIMIT_TFA_ACCOUNT). Those from a client address (LIMIT_LOGIN_ADDRESS) still count: users unlock takes that, too.\n")
		if want := []string{"a@example.com"}; !slices.Equal(b.unlocked, want) {
			t.Errorf("got %q, want %q", b.unlocked, want)
		}
	})
	t.Run("unlocks an address of a client", func(t *testing.T) {
		b := &backend{}
		for _, ip := range []string{"192.0.2.7", "2001:db8::7"} {
			o := run(t, b, nil, "users", "unlock", ip)
			if o.code != cli.ExitOK || !strings.HasPrefix(o.stdout, "Forgot the failed logins, the requests for a reset, the registrations, and the requests from "+ip+" (") {
				t.Errorf("got %q, exit code %d", o.stdout, o.code)
			}
		}
		if want := []string{"address 192.0.2.7", "address 2001:db8::7"}; !slices.Equal(b.unlocked, want) {
			t.Errorf("got %q, want %q", b.unlocked, want)
		}
	})
}

func TestUsersList(t *testing.T) {
	seen := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	two := []domain.User{
		{ID: "0193a5f0-0000-7000-8000-000000000001", Email: "a@example.com", Status: domain.StatusActive, Role: domain.AdministratorRole, Password: "$argon2id$", CreatedAt: seen, LastAccess: seen},
		{ID: "0193a5f0-0000-7000-8000-000000000002", Email: "b@example.com", Status: domain.StatusSuspended, CreatedAt: seen},
	}
	t.Run("as a table", func(t *testing.T) {
		o := run(t, &backend{users: two}, nil, "users", "list")
		if o.code != cli.ExitOK || strings.Contains(o.stdout, "$argon2id$") {
			t.Errorf("exit code %d\n%s", o.code, o.stdout)
		}
		lines := strings.Split(o.stdout, "\n")
		for i, want := range []string{
			"ID STATUS CREATED LAST SEEN ROLE E-MAIL",
			"0193a5f0-0000-7000-8000-000000000001 active 2026-11-23T10:00:00Z 2026-11-23T10:00:00Z administrator a@example.com",
			"0193a5f0-0000-7000-8000-000000000002 suspended 2026-11-23T10:00:00Z - - b@example.com",
		} {
			if got := strings.Join(strings.Fields(lines[i]), " "); got != want {
				t.Errorf("line %d: got %q, want %q", i, got, want)
			}
		}
	})
	t.Run("as JSON without hashes", func(t *testing.T) {
		o := run(t, &backend{users: two}, nil, "users", "list", "--json")
		var got []map[string]any
		if err := json.Unmarshal([]byte(o.stdout), &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || got[0]["email"] != "a@example.com" || got[0]["last_access"] != "2026-11-23T10:00:00Z" || strings.Contains(o.stdout, "$argon2id$") {
			t.Errorf("got %s", o.stdout)
		}
		if _, there := got[1]["last_access"]; there {
			t.Errorf("got a last_access of nobody: %v", got[1])
		}
	})
	t.Run("of nobody", func(t *testing.T) {
		run(t, &backend{}, nil, "users", "list", "--json").want(t, cli.ExitOK, "[]\n")
		if o := run(t, &backend{}, nil, "users", "list"); strings.Count(o.stdout, "\n") != 1 {
			t.Errorf("got %q, want the headings alone", o.stdout)
		}
	})
	for _, count := range []int{199, 200, 201, 400, 450} {
		t.Run(fmt.Sprintf("of %d accounts has each once", count), func(t *testing.T) {
			b := &backend{}
			for i := range count {
				b.users = append(b.users, domain.User{ID: domain.UserID(fmt.Sprintf("user-%06d", i)), Email: "x@example.com"})
			}
			o := run(t, b, nil, "users", "list", "--json")
			var got []struct{ ID domain.UserID }
			if err := json.Unmarshal([]byte(o.stdout), &got); err != nil {
				t.Fatal(err)
			}
			if len(got) != count {
				t.Fatalf("got %d accounts, want %d", len(got), count)
			}
			for i := range got {
				if got[i].ID != b.users[i].ID {
					t.Fatalf("account %d: got %s, want %s", i, got[i].ID, b.users[i].ID)
				}
			}
		})
	}
}

func TestActivity(t *testing.T) {
	b := &backend{trail: []domain.Event{
		{ID: "2", At: time.Unix(2, 0), Kind: "logout", Outcome: "success", Actor: "id-1", Subject: "id-1", Client: domain.Client{IP: "192.0.2.7"}},
		{ID: "1", At: time.Unix(1, 0), Kind: "login", Outcome: "failure"},
	}}
	run(t, b, nil, "activity", "--json", "--limit=2", "--kind=login", "--user=0193a5f0-0000-7000-8000-000000000001").want(t, cli.ExitOK,
		`{"id":"1","timestamp":"1970-01-01T00:00:01Z","action":"login","outcome":"failure","user":"","item":"","ip":"","user_agent":"","origin":""}
{"id":"2","timestamp":"1970-01-01T00:00:02Z","action":"logout","outcome":"success","user":"id-1","item":"id-1","ip":"192.0.2.7","user_agent":"","origin":""}
`, "")
	if want := []auth.ActivityQuery{{Kind: "login", User: "0193a5f0-0000-7000-8000-000000000001", Limit: 2}}; !slices.Equal(b.asked, want) {
		t.Errorf("got questions %+v, want %+v", b.asked, want)
	}
	b.asked = nil
	if o := run(t, b, nil, "activity", "--user=ann@example.com"); o.code != cli.ExitOK || len(b.asked) != 1 || b.asked[0].User != "0193a5f0-0000-7000-8000-000000000001" {
		t.Errorf("got exit code %d and questions %+v, want the ID of the account", o.code, b.asked)
	}
	for _, flag := range []string{"--kind=logn", "--user=login"} {
		run(t, b, nil, "activity", flag).want(t, cli.ExitUsage, "", "account-unlocked, ", "login, ", "user-updated\nsallyport --help shows what there is.\n")
	}
	run(t, b, nil, "activity", "--limit=1001").want(t, cli.ExitUsage, "", "sallyport: --limit takes a number from 0 to 1000\nsallyport --help shows what there is.\n")
}
