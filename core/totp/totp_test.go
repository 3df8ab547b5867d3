package totp_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/totp"
)

var rfcSecret = []byte("12345678901234567890")

// TestCode has the test values of RFC 4226, appendix D, and of RFC 6238, appendix B, of whose
// eight digits the last six are the code of six.
func TestCode(t *testing.T) {
	for step, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		if got := totp.Code(rfcSecret, int64(step)); got != want {
			t.Errorf("RFC 4226, count %d: got %s, want %s", step, got, want)
		}
	}
	for seconds, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := totp.Code(rfcSecret, totp.Step(time.Unix(seconds, 0))); got != want[2:] {
			t.Errorf("RFC 6238, second %d: got %s, want %s", seconds, got, want[2:])
		}
	}
}

func TestStep(t *testing.T) {
	for seconds, want := range map[int64]int64{0: 0, 29: 0, 30: 1, 59: 1, 60: 2, 1111111109: 0x23523EC, 20000000000: 0x27BC86AA} {
		if got := totp.Step(time.Unix(seconds, 999_999_999)); got != want {
			t.Errorf("second %d: got step %d, want %d", seconds, got, want)
		}
	}
}

func TestMatchKnowsOneStepOnEitherSide(t *testing.T) {
	now := time.Unix(1_800_000_015, 0)
	current := totp.Step(now)
	for away := int64(-11); away <= 11; away++ {
		step, ok := totp.Match(rfcSecret, totp.Code(rfcSecret, current+away), now)
		want := away >= -1 && away <= 1
		if ok != want || ok && step != current+away {
			t.Errorf("%d steps away: got step %d and %t, want %d and %t", away, step, ok, current+away, want)
		}
	}
}

func TestMatchBeginsAndEndsWithTheStep(t *testing.T) {
	const begin = 1_800_000_000 // of a step
	code := totp.Code(rfcSecret, totp.Step(time.Unix(begin, 0)))
	for at, want := range map[time.Time]bool{
		time.Unix(begin-30, 0).Add(-time.Nanosecond): false,
		time.Unix(begin-30, 0):                       true,
		time.Unix(begin+60, 0).Add(-time.Nanosecond): true,
		time.Unix(begin+60, 0):                       false,
	} {
		if _, got := totp.Match(rfcSecret, code, at); got != want {
			t.Errorf("%v after its step began: got %t, want %t", at.Sub(time.Unix(begin, 0)), got, want)
		}
	}
}

func TestMatchRefusesWhatIsNoCode(t *testing.T) {
	now := time.Unix(1_800_000_015, 0)
	good := totp.Code(rfcSecret, totp.Step(now))
	for _, code := range []string{
		"", " ", good[:5], good + "0", " " + good, good + " ", good + "\n", good[:3] + " " + good[3:], "+" + good[1:], "-" + good[1:],
		arabic(good), fullWidth(good), strings.Repeat(good, 1000), good[:5] + "\x00", "0x1234", "12e456", "\xff\xff\xff\xff\xff\xff",
	} {
		if _, ok := totp.Match(rfcSecret, code, now); ok {
			t.Errorf("%q: got a match", code)
		}
	}
	if _, ok := totp.Match(bytes.Repeat([]byte("x"), 20), good, now); ok {
		t.Error("got a match for another secret")
	}
}

func arabic(code string) string    { return shifted(code, '\u0660'-'0') }
func fullWidth(code string) string { return shifted(code, '\uff10'-'0') }

func shifted(code string, by rune) string {
	return strings.Map(func(r rune) rune { return r + by }, code)
}

func TestSecrets(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		secret := totp.NewSecret()
		text := totp.EncodeSecret(secret)
		back, err := totp.DecodeSecret(strings.ToLower(text))
		if err != nil || !bytes.Equal(back, secret) || len(secret)*8 != 160 || len(text) != 32 || seen[text] {
			t.Fatalf("got %d bytes, %d characters, error %v, seen before: %t", len(secret), len(text), err, seen[text])
		}
		seen[text] = true
	}
	for name, text := range map[string]string{
		"empty": "", "72 bits": strings.Repeat("A", 15), "one bit too many": strings.Repeat("A", 32) + "B", "padding": strings.Repeat("A", 32) + "======",
		"digit one": strings.Repeat("A", 31) + "1", "blank": strings.Repeat("A", 16) + " " + strings.Repeat("A", 16),
		"line break": strings.Repeat("A", 32) + "\n", "endless": strings.Repeat("A", 8000), "NUL": strings.Repeat("A", 31) + "\x00",
	} {
		_, err := totp.DecodeSecret(text)
		if err == nil {
			t.Errorf("%s: got no error", name)
		} else if len(text) > 3 && strings.Contains(err.Error(), text[:4]) {
			t.Errorf("%s: got an error that repeats the secret", name)
		}
	}
}

func TestURL(t *testing.T) {
	got := totp.URL("Acme & Sons: Door", "ann+x@example.com", rfcSecret)
	u, err := url.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Acme & Sons  Door:ann+x@example.com" {
		t.Errorf("got %q", got)
	}
	want := map[string]string{
		"secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "period": "30", "digits": "6", "algorithm": "SHA1", "issuer": "Acme & Sons  Door",
	}
	for name, value := range want {
		if got := u.Query().Get(name); got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	if len(u.Query()) != len(want) {
		t.Errorf("got %v, want no more than %v", u.Query(), want)
	}
}

func ExampleMatch() {
	secret := []byte("12345678901234567890")
	step, ok := totp.Match(secret, "005924", time.Unix(1234567890, 0))
	fmt.Println(step, ok)
	// Output: 41152263 true
}
