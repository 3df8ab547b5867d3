package connectrpc_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/connectrpctest"
	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
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

func TestEveryClassHasACode(t *testing.T) {
	want := map[domain.Class]connect.Code{
		domain.ClassInvalid:         connect.CodeInvalidArgument,
		domain.ClassMedia:           connect.CodeInvalidArgument,
		domain.ClassConflict:        connect.CodeAlreadyExists,
		domain.ClassUnauthenticated: connect.CodeUnauthenticated,
		domain.ClassForbidden:       connect.CodePermissionDenied,
		domain.ClassNotFound:        connect.CodeNotFound,
		domain.ClassMethod:          connect.CodeUnimplemented,
		domain.ClassUnprocessable:   connect.CodeFailedPrecondition,
		domain.ClassLimited:         connect.CodeResourceExhausted,
		domain.ClassUnavailable:     connect.CodeUnavailable,
		domain.ClassInternal:        connect.CodeInternal,
		"a class of tomorrow":       connect.CodeInternal,
	}
	for class, code := range want {
		if got := connectrpc.Code(class); got != code {
			t.Errorf("%s: got %v, want %v", class, got, code)
		}
	}
	for _, info := range domain.Codes() {
		if _, ok := want[info.Class]; !ok {
			t.Errorf("%s: nobody has said which code %s has", info.Code, info.Class)
		}
	}
}

// TestEveryFailureIsToldInEachProtocol logs in to a stub that fails in every way there is.
func TestEveryFailureIsToldInEachProtocol(t *testing.T) {
	for _, info := range domain.Codes() {
		failure := &domain.Error{Code: info.Code, Message: "Told to you.", Reason: "the reason", Field: "the field", RetryAfter: 1500 * time.Millisecond, Err: errors.New("a secret")}
		w := newStub(t, func() (auth.Tokens, error) { return auth.Tokens{}, failure })
		for _, p := range protocols() {
			_, err := w.client(t, p).Login(t.Context(), loginInput())
			got, ok := errors.AsType[*domain.Error](err)
			message := failure.Message
			if info.Code == domain.Internal {
				message = info.Message
			}
			if !ok || got.Code != info.Code || got.Message != message || got.Reason != failure.Reason || got.Field != failure.Field || got.RetryAfter != 2*time.Second {
				t.Errorf("%s, %s: got %+v, want %+v", p.name, info.Code, err, failure)
			}
			told, _ := errors.AsType[*connect.Error](err)
			if after := told.Meta().Get("Retry-After"); after != "2" {
				t.Errorf("%s, %s: got Retry-After %q, want 2", p.name, info.Code, after)
			}
		}
		got := w.post(t, login, `{"email":"a","password":"b"}`, nil)
		got.want(t, info.Code, "the reason")
		if collection := got.failure.GetCollection(); (collection == "directus_users") != (info.Code == domain.RecordNotUnique) {
			t.Errorf("%s: got collection %q", info.Code, collection)
		}
		if limited := info.Code == domain.RequestsExceeded; limited != (got.failure.GetReset_() != nil) || limited && !got.failure.GetReset_().AsTime().Equal(w.clock.Now().Add(failure.RetryAfter).Truncate(time.Millisecond)) {
			t.Errorf("%s: got reset %v", info.Code, got.failure.GetReset_())
		}
		if strings.Contains(got.body, "secret") {
			t.Errorf("%s: the answer shows the cause: %s", info.Code, got.body)
		}
	}
}

func TestSecurity92_ConnectShowsNothingInside(t *testing.T) {
	for name, login := range map[string]func() (auth.Tokens, error){
		"error": func() (auth.Tokens, error) { return auth.Tokens{}, errors.New("a secret") },
		"error of theirs": func() (auth.Tokens, error) {
			return auth.Tokens{}, connect.NewError(connect.CodeAborted, errors.New("a secret"))
		},
		"panic": func() (auth.Tokens, error) { panic("a secret") },
		"failure thrown": func() (auth.Tokens, error) {
			panic(&domain.Error{Code: domain.Forbidden, Message: "a secret", Reason: "a secret"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newStub(t, login)
			for _, p := range protocols() {
				_, err := w.client(t, p).Login(t.Context(), loginInput())
				got, ok := errors.AsType[*domain.Error](err)
				if !ok || got.Code != domain.Internal || got.Reason != "" || strings.Contains(err.Error()+got.Message, "secret") {
					t.Errorf("%s: got %v, want INTERNAL_SERVER_ERROR with nothing inside", p.name, err)
				}
			}
			if got := w.post(t, "/sallyport.v1.AuthService/Login", `{"email":"a","password":"b"}`, nil); got.status != http.StatusInternalServerError || strings.Contains(got.body, "secret") {
				t.Errorf("got status %d and %s", got.status, got.body)
			}
			if !strings.Contains(w.log.String(), "a secret") {
				t.Errorf("the log does not say why: %s", w.log)
			}
		})
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

// TestEmptyTextsAreRefused sends what nobody means.
func TestEmptyTextsAreRefused(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	held, err := w.client(t, protocols()[0]).Login(t.Context(), loginInput())
	if err != nil {
		t.Fatal(err)
	}
	as := http.Header{"Authorization": {"Bearer " + held.Access}}
	for _, c := range []struct{ path, body, field string }{
		{login, `{"password":"x"}`, "email"},
		{login, `{"email":"ann@example.com"}`, "password"},
		{login, `{"email":"ann@example.com","password":"x","otp":""}`, "otp"},
		{"/sallyport.v1.AuthService/Refresh", `{}`, "refresh_token"},
		{"/sallyport.v1.AuthService/Logout", `{}`, "refresh_token"},
		{"/sallyport.v1.AuthService/RequestPasswordReset", `{}`, "email"},
		{"/sallyport.v1.AuthService/RequestPasswordReset", `{"email":"ann@example.com","resetUrl":""}`, "reset_url"},
		{"/sallyport.v1.AuthService/ResetPassword", `{"password":"x"}`, "token"},
		{"/sallyport.v1.AuthService/ResetPassword", `{"token":"x"}`, "password"},
		{"/sallyport.v1.AuthService/ListSessions", `{"userId":""}`, "user_id"},
		{"/sallyport.v1.AuthService/EndSession", `{}`, "id"},
		{"/sallyport.v1.AuthService/EndSessions", `{"userId":""}`, "user_id"},
	} {
		got := w.post(t, c.path, c.body, as)
		got.want(t, domain.InvalidPayload, "not allowed to be empty")
		if got.failure.GetField() != c.field {
			t.Errorf("%s %s: got field %q, want %q", c.path, c.body, got.failure.GetField(), c.field)
		}
	}
	for name, body := range map[string]string{"offset": `{"offset":-1}`, "limit": `{"limit":-1}`} {
		if got := w.post(t, "/sallyport.v1.UserService/ListUsers", body, as); got.failure.GetCode() != string(domain.InvalidQuery) {
			t.Errorf("%s: got %s, want INVALID_QUERY", name, got.body)
		}
	}
}

// TestPreferencesAreThoseOfREST sends such as an account has, and others.
func TestPreferencesAreThoseOfREST(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	ann := w.seed(t, "ann@example.com")
	held, err := w.client(t, protocols()[0]).Login(t.Context(), loginInput())
	if err != nil {
		t.Fatal(err)
	}
	as := http.Header{"Authorization": {"Bearer " + held.Access}}
	update := func(preferences string) answer {
		return w.post(t, "/sallyport.v1.UserService/UpdateMe", `{"patch":{"preferences":`+preferences+`}}`, as)
	}
	for name, bad := range map[string]string{
		"title": `{"title":1}`, "tags": `{"tags":"a"}`, "theme_dark_overrides": `{"theme_dark_overrides":[]}`, "email_notifications": `{"email_notifications":"yes"}`,
	} {
		got := update(bad)
		got.want(t, domain.InvalidPayload, "must be a")
		if got.failure.GetField() != name {
			t.Errorf("%s: got field %q, want %q", bad, got.failure.GetField(), name)
		}
	}
	got := update(`{"tags":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`)
	if got.want(t, domain.InvalidPayload, "more than 32 deep"); got.failure.GetField() != "tags" {
		t.Errorf("got field %q, want tags", got.failure.GetField())
	}
	deepest := strings.Repeat("[", 32) + strings.Repeat("]", 32)
	if got := update(`{"tags":` + deepest + `}`); got.status != http.StatusOK || !strings.Contains(got.body, `"tags":`+deepest) {
		t.Errorf("got %s, want what was written", got.body)
	}
	if got := update(`{"title":"Archer","tags":["a",1],"email_notifications":false,"theme_dark_overrides":{"b":{"a":null}},"no such":1,"location":null}`); got.status != http.StatusOK {
		t.Fatalf("got %s", got.body)
	}
	u, err := w.store.Repos().Users.ByID(t.Context(), ann.ID)
	if want := `{"email_notifications":false,"tags":["a",1],"theme_dark_overrides":{"b":{"a":null}},"title":"Archer"}`; err != nil || string(u.Preferences) != want {
		t.Errorf("got %s, %v, want %s", u.Preferences, err, want)
	}
}

// TestAsterisksAreNoSecrets sends what other transports show in the place of a secret.
//
// Red when UpdateUser does not call dropConcealed.
func TestAsterisksAreNoSecrets(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	role := domain.Role{ID: domain.AdministratorRole, Name: "Administrator", App: true, Admin: true}
	if err := w.store.Repos().Roles.Create(t.Context(), role); err != nil {
		t.Fatal(err)
	}
	w.seed(t, "root@example.com", func(u *domain.User) { u.Role = role.ID })
	ann := w.seed(t, "ann@example.com")
	held, err := w.client(t, protocols()[0]).Login(t.Context(), auth.LoginInput{Email: "root@example.com", Password: password, Mode: domain.ModeJSON})
	if err != nil {
		t.Fatal(err)
	}
	as := http.Header{"Authorization": {"Bearer " + held.Access}}
	update := func(patch string) answer {
		t.Helper()
		return w.post(t, "/sallyport.v1.UserService/UpdateUser", `{"id":"`+string(ann.ID)+`","patch":`+patch+`}`, as)
	}
	update(`{"token":"**********"}`).want(t, domain.InvalidPayload, `"token" must be`) // there is none
	for _, patch := range []string{`{"token":"a-static-token-of-0123456789-letters"}`, `{"token":"**********","profile":{"password":"**********","lastName":"Back"}}`} {
		if got := update(patch); got.status != http.StatusOK {
			t.Errorf("%s: got %d %s", patch, got.status, got.body)
		}
	}
	after, err := w.store.Repos().Users.ByID(t.Context(), ann.ID)
	if err != nil || after.LastName != "Back" || after.Password != ann.Password || after.StaticToken == nil {
		t.Errorf("got %+v, %v, want the name changed and no secret", after, err)
	}
}

// TestListsHaveABound asks for a list without one.
func TestListsHaveABound(t *testing.T) {
	var asked []port.UserQuery
	w := serveStub(t, stubAPI{list: func(q port.UserQuery) { asked = append(asked, q) }})
	for _, body := range []string{`{}`, `{"limit":0}`, `{"limit":7,"offset":3}`} {
		if got := w.post(t, "/sallyport.v1.UserService/ListUsers", body, nil); got.status != http.StatusOK {
			t.Fatalf("got %s", got.body)
		}
	}
	got := make([][2]int, len(asked))
	for i, q := range asked {
		got[i] = [2]int{q.Limit, q.Offset}
	}
	if want := [][2]int{{100, 0}, {0, 0}, {7, 3}}; !slices.Equal(got, want) {
		t.Errorf("got limits and offsets %v, want %v", got, want)
	}
}

// TestFailedTellsWhatIsMissing keeps the kit from taking anything for a failure of the core.
func TestFailedTellsWhatIsMissing(t *testing.T) {
	for name, err := range map[string]error{
		"no failure in it": connect.NewError(connect.CodeInternal, errors.New("x")),
		"no error of RPC":  io.EOF,
	} {
		if _, ok := errors.AsType[*domain.Error](connectrpctest.Failed(err)); ok {
			t.Errorf("%s: got a failure of the core", name)
		}
	}
	detail, err := connect.NewErrorDetail(&v1.Failure{Code: string(domain.Forbidden)})
	if err != nil {
		t.Fatal(err)
	}
	wrong := connect.NewError(connect.CodeNotFound, errors.New("x"))
	wrong.AddDetail(detail)
	if _, ok := errors.AsType[*domain.Error](connectrpctest.Failed(wrong)); ok {
		t.Error("got a failure of the core with the code of another class")
	}
}
