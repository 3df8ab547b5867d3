package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// place is where text from outside goes in.
type place struct {
	name   string
	method string
	target func(text string) string // path and query; nil: path as it is
	path   string
	member string      // of the body
	others string      // the other members of the body, as JSON
	header string      // whose value it is
	before string      // what stands before it in the header
	by     http.Header // who asks

	answers []int // to text that is well-formed; nil is anything but a fault of the service
	odd     []int // to text that is none, or too long; nil is 400
}

// send returns the status and the body of the answer. text is sent as it is, byte by byte.
func (p place) send(t *testing.T, c *process, text string) (int, []byte) {
	t.Helper()
	target := p.path
	if p.target != nil {
		target = p.target(text)
	}
	var body io.Reader
	if p.member != "" {
		body = strings.NewReader("{" + p.others + fmt.Sprintf("%q:", p.member) + quoted(text) + "}")
	}
	request, err := http.NewRequestWithContext(t.Context(), p.method, c.URL+target, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = p.by.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if p.header != "" {
		request.Header.Set(p.header, p.before+strings.Map(headerText, text))
	}
	answer, err := c.HTTP.Do(request)
	if err != nil {
		t.Fatalf("%s, %.40q: %v", p.name, text, err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, content
}

// headerText drops what no HTTP client sends in a header.
func headerText(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// quoted is text as a string of JSON, with bytes that are no UTF-8 left as they are.
func quoted(text string) string {
	if strings.ToValidUTF8(text, "") != text {
		return `"` + text + `"`
	}
	encoded, _ := json.Marshal(text) // text has an encoding
	return string(encoded)
}

// places are every field of every route that takes text. user is the ID of somebody else.
func places(admin http.Header, user string) []place {
	post, get, patch, remove := http.MethodPost, http.MethodGet, http.MethodPatch, http.MethodDelete
	in := func(method, path, member, others string, by http.Header, answers, odd []int) place {
		return place{name: method + " " + path + " " + member, method: method, path: path, member: member, others: others, by: by, answers: answers, odd: odd}
	}
	all := []place{
		in(post, "/auth/login", "email", `"password":"wrong password",`, nil, []int{400, 401}, nil),
		in(post, "/auth/login", "password", `"email":"`+adminEmail+`",`, nil, []int{401}, []int{400, 401}), // no database sees a password
		in(post, "/auth/login", "otp", `"email":"`+adminEmail+`","password":"wrong password",`, nil, []int{401}, []int{400, 401}),
		in(post, "/auth/login", "mode", `"email":"`+adminEmail+`","password":"`+adminPassword+`",`, nil, []int{400}, nil),
		in(post, "/auth/refresh", "refresh_token", "", nil, []int{401}, []int{400, 401}),
		in(post, "/auth/refresh", "mode", `"refresh_token":"x",`, nil, []int{400}, nil),
		in(post, "/auth/logout", "refresh_token", "", nil, []int{204}, []int{204, 400}),
		in(post, "/auth/logout", "mode", `"refresh_token":"x",`, nil, []int{400}, nil),
		in(post, "/auth/password/request", "email", "", nil, []int{204}, []int{204, 400}), // what is no address is written to nobody
		in(post, "/auth/password/request", "reset_url", `"email":"`+adminEmail+`",`, nil, []int{400}, nil),
		in(post, "/auth/password/reset", "token", `"password":"a long enough one",`, nil, []int{403}, []int{400, 403}), // looked up by its hash
		in(post, "/auth/password/reset", "password", `"token":"x",`, nil, []int{403}, []int{400, 403}),
	}
	for _, member := range []string{"first_name", "last_name", "language"} {
		all = append(all,
			in(patch, "/users/me", member, "", admin, []int{200, 400}, nil),
			in(patch, "/users/"+user, member, "", admin, []int{200, 400}, nil),
			in(post, "/users", member, `"email":"not an address",`, admin, []int{400}, nil))
	}
	for _, member := range []string{"email", "status", "role"} {
		all = append(all, in(patch, "/users/"+user, member, "", admin, []int{200, 400, 403}, []int{400, 403}))
		all = append(all, in(patch, "/users/me", member, "", admin, []int{200, 400, 403}, []int{400, 403}))
	}
	for _, member := range []string{"location", "title", "description", "avatar", "last_page", "appearance"} { // taken, and kept nowhere
		all = append(all, in(patch, "/users/"+user, member, "", admin, []int{200, 400}, []int{200, 400}))
		all = append(all, in(patch, "/users/me", member, "", admin, []int{200, 400}, []int{200, 400}))
	}
	for _, member := range []string{"status", "role", "token", "password"} {
		all = append(all, in(post, "/users", member, `"email":"not an address",`, admin, []int{400}, nil))
	}
	all = append(all, in(post, "/users", "email", "", admin, nil, nil))

	within := func(method, path string, by http.Header, answers, odd []int) place {
		target := func(text string) string { return strings.ReplaceAll(path, "{}", url.PathEscape(text)) }
		if strings.Contains(path, "?") {
			target = func(text string) string { return strings.ReplaceAll(path, "{}", url.QueryEscape(text)) }
		}
		return place{name: method + " " + path, method: method, target: target, by: by, answers: answers, odd: odd}
	}
	for _, field := range []string{"id", "email", "status", "role", "first_name", "last_name", "language"} {
		all = append(all, within(get, "/users?filter["+field+"][_eq]={}", admin, []int{200, 400}, []int{200, 400}))
	}
	gone := []int{400, 403, 404}
	return append(all,
		within(get, "/users?filter[{}][_eq]=x", admin, []int{400}, nil),
		within(get, "/users?filter={}", admin, []int{400}, nil),
		within(get, "/users?search={}", admin, []int{200}, []int{200, 400}),
		within(get, "/users?sort={}", admin, []int{400}, nil),
		within(get, "/users?sort=-{}", admin, []int{400}, nil),
		within(get, "/users?limit={}", admin, []int{400}, nil),
		within(get, "/users?offset={}", admin, []int{400}, nil),
		within(get, "/users?page={}", admin, []int{400}, nil),
		within(get, "/users?meta={}", admin, []int{200, 400}, []int{200, 400}),
		within(get, "/users?fields={}", admin, []int{200, 400, 403}, []int{200, 400, 403}),
		within(get, "/users/me?fields={}", admin, []int{200, 400, 403}, []int{200, 400, 403}),
		within(get, "/users/{}", admin, gone, gone),
		within(patch, "/users/{}", admin, gone, gone),
		within(remove, "/users/{}", admin, gone, gone),
		within(get, "/activity?filter[action][_eq]={}", admin, []int{200}, []int{200, 400}),
		within(get, "/activity?filter[user][_eq]={}", admin, []int{200}, []int{200, 400}),
		within(get, "/activity?filter={}", admin, []int{400}, nil),
		within(get, "/activity?limit={}", admin, []int{400}, nil),
		within(get, "/auth/sessions?user={}", admin, gone, gone),
		within(remove, "/auth/sessions?user={}", admin, gone, gone),
		within(remove, "/auth/sessions/{}", admin, gone, gone),
		within(get, "/users/me?access_token={}", nil, []int{400, 401, 403}, []int{400, 401, 403}),
		place{name: "Authorization", method: get, path: "/users/me", header: "Authorization", before: "Bearer ", answers: []int{401, 403}, odd: []int{400, 401, 403}},
		place{name: "session cookie", method: get, path: "/users/me", header: "Cookie", before: "directus_session_token=", answers: []int{401, 403}, odd: []int{400, 401, 403}},
		place{name: "refresh cookie", method: post, path: "/auth/refresh", member: "mode", header: "Cookie", before: "directus_refresh_token=", answers: []int{400}, odd: nil},
		place{name: "device cookie", method: post, path: "/auth/login", member: "email", others: `"password":"x",`, header: "Cookie", before: "sallyport_device=", answers: []int{400, 401}},
		place{name: "User-Agent", method: get, path: "/users/me", by: admin, header: "User-Agent", answers: []int{200}, odd: []int{200, 400}},
		place{name: "Origin", method: get, path: "/users/me", by: admin, header: "Origin", answers: []int{200}, odd: []int{200, 400}},
		place{name: "Accept-Language", method: post, path: "/auth/password/request", member: "email", header: "Accept-Language", answers: []int{204}, odd: []int{204, 400}},
		place{name: "X-Forwarded-For", method: get, path: "/users/me", by: admin, header: "X-Forwarded-For", answers: []int{200}, odd: []int{200, 400}},
		// Last, since some of the texts are good tokens from then on.
		in(patch, "/users/"+user, "token", "", admin, []int{200, 400}, nil),
		in(patch, "/users/me", "token", "", admin, []int{400, 403}, []int{400, 403}),
	)
}

// besieged starts the service where env says, with nothing that slows down who asks a lot, and
// returns its places and who else has an account there.
func besieged(t *testing.T, env []string) (*process, []place, http.Header) {
	t.Helper()
	p := serve(t, append(env, "LIMIT_LOGIN_ACCOUNT=off", "LIMIT_LOGIN_ADDRESS=off", "LIMIT_RESET_ACCOUNT=off", "LIMIT_RESET_ADDRESS=off", "LIMIT_NOTICE_ACCOUNT=off", "DB_TIMEOUT=10s", "REQUEST_TIMEOUT=20s"))
	held := login(t, p.Client, domain.ModeJSON)
	admin := http.Header{"Authorization": {"Bearer " + held.Access}}
	ann, err := p.CreateAccount(t.Context(), auth.Credential{Bearer: held.Access}, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("ann@example.com")}})
	if err != nil {
		t.Fatal(err)
	}
	return p, places(admin, string(ann.ID)), admin
}

// everyHome are the databases that a program can keep everything in.
func everyHome(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{"sqlite": cheap(t.TempDir()), "mysql": mariadbSettings(t), "pg": postgresqlSettings(t)}
}

// accounts returns the addresses of all accounts.
func accounts(t *testing.T, p *process, admin http.Header) []string {
	t.Helper()
	status, body := place{method: http.MethodGet, path: "/users?limit=-1&fields=email&sort=email", by: admin}.send(t, p, "")
	var list struct{ Data []struct{ Email string } }
	if err := json.Unmarshal(body, &list); err != nil || status != 200 {
		t.Fatalf("list accounts: %d %s, %v", status, body, err)
	}
	var emails []string
	for _, user := range list.Data {
		emails = append(emails, user.Email)
	}
	return emails
}

// soon is within what every answer has to come, far from how long the time-based strings ask a
// database to wait. DB_TIMEOUT would end such a wait with a 503.
const soon = 10 * time.Second

// TestSecurity81_TextIsNoSQL sends what has opened databases, and what has made them wait, in
// every field of every route, to each database: it is text, which is stored, compared and
// refused as such.
//
// Red when users.condition in sqlstore writes a value into its query.
func TestSecurity81_TextIsNoSQL(t *testing.T) {
	t.Parallel()
	for name, env := range everyHome(t) {
		t.Run(name, func(t *testing.T) {
			p, places, admin := besieged(t, env)
			for _, text := range []string{
				`' OR '1'='1`, `' OR 1=1 -- `, `" OR ""="`, `') OR ('1'='1`, `1 OR 1=1`, `admin@example.com' -- `, `admin@example.com'/*`, `'or'1'='1'--@example.com`,
				`\' OR 1=1 -- `, `'; DROP TABLE users; -- `, `'; UPDATE users SET status='suspended'; -- `, `' UNION SELECT password FROM users -- `,
				`' AND extractvalue(1,concat(0x7e,version())) -- `, `%' OR '%'='`, "`", `$1`, `?`, `:email`, `${x}`,
				`' OR SLEEP(30) -- `, `'||(SELECT pg_sleep(30))||'`, `'; SELECT pg_sleep(30); -- `, `1 AND SLEEP(30)`, `'XOR(IF(NOW()=SYSDATE(),SLEEP(30),0))XOR'`,
				`' OR randomblob(900000000) -- `, `id; WAITFOR DELAY '0:0:30' -- `, `(CASE WHEN (1=1) THEN pg_sleep(30) ELSE 1 END)`,
			} {
				for _, place := range places {
					began := time.Now()
					status, body := place.send(t, p, text)
					if took := time.Since(began); took >= soon {
						t.Errorf("%s, %q: took %v", place.name, text, took)
					}
					if status >= 500 || place.answers != nil && !slices.Contains(place.answers, status) {
						t.Errorf("%s, %q: got %d %.100s, want one of %v", place.name, text, status, body, place.answers)
					}
					isList := strings.Contains(place.name, "GET /users?filter") || strings.Contains(place.name, "GET /users?search") || strings.Contains(place.name, "GET /activity?filter")
					if isList && status == 200 && !bytes.Equal(body, []byte(`{"data":[]}`)) && !bytes.Contains(body, quotedInJSON(text)) {
						t.Errorf("%s, %q: got %s, want nothing or the text itself", place.name, text, body)
					}
				}
				status, body := place{method: http.MethodGet, path: "/users/me?fields=first_name", by: admin}.send(t, p, "")
				if want := `{"data":{"first_name":` + quoted(text) + `}}`; status != 200 || len(text) <= auth.MaxNameRunes && !sameJSON(body, want) {
					t.Errorf("first_name %q: got %d %s, want it as it was sent", text, status, body)
				}
			}
			emails := accounts(t, p, admin)
			if len(emails) < 2 || !slices.Contains(emails, adminEmail) {
				t.Errorf("got accounts %q, want none lost", emails)
			}
			login(t, p.Client, domain.ModeJSON)
		})
	}
}

// quotedInJSON is text as it stands inside of an answer.
func quotedInJSON(text string) []byte {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a buffer takes everything
	return bytes.Trim(encoded.Bytes(), "\"\n")
}

func sameJSON(a []byte, b string) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal([]byte(b), &y) == nil && fmt.Sprint(x) == fmt.Sprint(y)
}

// TestSecurity82_TextThatIsNoneReachesNoDatabase sends NUL, bytes that are no UTF-8 and text
// that is too long in every field of every route, to each database: that is refused, and never
// a fault of the service.
//
// Red when decodeJSON in fiberhttp does not look at the encoding, and when checkText in
// core/auth/profile.go returns nil.
func TestSecurity82_TextThatIsNoneReachesNoDatabase(t *testing.T) {
	t.Parallel()
	for name, env := range everyHome(t) {
		t.Run(name, func(t *testing.T) {
			p, places, admin := besieged(t, env)
			for _, text := range []string{
				"\x00", "a\x00b", "ann\x00@example.com", "\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80@example.com",
				strings.Repeat("a", 300), strings.Repeat("a", 300) + "@example.com", strings.Repeat("é", 1000), strings.Repeat("a", 90_000),
			} {
				for _, place := range places {
					if place.header != "" && strings.ContainsRune(text, 0) || (place.header != "" || place.member == "") && len(text) > 8000 {
						continue // no client sends NUL in a header, and TestSecurity44_HugeTokens sends huge ones
					}
					want := place.odd
					if want == nil {
						want = []int{400}
					}
					if status, body := place.send(t, p, text); !slices.Contains(want, status) {
						t.Errorf("%s, %.20q of %d bytes: got %d %.100s, want one of %v", place.name, text, len(text), status, body, want)
					}
				}
			}
			if emails := accounts(t, p, admin); !slices.Equal(emails, []string{adminEmail, "ann@example.com"}) {
				t.Errorf("got accounts %q, want those that were there", emails)
			}
			if strings.Contains(p.log.String(), `"level":"ERROR"`) {
				t.Error("the log has an error")
			}
		})
	}
}
