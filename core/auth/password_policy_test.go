package auth_test

import (
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// strong is the stricter of the two policies that the reference service offers.
const strong = `/(?=^.{8,}$)(?=.*\d)(?=.*[!@#$%^&*()_+}{';'?>.<,])(?!.*\s)(?=.*[A-Z])(?=.*[a-z]).*$/`

func TestPasswordPolicy(t *testing.T) {
	for _, test := range []struct {
		policy  string
		allowed []string
		refused []string
	}{
		{"", []string{"", "anything"}, nil},
		{"/^.{8,}$/", []string{"12345678", "\u00e4\u00f6\u00fc\u00df\u00e9\u00e8\u00ea\u00eb"}, []string{"1234567", "12345678\n"}},
		{`\d`, []string{"a1b"}, []string{"ab"}},
		{"^a|b$", []string{"a...", "...b"}, []string{"ba", ""}},
		{strong, []string{"Aa1!aaaa", "\u00e4Aa1,aaa"}, []string{"Aa1!aaa", "aa1!aaaa", "AA1!AAAA", "Aaa!aaaa", "Aa1aaaaa", "Aa1!aaa a", " Aa1!aaaa"}},
		{`^(?=.*[)\]|(])(?!x).{3}$`, []string{"ab)", "a]b", "(ab", "|ab"}, []string{"abc", "x)a", "ab)c"}},
		{`^(?=[])]a)`, []string{"]a", ")ab"}, []string{"a", "xa"}},
		{`^(?=[^)]b)(?=a\)?)`, []string{"ab"}, []string{")b", "b"}},
		{`/^a[/]\/b$`, []string{"a//b"}, []string{"a/b"}},
		{"a/b", []string{"a/b"}, []string{"ab"}},
		{`^(?:\(\?<=|[(?<=]x)$`, []string{"(?<=", "<x"}, []string{"x"}},
		{`^(?=(a|b)c)(x|.*)$`, []string{"ac", "bcd"}, []string{"cc"}},
	} {
		policy, err := auth.ParsePasswordPolicy(test.policy)
		if err != nil {
			t.Errorf("%q: got %v", test.policy, err)
			continue
		}
		for _, password := range test.allowed {
			if !policy.Allows(password) {
				t.Errorf("%q: refuses %q", test.policy, password)
			}
		}
		for _, password := range test.refused {
			if policy.Allows(password) {
				t.Errorf("%q: allows %q", test.policy, password)
			}
		}
	}
}

func TestPasswordPolicyThatCannotBeKeptIsRefused(t *testing.T) {
	for policy, want := range map[string]string{
		"[":                    "missing closing",
		"(?=a":                 "not closed",
		"(?=a)b":               "write ^ before",
		"(?!^a)b":              "write ^ before",
		"(?=^a|b)b":            "write ^ before",
		"^(?=a)b|c":            "in brackets",
		"^(?=(?=a)b)c":         "invalid or unsupported",
		"a(?<=b)":              "look-behind",
		"^(?=.*(?<!a)b)":       "look-behind",
		"/^.{12,}$/i":          "behind the closing slash",
		"/a/b":                 "behind the closing slash",
		"^(?=[)b":              "not closed",
		`/^(?=.*\q)/`:          "invalid escape",
		strings.Repeat("(", 9): "missing closing",
	} {
		got, err := auth.ParsePasswordPolicy(policy)
		if err == nil || !strings.Contains(err.Error(), want) || !got.Allows("") {
			t.Errorf("%q: got %v, want %q in an error, and the zero policy", policy, err, want)
		}
	}
}

// Red when checkNewPassword's "!s.settings.PasswordPolicy.Allows(password)" is "false".
func TestSecurity17_ARefusedPasswordIsNotEchoedAndSpendsNoToken(t *testing.T) {
	settings := auth.DefaultSettings()
	policy, err := auth.ParsePasswordPolicy(strong)
	if err != nil {
		t.Fatal(err)
	}
	settings.PasswordPolicy = policy
	var log logbook
	w := newWorld(t, settings, logged(&log))
	w.seedAnn(t, nil)
	w.forgot(t, annEmail)
	w.deliver(t)
	token := w.resetToken(t)
	const good = "Xk5!vorteilhaft"
	for _, bad := range []string{"no-upper-case-1", "Password123456", "Xk5!vo", "Xk5!vorteil haft", "xk5!" + annEmail} {
		err := w.service.Reset(t.Context(), token, bad, domain.Client{})
		failure := wantCode(t, err, domain.FailedValidation)
		if failure.Field != "password" || strings.Contains(failure.Message+failure.Reason, bad) || strings.Contains(log.String(), bad) {
			t.Errorf("%q: got %+v, want the field and never the password", bad, failure)
		}
	}
	wantCode(t, w.service.Reset(t.Context(), token, good, domain.Client{}), "")
	_, err = w.tryLogin(t, annEmail, good, domain.ModeJSON)
	wantCode(t, err, "")
}

// Red when CheckNewPassword says of the address what it says of common passwords.
func TestAPasswordThatIsTheAddressIsToldSo(t *testing.T) {
	failure := wantCode(t, auth.CheckNewPassword("Ann@Example.com", annEmail), domain.FailedValidation)
	if !strings.Contains(failure.Reason, "address") {
		t.Errorf("got reason %q, want it to name the address", failure.Reason)
	}
}

func TestTheListOfCommonPasswordsIsSearchedWhole(t *testing.T) {
	// The first, the last and some of the lines, and their neighbours.
	for password, want := range map[string]bool{
		"!qaz2wsx": true, "~!@#$%^&*": false, "password123": true, "PASSWORD": true, "zxcvbnm123": true,
		"password1234": true, "iloveyou": true, "zzzzzzz1": true, "zzzzzzzzz2": false, "vorteilhaft": false, "passwor d": false,
	} {
		err := auth.CheckNewPassword(password, "")
		if got := codeOf(err) == domain.FailedValidation; got != want {
			t.Errorf("%s: got refused %t, want %t", password, got, want)
		}
	}
}
