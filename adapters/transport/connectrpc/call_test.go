package connectrpc_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	login = "/sallyport.v1.AuthService/Login"
	getMe = "/sallyport.v1.UserService/GetMe"
)

// answer is what came back of a request that no client would send.
type answer struct {
	status  int
	header  http.Header
	body    string
	code    string // of Connect
	failure *v1.Failure
}

// post sends what is given, as JSON unless the header says otherwise.
func (w world) post(t testing.TB, path, body string, header http.Header) answer {
	t.Helper()
	return w.do(t, http.MethodPost, path, strings.NewReader(body), header)
}

func (w world) do(t testing.TB, method, path string, body io.Reader, header http.Header) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	maps.Copy(request.Header, header)
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := answer{status: response.StatusCode, header: response.Header, body: string(text)}
	if response.StatusCode != http.StatusOK {
		got.read(t)
	}
	return got
}

// read reads a failure as it is in JSON.
func (a *answer) read(t testing.TB) {
	t.Helper()
	var shown struct {
		Code    string
		Details []struct{ Type, Value string }
	}
	if err := json.Unmarshal([]byte(a.body), &shown); err != nil || len(shown.Details) != 1 || shown.Details[0].Type != "sallyport.v1.Failure" {
		t.Fatalf("got status %d and %s, want one Failure in the details", a.status, a.body)
	}
	value, err := base64.RawStdEncoding.DecodeString(shown.Details[0].Value)
	if err != nil {
		t.Fatal(err)
	}
	a.code, a.failure = shown.Code, &v1.Failure{}
	if err := proto.Unmarshal(value, a.failure); err != nil {
		t.Fatal(err)
	}
}

func (a answer) want(t testing.TB, code domain.Code, reason string) {
	t.Helper()
	if a.failure == nil || a.failure.GetCode() != string(code) || !strings.Contains(a.failure.GetReason(), reason) {
		t.Errorf("got status %d and %s (%v), want %s, %q", a.status, a.body, a.failure, code, reason)
	}
}

// TestWhatIsNoCallIsRefusedBeforeConnect sends what Connect would answer in its own words.
func TestWhatIsNoCallIsRefusedBeforeConnect(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	const body = `{"email":"ann@example.com","password":"hunter2hunter2"}`
	of := func(name string, values ...string) http.Header { return http.Header{name: values} }
	for name, c := range map[string]struct {
		path, body string
		header     http.Header
		code       domain.Code
		reason     string
	}{
		"no such service":                 {"/sallyport.v2.AuthService/Login", body, nil, domain.RouteNotFound, "procedure"},
		"no such procedure":               {login + "s", body, nil, domain.RouteNotFound, "procedure"},
		"path of REST":                    {"/auth/login", body, nil, domain.RouteNotFound, "procedure"},
		"a form":                          {login, "email=ann", of("Content-Type", "application/x-www-form-urlencoded"), domain.UnsupportedMediaType, "Content-Type"},
		"text, as a page may send it":     {login, body, of("Content-Type", "text/plain"), domain.UnsupportedMediaType, "Content-Type"},
		"no content type":                 {login, body, of("Content-Type", ""), domain.UnsupportedMediaType, "Content-Type"},
		"another charset":                 {login, body, of("Content-Type", "application/json; charset=utf-16"), domain.InvalidPayload, "charset"},
		"compressed":                      {login, body, of("Content-Encoding", "gzip"), domain.UnsupportedMediaType, "Content-Encoding"},
		"a later protocol":                {login, body, of("Connect-Protocol-Version", "2"), domain.UnsupportedMediaType, "Connect-Protocol-Version"},
		"no body":                         {login, "", nil, domain.InvalidPayload, "not a message"},
		"no JSON":                         {login, `{"password":"hunter2hunter2`, nil, domain.InvalidPayload, "not a message"},
		"another type":                    {login, `{"password":17}`, nil, domain.InvalidPayload, "not a message"},
		"a name twice":                    {login, `{"password":"hunter2hunter2","password":"x"}`, nil, domain.InvalidPayload, "not a message"},
		"half a character":                {login, `{"email":"a","password":"\ud800hunter2"}`, nil, domain.InvalidPayload, "not a message"},
		"another mode":                    {login, `{"email":"a@example.com","password":"hunter2","mode":"MODE_HUNTER2"}`, nil, domain.InvalidPayload, "not a message"},
		"mode of a later version":         {login, `{"email":"a@example.com","password":"hunter2","mode":7}`, nil, domain.InvalidPayload, "mode"},
		"a name that there is not":        {login, `{"emial":"a@example.com","password":"hunter2"}`, nil, domain.InvalidPayload, "not a message"},
		"no Protobuf":                     {login, "hunter2\xff", of("Content-Type", "application/proto"), domain.InvalidPayload, "not a message"},
		"the mark of what was no message": {login, string([]byte{0xc4, 0xa3, 0x09}), of("Content-Type", "application/proto"), domain.InvalidPayload, "not a message"},
		"too large":                       {login, `{"email":"` + strings.Repeat("a", 100<<10) + `"}`, nil, domain.InvalidPayload, "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.post(t, c.path, c.body, c.header)
			got.want(t, c.code, c.reason)
			if strings.Contains(strings.ToLower(got.body), "hunter2") {
				t.Errorf("the answer repeats the request: %s", got.body)
			}
			if want := `"code":"` + string(c.code) + `"`; !strings.Contains(w.log.String(), want) {
				t.Errorf("no line of the log has %s", want)
			}
		})
	}
	if strings.Contains(strings.ToLower(w.log.String()), "hunter2") {
		t.Errorf("the log repeats the request: %s", w.log)
	}
}

// TestContentTypesMayNameTheirCharset sends some that are another spelling of ours.
func TestContentTypesMayNameTheirCharset(t *testing.T) {
	w := newStub(t, func() (auth.Tokens, error) { return auth.Tokens{}, nil })
	for _, contentType := range []string{"application/json; charset=utf-8", "application/json;charset=US-ASCII", "Application/JSON", "application/json; x=y"} {
		if got := w.post(t, login, `{"email":"a","password":"b"}`, http.Header{"Content-Type": {contentType}}); got.status != http.StatusOK {
			t.Errorf("%s: got status %d and %s, want 200", contentType, got.status, got.body)
		}
	}
}

// TestThereAreNoStreams calls as streams are called, whose errors come behind status 200.
func TestThereAreNoStreams(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	got := w.post(t, login, "\x00\x00\x00\x00\x02{}", http.Header{"Content-Type": {"application/connect+json"}})
	if !strings.Contains(got.body, `"code":"UNSUPPORTED_MEDIA_TYPE"`) {
		t.Errorf("got status %d and %q, want UNSUPPORTED_MEDIA_TYPE at the end of a stream", got.status, got.body)
	}
}

func TestOnlyPostIsACall(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions, "BREW"} {
		got := w.do(t, method, getMe+`?connect=v1&encoding=json&message=%7B%7D`, nil, nil)
		got.want(t, domain.MethodNotAllowed, "")
		if allow := got.header.Get("Allow"); allow != "POST" {
			t.Errorf("%s: got Allow %q, want POST", method, allow)
		}
	}
}

// TestFramesAreRead sends frames as gRPC does, of which each but the first is none.
func TestFramesAreRead(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	message, err := proto.Marshal(&v1.LoginRequest{Email: "ann@example.com", Password: "hunter2hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	frame := func(flags byte, length int) string {
		return string(binary.BigEndian.AppendUint32([]byte{flags}, uint32(length))) + string(message)
	}
	n := len(message)
	for name, c := range map[string]struct{ body, want string }{
		"one":                  {frame(0, n), "INVALID_CREDENTIALS"},
		"compressed":           {frame(1, n), "UNSUPPORTED_MEDIA_TYPE"},
		"a flag that is none":  {frame(2, n), "INVALID_PAYLOAD"},
		"shorter than it says": {frame(0, n+1), "INVALID_PAYLOAD"},
		"longer than it says":  {frame(0, n-1), "INVALID_PAYLOAD"},
		"much longer":          {frame(0, 1<<31-1), "INVALID_PAYLOAD"},
		"two":                  {frame(0, n) + frame(0, n), "INVALID_PAYLOAD"},
		"half a header":        {frame(0, n)[:3], "INVALID_PAYLOAD"},
		"none":                 {"", "INVALID_PAYLOAD"},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(w.log.String())
			got := w.post(t, login, c.body, http.Header{"Content-Type": {"application/grpc-web+proto"}})
			line := w.log.String()[before:]
			if got.status != http.StatusOK || got.header.Get("Grpc-Status") == "" || !strings.Contains(line, `"code":"`+c.want+`"`) {
				t.Errorf("got status %d, %v and %s, want a failure of gRPC-Web and %s", got.status, got.header, line, c.want)
			}
		})
	}
}

// TestSecurity45_ATokenHasOnePlaceOverConnect shows tokens where they are elsewhere.
func TestSecurity45_ATokenHasOnePlaceOverConnect(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	held, err := w.client(t, protocols()[0]).Login(t.Context(), loginInput())
	if err != nil {
		t.Fatal(err)
	}
	in := loginInput()
	in.Mode = domain.ModeSession
	session, err := w.client(t, protocols()[0]).Login(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path  string
		field []string // of Authorization
		code  domain.Code
	}{
		"bearer":                      {getMe, []string{"Bearer " + held.Access}, ""},
		"bearer in another case":      {getMe, []string{"bEARER " + held.Access}, ""},
		"session token as bearer":     {getMe, []string{"Bearer " + session.Token}, ""},
		"session":                     {getMe, []string{"Session " + session.Token}, ""},
		"session in another case":     {getMe, []string{"session " + session.Token}, ""},
		"access token as session":     {getMe, []string{"Session " + held.Access}, domain.InvalidCredentials},
		"of more words":               {getMe, []string{"Bearer " + held.Access + " x"}, domain.InvalidCredentials},
		"another scheme":              {getMe, []string{"Basic " + held.Access}, domain.InvalidCredentials},
		"two fields":                  {getMe, []string{"Bearer " + held.Access, "Bearer " + held.Access}, domain.InvalidPayload},
		"two fields of which one":     {getMe, []string{"Bearer " + held.Access, ""}, domain.InvalidPayload},
		"in the query":                {getMe + "?access_token=" + held.Access, nil, domain.InvalidCredentials},
		"refresh token as bearer":     {getMe, []string{"Bearer " + held.Token}, domain.InvalidCredentials},
		"a bad one where none is due": {login, []string{"Bearer garbage"}, domain.InvalidCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.post(t, c.path, "{}", http.Header{"Authorization": c.field})
			if c.code != "" {
				got.want(t, c.code, "")
			} else if got.status != http.StatusOK || !strings.Contains(got.body, "ann@example.com") {
				t.Errorf("got status %d and %s, want the account", got.status, got.body)
			}
		})
	}
	for _, cookie := range []string{"directus_session_token=" + session.Token, "directus_refresh_token=" + held.Token} {
		w.post(t, getMe, "{}", http.Header{"Cookie": {cookie}}).want(t, domain.InvalidCredentials, "")
	}
}

// TestAnswersAreForTheCallerAlone looks at what every answer says, whatever came of it.
func TestAnswersAreForTheCallerAlone(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	for name, c := range map[string]struct {
		path, body string
		header     http.Header
		status     int
	}{
		"tokens":          {login, `{"email":"ann@example.com","password":"` + password + `","mode":"MODE_SESSION"}`, nil, 200},
		"a failure":       {getMe, "{}", nil, 401},
		"no route":        {"/", "{}", nil, 404},
		"gRPC":            {getMe, "\x00\x00\x00\x00\x00", http.Header{"Content-Type": {"application/grpc"}}, 200},
		"would compress":  {login, `{"email":"ann@example.com","password":"` + password + `"}`, http.Header{"Accept-Encoding": {"gzip"}}, 200},
		"from a web page": {getMe, "{}", http.Header{"Origin": {"https://evil.example"}}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.post(t, c.path, c.body, c.header)
			if got.status != c.status {
				t.Errorf("got status %d and %s, want %d", got.status, got.body, c.status)
			}
			for field, want := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Strict-Transport-Security": "max-age=31536000", "Set-Cookie": "", "Content-Encoding": "", "Access-Control-Allow-Origin": "",
			} {
				if value := got.header.Get(field); value != want {
					t.Errorf("got %s %q, want %q", field, value, want)
				}
			}
		})
	}
}
