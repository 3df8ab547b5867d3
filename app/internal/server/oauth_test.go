package server

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/adapters/store/memory"
	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// off is the machine's clock with what it is off.
type off time.Duration

func (o off) Now() time.Time { return time.Now().Add(time.Duration(o)) }

// client is that of oidctest, as the settings of a provider X.
func client(more ...string) []string {
	return append(more, "AUTH_PROVIDERS=X", "AUTH_X_CLIENT_ID="+oidctest.ClientID, "AUTH_X_CLIENT_SECRET="+oidctest.ClientSecret)
}

func gitHubAt(at *oidctest.Provider) []string {
	return client("AUTH_X_DRIVER=github", "AUTH_X_AUTHORIZE_URL="+at.URL+"/login/oauth/authorize",
		"AUTH_X_ACCESS_URL="+at.URL+"/login/oauth/access_token", "AUTH_X_PROFILE_URL="+at.URL+"/api/v3/user")
}

const (
	onPage  = "http://localhost:8055/auth/oauth/X/callback"
	onToday = "http://localhost:8055/auth/login/X/callback"
)

func TestExamineOAuth(t *testing.T) {
	both := []string{onPage, onToday}
	secrets := []string{oidctest.ClientSecret, "another-secret-than-that"}
	for name, test := range map[string]struct {
		now     off
		environ func(t *testing.T) []string
		wrong   []string // parts of what is wrong and its fix
		notes   []string
	}{
		"OpenID in order": {
			environ: func(t *testing.T) []string {
				return client("AUTH_X_ISSUER_URL=" + oidctest.OpenID(t, false, both...).URL)
			},
			notes: []string{"http://localhost:8055 leads", "register for /auth/oauth/X and its link: " + onPage, "register for /auth/login/X and the pages at /admin: " + onToday},
		},
		"GitHub in order": {
			environ: func(t *testing.T) []string { return gitHubAt(oidctest.GitHub(t, both...)) },
			notes:   []string{"http://localhost:8055 leads", onPage, onToday},
		},
		"one callback is registered": {
			environ: func(t *testing.T) []string { return gitHubAt(oidctest.GitHub(t, onToday)) },
			notes:   []string{"localhost", "not registered, for /auth/oauth/X and its link: " + onPage + " -> register it there", onToday},
		},
		"no callback is registered": {
			environ: func(t *testing.T) []string { return gitHubAt(oidctest.GitHub(t)) },
			wrong:   []string{"not registered, for /auth/oauth/X", "not registered, for /auth/login/X"},
			notes:   []string{"localhost"},
		},
		"an issuer with a slash": {
			environ: func(t *testing.T) []string {
				return client("AUTH_X_ISSUER_URL=" + oidctest.OpenID(t, false, both...).URL + "/")
			},
			wrong: []string{"another issuer than the configured one -> if it is yours, set AUTH_X_ISSUER_URL to \"http://127.0.0.1:"},
			notes: []string{"localhost", onPage, onToday},
		},
		"another secret": {
			environ: func(t *testing.T) []string {
				return append([]string{"AUTH_X_CLIENT_SECRET=" + secrets[1]}, gitHubAt(oidctest.GitHub(t, both...))...)
			},
			wrong: []string{"the client ID or its secret is wrong -> copy AUTH_X_CLIENT_ID and AUTH_X_CLIENT_SECRET"},
			notes: []string{"localhost", onPage, onToday},
		},
		"a clock that is behind": {
			now:     off(-10 * time.Minute),
			environ: func(t *testing.T) []string { return gitHubAt(oidctest.GitHub(t, both...)) },
			wrong:   []string{" behind its clock, so that"},
			notes:   []string{"localhost", onPage, onToday},
		},
		"OpenID that is down": {
			environ: func(t *testing.T) []string {
				at := oidctest.OpenID(t, false, both...)
				at.Pull(contract.OAuthDown)
				return client("AUTH_X_ISSUER_URL=" + at.URL)
			},
			wrong: []string{"the description of the provider: "},
			notes: []string{"localhost", onPage, onToday},
		},
		"GitHub that is down": {
			environ: func(t *testing.T) []string {
				at := oidctest.GitHub(t, both...)
				at.Pull(contract.OAuthDown)
				return gitHubAt(at)
			},
			wrong: []string{"the token endpoint: "},
			notes: []string{"localhost", onPage, onToday},
		},
		"addresses that change": {
			environ: func(t *testing.T) []string { return append(gitHubAt(oidctest.GitHub(t, both...)), "PORT=0") },
			wrong:   []string{"it follows from PORT", "not registered", "not registered"},
		},
		"http to everybody": {
			environ: func(t *testing.T) []string {
				return append(gitHubAt(oidctest.GitHub(t, "http://auth.example.com/auth/oauth/X/callback")), "PUBLIC_URL=http://auth.example.com", "EMAIL_TRANSPORT=mailbox")
			},
			wrong: []string{"http://auth.example.com is not https"},
			notes: []string{"http://auth.example.com/auth/oauth/X/callback", "not registered"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := configure(t, test.environ(t)...)
			findings, err := Backend{Clock: test.now}.ExamineOAuth(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			got := map[cli.FindingLevel][]string{}
			for _, f := range findings {
				text := f.Text
				if f.Fix != "" {
					text += " -> " + f.Fix
				}
				for _, secret := range secrets {
					if strings.Contains(text, secret) {
						t.Errorf("the secret is in %q", text)
					}
				}
				got[f.Level] = append(got[f.Level], text)
			}
			for level, want := range map[cli.FindingLevel][]string{cli.FindingWrong: test.wrong, cli.FindingNote: test.notes} {
				if len(got[level]) != len(want) {
					t.Fatalf("%s: got %q, want %q", level, got[level], want)
				}
				for i := range want {
					if !strings.Contains(got[level][i], want[i]) {
						t.Errorf("%s: got %q, want %q", level, got[level][i], want[i])
					}
				}
			}
		})
	}
}

// Red when checkDefaultRoles does not look at what a role may do.
func TestARoleOfAdministratorsIsAMistake(t *testing.T) {
	store, err := memory.Open(t.Context(), memory.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	roles := store.Repos().Roles
	const operators = domain.RoleID("0193a5f0-0000-7000-8000-0000000000e2")
	if err := roles.Create(t.Context(), domain.Role{ID: operators, Name: "Operators", Admin: true}); err != nil {
		t.Fatal(err)
	}
	for allowed, want := range map[string]int{"true": 1, "false": 0} {
		c := configure(t, client("AUTH_X_DRIVER=github", "AUTH_X_ALLOW_PUBLIC_REGISTRATION="+allowed, "AUTH_X_DEFAULT_ROLE_ID="+string(operators))...)
		mistakes, _ := errors.AsType[config.Mistakes](checkDefaultRoles(t.Context(), roles, c))
		if len(mistakes) != want || want == 1 && mistakes[0].Name != "AUTH_X_DEFAULT_ROLE_ID" {
			t.Errorf("registration %s: got %v, want %d", allowed, mistakes, want)
		}
	}
}

func TestARoleThatThereIsNotIsAMistake(t *testing.T) {
	const none = "AUTH_X_DEFAULT_ROLE_ID=0193a5f0-0000-7000-8000-00000000ffff"
	c := configure(t, client("AUTH_X_DRIVER=github", "AUTH_X_ALLOW_PUBLIC_REGISTRATION=true", none, "PORT=0", "DB_CLIENT=memory", "HASH_MEMORY_COST=64", "ADMIN_PASSWORD=horse battery staple")...)
	err := Backend{Clock: clock.System{}}.Serve(t.Context(), c, cli.ServeOptions{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	mistakes, ok := errors.AsType[config.Mistakes](err)
	if !ok || len(mistakes) != 1 || mistakes[0].Name != "AUTH_X_DEFAULT_ROLE_ID" {
		t.Errorf("got %v", err)
	}
}
