package e2e

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// strictPolicy is the stricter of the two that the reference service offers.
const strictPolicy = `/(?=^.{8,}$)(?=.*\d)(?=.*[!@#$%^&*()_+}{';'?>.<,])(?!.*\s)(?=.*[A-Z])(?=.*[a-z]).*$/`

// leakedPasswords makes a list of hashes that hold the passwords among others.
func leakedPasswords(t testing.TB, passwords ...string) (path string) {
	t.Helper()
	for i := range 1000 {
		passwords = append(passwords, fmt.Sprintf("another %d", i))
	}
	lines := make([]string, len(passwords))
	for i, password := range passwords {
		lines[i] = fmt.Sprintf("%X:%d\r\n", sha1.Sum([]byte(password)), i+1)
	}
	slices.Sort(lines)
	path = filepath.Join(t.TempDir(), "leaked.txt")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSecurity17_NoPathTakesAPasswordThatIsKnown: a list of checkers that does not reach the
// service, or checkNewPassword that does not ask them, turns it red.
func TestSecurity17_NoPathTakesAPasswordThatIsKnown(t *testing.T) {
	t.Parallel()
	const leaked, guessable, good = "Vx9!leaked-quokka", "Monkey-house1!", "Vx9!plinth-oxbow-quaver"
	dir, list := t.TempDir(), leakedPasswords(t, leaked)
	env := append(withoutPassword(dir), "PASSWORD_BREACHED_FILE="+list, "PASSWORD_MIN_SCORE=3", "PASSWORD_POLICY="+strictPolicy)
	p := serve(t, env)

	// The random password is one that the policy allows.
	content, err := os.ReadFile(filepath.Join(dir, "admin-password"))
	if err != nil {
		t.Fatal(err)
	}
	first := strings.TrimSpace(string(content))
	enter := func(email, password string) auth.Credential {
		t.Helper()
		reply, err := p.Login(t.Context(), auth.LoginInput{Email: email, Password: password, Mode: domain.ModeJSON})
		if err != nil {
			t.Fatalf("log %s in: %v", email, err)
		}
		return auth.Credential{Bearer: reply.Access}
	}
	root := enter(adminEmail, first)
	command(t, env, good+"\n", "users", "create", "ann@example.com", "--password-stdin")
	ann := enter("ann@example.com", good)
	me, err := p.Me(t.Context(), ann)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.RequestReset(t.Context(), "ann@example.com", ""); err != nil {
		t.Fatal(err)
	}
	awaitDelivery(t, dir)
	mails := readMailbox(t, dir)
	if len(mails) != 1 {
		t.Fatalf("got %d mails, want one", len(mails))
	}
	token := tokenInText(t, mails[0].Text)

	of := func(password string) auth.AccountPatch {
		return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: &password}}
	}
	paths := map[string]func(password string) error{
		"POST /auth/password/reset": func(password string) error { return p.Reset(t.Context(), token, password) },
		"PATCH /users/me": func(password string) error {
			_, _, err := p.UpdateMe(t.Context(), ann, of(password).ProfilePatch)
			return err
		},
		"POST /users": func(password string) error {
			patch := of(password)
			patch.Email = new("bob@example.com")
			_, err := p.CreateAccount(t.Context(), root, patch)
			return err
		},
		"PATCH /users/:id": func(password string) error {
			_, err := p.UpdateAccount(t.Context(), root, me.ID, of(password))
			return err
		},
	}
	for name, set := range paths {
		for password, reason := range map[string]string{leaked: "have leaked", guessable: "too easy to guess", "monkey-house": "rules for passwords here"} {
			err := set(password)
			failure, ok := errors.AsType[*domain.Error](err)
			if !ok || failure.Code != domain.FailedValidation || failure.Field != "password" || failure.Type != "regex" || !strings.Contains(failure.Reason, reason) || strings.Contains(failure.Message, password) {
				t.Errorf("%s, %q: got %#v, want a refusal that says %q, and not the password", name, password, err, reason)
			}
		}
	}
	for _, line := range []string{"users create bob@example.com --password-stdin", "users passwd ann@example.com --password-stdin"} {
		refusing := sallyport(t, env, strings.Fields(line)...)
		refusing.Stdin = strings.NewReader(leaked + "\n")
		output, err := refusing.CombinedOutput()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.ExitCode() != 2 || !strings.Contains(string(output), "have leaked elsewhere") {
			t.Errorf("%s: got %v, %s, want a refusal", line, err, output)
		}
	}

	// Whatever cannot be looked up is neither taken nor refused for good, and nobody is kept out.
	if err := os.Truncate(list, 100); err != nil {
		t.Fatal(err)
	}
	for name, set := range paths {
		if err := set("Vx9!zenith-umber-tundra"); codeOf(err) != domain.ServiceUnavailable || !saysWhen(err) {
			t.Errorf("%s without the list: got %v, want %s and when to come back", name, err, domain.ServiceUnavailable)
		}
	}
	enter("ann@example.com", good)
	if log := p.log.String(); strings.Contains(log, leaked) || strings.Contains(log, guessable) || !strings.Contains(log, "has become shorter") {
		t.Errorf("got a log with a password, or without what went wrong:\n%s", log)
	}
	p.stop(t)

	// The token is unspent after all that.
	whole := append(env, "PASSWORD_BREACHED_FILE="+leakedPasswords(t, leaked))
	p = serve(t, whole)
	if err := p.Reset(t.Context(), token, "Vx9!zenith-umber-tundra"); err != nil {
		t.Errorf("set a sound password: %v", err)
	}
	enter("ann@example.com", "Vx9!zenith-umber-tundra")
}

func TestAStartWithoutUsablePasswordRules(t *testing.T) {
	t.Parallel()
	refused(t, append(cheap(t.TempDir()), "PASSWORD_BREACHED_FILE="+filepath.Join(t.TempDir(), "nowhere")), 2, "PASSWORD_BREACHED_FILE", "cannot be opened")
	refused(t, append(cheap(t.TempDir()), "PASSWORD_BREACHED_FILE="+leakedPasswords(t, adminPassword)), 2, "ADMIN_PASSWORD", "have leaked")
	refused(t, append(withoutPassword(t.TempDir()), `PASSWORD_POLICY=^\d{8}$`), 2, "ADMIN_PASSWORD", "PASSWORD_POLICY")
}
