package graphql_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// planning is a handler without a server, for an account that has something of everything that
// has to be written with care.
type planning struct {
	handler *graphql.Handler
	api     *sometimes
	log     fmt.Stringer
	token   string
}

// sometimes is a service that can be made to fail.
type sometimes struct {
	auth.API
	fails func() error // nil: not now
}

// Me implements auth.API.
func (s *sometimes) Me(ctx context.Context, caller auth.Principal) (domain.User, error) {
	if s.fails != nil {
		return domain.User{}, s.fails()
	}
	return s.API.Me(ctx, caller)
}

func newPlanning(t testing.TB) planning {
	t.Helper()
	w := newService(t, unlimited())
	w.seed(t, "ann@example.com", func(u *domain.User) {
		u.FirstName, u.LastName, u.Language = "Ann <b", "é\x7f", "en-US"
		u.LastAccess = w.clock.Now().Add(-time.Hour)
		u.Role = domain.AdministratorRole
		u.Preferences = []byte(`{"tags":["<a>", {"b" : 1.50}],"avatar":"a file","email_notifications":false,"theme_dark_overrides":{ "x":null},"title":5,
			"location":"a>","description":"&","last_page":"\\","appearance":"\"","theme_dark":"\u2028","theme_light":"\u0001","text_direction":""}`)
	})
	p := planning{api: &sometimes{API: w.service}, log: w.log}
	w.client = w.serve(t, p.api, func(c *graphql.Config) {
		var err error
		if p.handler, err = graphql.New(*c, p.api); err != nil {
			t.Fatal(err)
		}
	})
	p.token = w.login(t, "ann@example.com").AccessToken
	return p
}

// ask sends a query and returns the status and the body of the answer.
func (p planning) ask(t testing.TB, token, query string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+strings.ReplaceAll(query, `"`, `\"`)+`"}`))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, r)
	return fmt.Sprintf("%d %s %s", answer.Code, answer.Header().Get("Retry-After"), answer.Body)
}

// byLibrary asks the same as a query in a way that has no plan.
func byLibrary(query string) string {
	operation, fragments, _ := strings.Cut(query+" ", " fragment ")
	if operation = strings.Replace(operation, "{", "{ ... @include(if: true) {", 1) + " }"; fragments == "" {
		return operation
	}
	return operation + " fragment " + fragments
}

// TestPlansAnswerAsTheLibraryDoes asks each query of the library, too. It is red when a plan
// forgets what is selected of a field in another place, or leaves out any of the escapes, and
// when an operation with a plan is not validated.
func TestPlansAnswerAsTheLibraryDoes(t *testing.T) {
	p := newPlanning(t)
	const everything = "id first_name last_name email password language tfa_secret status role { id } token last_access provider " +
		"external_identifier auth_data location title description tags avatar { id } last_page email_notifications appearance " +
		"theme_dark theme_light theme_dark_overrides theme_light_overrides text_direction"
	queries := []string{
		"{ users_me { " + everything + " } }",
		"query Mine { users_me { __typename a: __typename role { __typename id of: id } } }",
		"{ a: users_me { id } b: users_me { email } a: users_me { email } }",
		"{ users_me { avatar { id } } users_me { avatar { again: id } email } }",
		"{ ...q } fragment q on Query { users_me { ...u ...u ... on directus_users { ...v } ... { status } } } fragment u on directus_users { id role { id } } fragment v on directus_users { role { name: id } tags }",
		"{ users_me { nothing } }", "{ users_me { email { id } } }", "{ users_me { role } }", "{ users_me { __typename { id } } }", "{ users_me { role { ... on directus_users { id } } } }",
	}
	random := rand.New(rand.NewPCG(6, 2026))
	names := strings.Fields(strings.ReplaceAll(everything, "{ id }", ""))
	for len(queries) < 300 {
		queries = append(queries, fmt.Sprintf("{ users_me { %s } %s } fragment f on directus_users { %s }",
			selected(random, names, "...f"), []string{"", "u: users_me { ...f }", "users_me { id ...f }"}[random.IntN(3)], selected(random, names, "")))
	}
	valid := 0
	for _, query := range queries {
		want := p.ask(t, p.token, byLibrary(query))
		isValid := strings.HasPrefix(want, "200")
		for range 3 {
			got := p.ask(t, p.token, query)
			if got != want && isValid || !strings.HasPrefix(got, want[:3]) { // the library tells of several mistakes in any order
				t.Errorf("%s: got\n%s, want\n%s", query, got, want)
			}
		}
		if p.handler.Plans(query) != isValid || p.handler.Plans(byLibrary(query)) {
			t.Errorf("%s: valid %t, planned %t and %t", query, isValid, p.handler.Plans(query), p.handler.Plans(byLibrary(query)))
		}
		if isValid {
			valid++
		}
	}
	if valid < 100 {
		t.Errorf("%d queries of %d are valid, which proves little", valid, len(queries))
	}
}

// selected returns a random selection of fields of an account, some of them by other names.
func selected(random *rand.Rand, names []string, more string) string {
	var set strings.Builder
	for range 1 + random.IntN(8) {
		name := names[random.IntN(len(names))]
		if random.IntN(8) == 0 {
			set.WriteString([]string{"a", "b", "c", "email"}[random.IntN(4)] + ": ")
		}
		set.WriteString(name + " ")
		if name == "role" || name == "avatar" {
			set.WriteString([]string{"{ id } ", "{ id x: id } ", "{ __typename } ", "{ ... { id } id } "}[random.IntN(4)])
		}
		if random.IntN(5) == 0 {
			set.WriteString(more + " ")
		}
	}
	return set.String()
}

// TestPlansFailAsTheLibraryDoes compares a query that has a plan with one that a directive keeps
// from having one.
func TestPlansFailAsTheLibraryDoes(t *testing.T) {
	const planned, unplanned = "{ b: users_me { email } }", "{ b: users_me { email @skip(if: false) } }"
	p := newPlanning(t)
	if a, b := p.ask(t, p.token, planned), p.ask(t, p.token, unplanned); a != b || !p.handler.Plans(planned) || p.handler.Plans(unplanned) {
		t.Fatalf("got %s and %s, planned %t and %t", a, b, p.handler.Plans(planned), p.handler.Plans(unplanned))
	}
	for what, fails := range map[string]func() error{
		"nobody is logged in": nil,
		"a refusal":           func() error { return domain.NewError(domain.Forbidden, nil) },
		"a limit":             func() error { return &domain.Error{Code: domain.RequestsExceeded, RetryAfter: 7 * time.Second} },
		"no room":             func() error { return domain.NewError(domain.ServiceUnavailable, port.ErrBusy) },
		"a fault":             func() error { return errors.New("a secret of the service") },
		"a panic":             func() error { panic("a secret of the service") },
	} {
		t.Run(what, func(t *testing.T) {
			token := p.token
			if p.api.fails = fails; fails == nil {
				token = ""
			}
			got, want := p.ask(t, token, planned), p.ask(t, token, unplanned)
			if got != want || !strings.Contains(got, `"path":["b"]`) {
				t.Errorf("got\n%s, want\n%s", got, want)
			}
			if strings.Contains(got, "secret") {
				t.Errorf("got %s", got)
			}
		})
	}
	if log := p.log.String(); strings.Count(log, `"cause":"a secret of the service"`) != 2 || strings.Count(log, `"cause":"panic: a secret of the service","stack"`) != 2 {
		t.Errorf("the log has %s", log)
	}
}

// TestWhatIsRemembered is red when strangers, invalid documents or documents with strings fill
// the memory, and when it has no bound.
func TestWhatIsRemembered(t *testing.T) {
	p := newPlanning(t)
	for _, c := range []struct{ token, query string }{
		{"", "{ server_ping }"},
		{"", "{ users_me { id } }"},
		{p.token, "{ users_me { nothing } }"},
		{p.token, "{ users_me"},
		{p.token, `{ users_by_id(id: "x") { id } }`},
		{p.token, "{ users_me { id } } #" + strings.Repeat("x", 4<<10)},
	} {
		p.ask(t, c.token, c.query)
		p.ask(t, c.token, c.query)
		if n := p.handler.Known(); n != 0 {
			t.Fatalf("%.60s: %d operations are remembered", c.query, n)
		}
	}
	for i := range 1000 {
		p.ask(t, p.token, fmt.Sprintf("query Q%d { users_me { id } }", i))
		if n := p.handler.Known(); n != 1+i%128 {
			t.Fatalf("after %d operations %d are remembered", i+1, n)
		}
	}
}

// TestLargeAnswersHaveNoPlan is red when there is no bound to what a plan holds.
func TestLargeAnswersHaveNoPlan(t *testing.T) {
	p := newPlanning(t)
	for n, want := range map[int]bool{6: true, 12: false} {
		query := "{ " + numbered(n, "u%d: users_me { ...f } ") + "} fragment f on directus_users { id email first_name last_name status token password title tags location provider language }"
		if p.ask(t, p.token, query); p.handler.Plans(query) != want {
			t.Errorf("%d records: planned %t", n, !want)
		}
	}
}
