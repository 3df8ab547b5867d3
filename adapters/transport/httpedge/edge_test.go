package httpedge_test

import (
	"errors"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestCookie(t *testing.T) {
	now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	plain := httpedge.Cookie{Name: "a"}
	shared := httpedge.Cookie{Name: "b", Domain: "example.com", Insecure: true, SameSite: "None"}
	for got, want := range map[string]string{
		plain.Set("x", 90*time.Second, now):            "a=x; Max-Age=90; Path=/; Expires=Sat, 14 Mar 2026 09:28:23 GMT; HttpOnly; Secure; SameSite=Lax",
		plain.Expire():                                 "a=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
		shared.Set("x", 1500*time.Millisecond, now):    "b=x; Max-Age=1; Domain=example.com; Path=/; Expires=Sat, 14 Mar 2026 09:26:54 GMT; HttpOnly; SameSite=None",
		httpedge.DeviceCookie(shared).Set("x", 0, now): "sallyport_device=x; Max-Age=0; Domain=example.com; Path=/; Expires=Sat, 14 Mar 2026 09:26:53 GMT; HttpOnly; SameSite=Lax",
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if err := httpedge.CheckCookieNames(plain, shared); err != nil {
		t.Errorf("got %v", err)
	}
	if httpedge.CheckCookieNames(plain, shared, plain) == nil {
		t.Error("two cookies of one name are taken")
	}
}

func TestRefuseCrossSite(t *testing.T) {
	public := &url.URL{Scheme: "https", Host: "auth.example.com"}
	trusts := func(origin string) bool { return origin == "https://app.example.com" }
	for name, c := range map[string]struct {
		from   httpedge.Provenance
		trusts func(string) bool
		reason string
	}{
		"a client that is no browser":       {httpedge.Provenance{ContentType: "application/json"}, nil, ""},
		"a page of ours":                    {httpedge.Provenance{ContentType: "application/json; charset=utf-8", Origin: "https://auth.example.com", FetchSite: "same-origin"}, nil, ""},
		"a page at the host that was asked": {httpedge.Provenance{Origin: "http://localhost:8055", Host: "localhost:8055"}, nil, ""},
		"a page that is trusted":            {httpedge.Provenance{Origin: "https://app.example.com", FetchSite: "same-site"}, trusts, ""},
		"one that nobody trusts":            {httpedge.Provenance{Origin: "https://app.example.com"}, nil, "Origin is neither that of this service nor one that may send cookies"},
		"one beside one that is trusted":    {httpedge.Provenance{Origin: "https://app.example.com.evil.example"}, trusts, "Origin is neither that of this service nor one that may send cookies"},
		"a form":                            {httpedge.Provenance{ContentType: "text/plain", Origin: "https://auth.example.com"}, trusts, "Content-Type is not application/json, as in a form of any site"},
		"another site without an origin":    {httpedge.Provenance{FetchSite: "Cross-Site"}, trusts, "Sec-Fetch-Site says that another site made the request"},
		"the same site without an origin":   {httpedge.Provenance{FetchSite: "same-site"}, trusts, "Sec-Fetch-Site says that another site made the request"},
		"a person who typed the address":    {httpedge.Provenance{FetchSite: "none"}, nil, ""},
	} {
		err := httpedge.RefuseCrossSite(c.from, public, c.trusts)
		failure, _ := errors.AsType[*domain.Error](err)
		switch {
		case c.reason == "" && err != nil:
			t.Errorf("%s: got %v", name, err)
		case c.reason != "" && (failure == nil || failure.Code != domain.Forbidden || failure.Reason != c.reason):
			t.Errorf("%s: got %v, want %s", name, err, c.reason)
		}
	}
}

func TestBearer(t *testing.T) {
	for value, want := range map[string]string{
		"Bearer abc": "abc", "bEARER abc": "abc", "": "", "Bearer": "", "Bearer ": "", "Basic abc": "", "Bearer a b": "", "Bearer  a": "", " Bearer a": "", "Bearerabc": "",
	} {
		if got := httpedge.Bearer(value); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	for contentType, want := range map[string]bool{
		"application/json": true, "Application/JSON; charset=UTF-8": true, "application/json;charset=us-ascii": true,
		"": false, "text/json": false, "application/json+x": false, "text/plain; application/json": false, "application/json, text/plain": false,
	} {
		if got := httpedge.IsJSON(contentType); got != want {
			t.Errorf("%q: got %t, want %t", contentType, got, want)
		}
		if err := httpedge.CheckCharset(contentType); err != nil {
			t.Errorf("%q: got %v", contentType, err)
		}
	}
	if httpedge.CheckCharset("application/json; charset=utf-16") == nil {
		t.Error("another charset is taken")
	}
	for text, want := range map[string]string{
		`{"a":"\u00e4"}`: "", `null`: "", `{`: "the body is not valid JSON", ``: "the body is not valid JSON", "{\"\xff\":1}": "the body is not valid UTF-8",
		`{"a":"\ud800"}`: "the body is not valid Unicode", `"a"`: `"value" must be of type object`, `[]`: `"value" must be of type object`,
	} {
		var members map[string]any
		err := httpedge.DecodeJSON([]byte(text), &members)
		failure, _ := errors.AsType[*domain.Error](err)
		if want == "" && err != nil || want != "" && (failure == nil || failure.Code != domain.InvalidPayload || failure.Reason != want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestNewEntry(t *testing.T) {
	now := time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.FixedZone("", 3600))
	for _, c := range []struct {
		failure *domain.Error
		message string
		want    map[string]any
	}{
		{domain.InvalidPayloadError("email", "no"), "Invalid payload. no.", map[string]any{"code": domain.InvalidPayload, "reason": "no", "field": "email"}},
		{&domain.Error{Code: domain.RecordNotUnique, Message: "m"}, "m", map[string]any{"code": domain.RecordNotUnique, "collection": "directus_users"}},
		{&domain.Error{Code: domain.RequestsExceeded, Message: "m", RetryAfter: time.Minute}, "m", map[string]any{"code": domain.RequestsExceeded, "reset": "2026-03-14T08:27:53.589Z"}},
		{&domain.Error{Code: domain.Internal, Message: "a secret"}, "An unexpected error occurred.", map[string]any{"code": domain.Internal}},
		{&domain.Error{Code: "NOBODY_KNOWS", Message: "a secret"}, "An unexpected error occurred.", map[string]any{"code": domain.Internal}},
	} {
		got := httpedge.NewEntry(c.failure, now)
		if got.Message != c.message || !reflect.DeepEqual(got.Extensions, c.want) {
			t.Errorf("%s: got %+v, want %q, %v", c.failure.Code, got, c.message, c.want)
		}
	}
}

func TestProtect(t *testing.T) {
	for scheme, want := range map[string]int{"http": 4, "https": 5} {
		set := map[string]string{}
		httpedge.Protect(func(name, value string) { set[name] = value }, &url.URL{Scheme: scheme})
		if len(set) != want || set["Cache-Control"] != "no-store" || (set["Strict-Transport-Security"] != "") != (scheme == "https") {
			t.Errorf("%s: got %v", scheme, set)
		}
	}
}
