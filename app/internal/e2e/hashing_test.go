package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity14_PasswordsAreComparedWhole uses the real hasher over the real wire. Trimming
// a password, or cutting it at 72 bytes or at a NUL, turns it red.
func TestSecurity14_PasswordsAreComparedWhole(t *testing.T) {
	t.Parallel()
	env := append(withoutPassword(t.TempDir()), "LIMIT_LOGIN_ACCOUNT=off")
	long := "  " + strings.Repeat("0123456789", 9) + " end "
	p := serve(t, append(env, "ADMIN_PASSWORD="+long))
	try := func(password string) domain.Code {
		_, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: password, Mode: domain.ModeJSON})
		return codeOf(err)
	}
	if code := try(long); code != "" {
		t.Fatalf("the right password: %s", code)
	}
	for what, other := range map[string]string{
		"cut at 72 bytes":      long[:72],
		"another end":          long[:80] + "another end",
		"trimmed":              strings.TrimSpace(long),
		"one blank less":       strings.TrimSuffix(long, " "),
		"a NUL and more":       long + "\x00more",
		"another case":         strings.ToUpper(long),
		"the NUL in the midst": long[:40] + "\x00" + long[41:],
	} {
		if code := try(other); code != domain.InvalidCredentials {
			t.Errorf("%s: got %q, want %s", what, code, domain.InvalidCredentials)
		}
	}
}

// TestSecurity16_HashingIsBounded asks for 300 logins at once at the default memory of a
// hash. Without the bound that would be 19 GiB: removing the gate turns it red.
func TestSecurity16_HashingIsBounded(t *testing.T) {
	t.Parallel()
	p := serve(t, append(cheap(t.TempDir()),
		"HASH_MEMORY_COST=65536", "HASH_QUEUE=40", "HASH_CONCURRENCY=2", "LIMIT_LOGIN_ACCOUNT=off", "LIMIT_LOGIN_ADDRESS=off", "REQUEST_TIMEOUT=60s"))
	var logins sync.WaitGroup
	var mu sync.Mutex
	codes := map[domain.Code]int{}
	for range 300 {
		logins.Go(func() {
			_, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, Mode: domain.ModeJSON})
			mu.Lock()
			defer mu.Unlock()
			codes[outcome(err)]++
		})
	}
	logins.Wait()
	if codes["200"] < 40 || codes["200"]+codes[domain.ServiceUnavailable] != 300 {
		t.Errorf("got %v, want at least 40 logins, and SERVICE_UNAVAILABLE with a time to come back for the rest", codes)
	}
	if peak, ok := peakMemory(t, p.command.Process.Pid); ok && peak > 512<<20 {
		t.Errorf("the program took %d MiB at its peak", peak>>20)
	}
	login(t, p.Client, domain.ModeJSON)
}

// outcome is the code of an answer, "200" for none, and says more where it is not what a
// client can act on.
func outcome(err error) domain.Code {
	switch code := codeOf(err); {
	case err == nil:
		return "200"
	case code == domain.ServiceUnavailable && !saysWhen(err):
		return "SERVICE_UNAVAILABLE without Retry-After"
	case code != "":
		return code
	}
	return domain.Code(fmt.Sprint(err))
}

// peakMemory returns the most that the process has held, where the system says so.
func peakMemory(t *testing.T, pid int) (bytes int64, ok bool) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes << 10, true
		}
	}
	return 0, false
}
