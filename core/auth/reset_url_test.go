package auth

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func serviceWithResetURLs(allowed ...string) *Service {
	s := DefaultSettings()
	s.ResetPage = "https://login.example.com/admin/reset-password"
	s.ResetURLs = allowed
	return &Service{settings: s, Ports: Ports{Log: slog.New(slog.DiscardHandler)}}
}

// TestSecurity51_OnlyListedURLsGetAToken: each comparison in samePlace that is dropped, and
// each of ambiguousInURL and the look at User in parseResetURL, turns a row red.
func TestSecurity51_OnlyListedURLsGetAToken(t *testing.T) {
	s := serviceWithResetURLs("https://app.example.com/reset", "http://localhost:3000/reset", "myapp://auth/reset")
	for _, requested := range []string{
		"https://app.example.com/reset", "https://APP.example.com/reset", "https://app.example.com:443/reset",
		"https://app.example.com/reset?lang=de", "https://app.example.com/reset?for=ann@example.com", "http://localhost:3000/reset", "myapp://auth/reset",
	} {
		if _, err := s.linkUseOf(domain.LetterPasswordReset).allowedPage(requested); err != nil {
			t.Errorf("%s is refused: %v", requested, err)
		}
	}
	for what, requested := range map[string]string{
		"another scheme":              "http://app.example.com/reset",
		"another scheme, same port":   "http://app.example.com:443/reset",
		"a blank in the query":        "https://app.example.com/reset?a= b",
		"other letters in the query":  "https://app.example.com/reset?a=\u0430",
		"a query that cannot be read": "https://app.example.com/reset?a;b",
		"a query with a bad escape":   "https://app.example.com/reset?%zz",
		"another port":                "https://app.example.com:8443/reset",
		"no port":                     "http://localhost/reset",
		"another path":                "https://app.example.com/reset2",
		"a path below":                "https://app.example.com/reset/more",
		"a slash more":                "https://app.example.com/reset/",
		"no path":                     "https://app.example.com",
		"a subdomain":                 "https://evil.app.example.com/reset",
		"a suffix":                    "https://app.example.com.evil.com/reset",
		"a prefix":                    "https://evilapp.example.com/reset",
		"user information":            "https://app.example.com@evil.com/reset",
		"user and password":           "https://app.example.com:x@evil.com/reset",
		"user at the right host":      "https://evil.com@app.example.com/reset",
		"a backslash":                 `https://evil.com\@app.example.com/reset`,
		"a backslash after the host":  `https://app.example.com\.evil.com/reset`,
		"a fragment":                  "https://app.example.com/reset#x",
		"an empty fragment":           "https://app.example.com/reset#",
		"dot segments":                "https://app.example.com/x/../reset",
		"a dot segment":               "https://app.example.com/./reset",
		"encoded dot segments":        "https://app.example.com/x/%2e%2e/reset",
		"an encoded letter":           "https://app.example.com/%72eset",
		"an encoded slash":            "https://app.example.com%2freset",
		"a tab":                       "https://app.example.com/re\tset",
		"a line break":                "https://app.example.com/reset\r\nX: y",
		"a blank before":              " https://app.example.com/reset",
		"a NUL":                       "https://app.example.com/reset\x00",
		"other letters":               "https://app.ex\u0430mple.com/reset",
		"full-width letters":          "https://\uff41pp.example.com/reset",
		"punycode of other letters":   "https://app.xn--exmple-4nf.com/reset",
		"no scheme":                   "//app.example.com/reset",
		"a path alone":                "/reset",
		"a host alone":                "app.example.com/reset",
		"an opaque URL":               "https:app.example.com/reset",
		"three slashes":               "https:///app.example.com/reset",
		"javascript":                  "javascript:alert(1)//app.example.com/reset",
		"data":                        "data:text/html,x",
		"another host of the app":     "myapp://evil/reset",
		"an IPv6 zone":                "http://[fe80::1%25eth0]:3000/reset",
		"two at signs":                "https://a@b@app.example.com/reset",
		"a semicolon in the host":     "https://app.example.com;.evil.com/reset",
		"a host with a trailing dot":  "https://app.example.com./reset",
		"a very long query":           "https://app.example.com/reset?" + strings.Repeat("x", maxResetURLBytes),
		"an empty host and user only": "https://app.example.com@/reset",
	} {
		if page, err := s.linkUseOf(domain.LetterPasswordReset).allowedPage(requested); err == nil {
			t.Errorf("%s: %q is taken as %q", what, requested, page)
		}
	}
	t.Run("without a list nothing is allowed", func(t *testing.T) {
		for _, requested := range []string{"https://login.example.com/admin/reset-password", "https://app.example.com/reset"} {
			if _, err := serviceWithResetURLs().linkUseOf(domain.LetterPasswordReset).allowedPage(requested); err == nil {
				t.Errorf("%s is allowed", requested)
			}
		}
	})
}

// TestSecurity52_LinksLeadWhereTheConfigurationSays: nothing of a request but reset_url can
// choose the page, and that only from the list.
func TestSecurity52_LinksLeadWhereTheConfigurationSays(t *testing.T) {
	s := serviceWithResetURLs()
	page, err := s.linkUseOf(domain.LetterPasswordReset).allowedPage("")
	if err != nil || page != "" {
		t.Errorf("the letter keeps %q, %v, want nothing", page, err)
	}
	for kept, letter := range map[string]domain.Letter{"nothing": {}, "a page that is not on the list": {URL: "https://app.example.com/reset"}} {
		link, err := s.linkTo(t.Context(), s.linkUseOf(domain.LetterPasswordReset), letter, "abc")
		if link != "https://login.example.com/admin/reset-password?token=abc" || err != nil {
			t.Errorf("%s: got %q, %v", kept, link, err)
		}
	}
}

func TestWithToken(t *testing.T) {
	for page, want := range map[string]string{
		"https://app.example.com/reset":                    "https://app.example.com/reset?token=abc",
		"https://app.example.com/reset?lang=de":            "https://app.example.com/reset?lang=de&token=abc",
		"https://app.example.com/reset?token=theirs&a=%26": "https://app.example.com/reset?a=%26&token=abc",
		"myapp://auth/reset":                               "myapp://auth/reset?token=abc",
	} {
		if got, err := withToken(page, "abc"); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", page, got, err, want)
		}
	}
}

// FuzzResetPage looks for a URL that is let through and leads elsewhere.
func FuzzResetPage(f *testing.F) {
	for _, seed := range []string{"https://app.example.com/reset", "https://app.example.com@evil.com/reset", `https://app.example.com\.evil.com/reset`, "https://app.example.com/x/../reset?a=b"} {
		f.Add(seed)
	}
	s := serviceWithResetURLs("https://app.example.com/reset")
	f.Fuzz(func(t *testing.T, requested string) {
		page, err := s.linkUseOf(domain.LetterPasswordReset).allowedPage(requested)
		if err != nil || requested == "" {
			return
		}
		link, err := withToken(page, "abc")
		if err != nil {
			t.Fatalf("%q is let through and makes no link: %v", requested, err)
		}
		u, err := url.Parse(link)
		if err != nil || u.Scheme != "https" || !strings.EqualFold(u.Hostname(), "app.example.com") || u.EscapedPath() != "/reset" || u.User != nil || u.Fragment != "" {
			t.Fatalf("%q leads to %q", requested, link)
		}
	})
}
