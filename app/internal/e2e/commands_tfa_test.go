package e2e

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// secondFactor turns on that of the administrator and returns its recovery codes, which unlike
// codes of the app need no time to pass between two of them.
func secondFactor(t *testing.T, p *process) []string {
	t.Helper()
	mine := auth.Credential{Bearer: login(t, p.Client, domain.ModeJSON).Access}
	setup, err := p.GenerateTFA(t.Context(), mine, adminPassword)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := totp.DecodeSecret(setup.Secret)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := p.EnableTFA(t.Context(), mine, auth.TFAEnable{Secret: setup.Secret, OTP: totp.Code(secret, totp.Step(time.Now()))})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func loginWith(t *testing.T, p *process, otp string) domain.Code {
	t.Helper()
	_, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, OTP: otp, Mode: domain.ModeJSON})
	return codeOf(err)
}

// TestSecondFactorsOutliveAChangeOfTheDataKey changes DATA_KEY as docs/operations.md has it, and seals the
// secrets anew beside the running service.
func TestSecondFactorsOutliveAChangeOfTheDataKey(t *testing.T) {
	t.Parallel()
	const before, after = "DATA_KEY=aWq9oZb2hA4tVYk1jLr8sNc5xTfu3Pe0", "DATA_KEY=bXr0pAc3iB5uWZl2kMs9tOd6yUgv4Qf1"
	const both = "DATA_KEY_PREVIOUS=aWq9oZb2hA4tVYk1jLr8sNc5xTfu3Pe0"
	env := cheap(t.TempDir())
	p := serve(t, append(env, before))
	codes := secondFactor(t, p)
	p.stop(t)

	p = serve(t, append(env, after))
	if got := loginWith(t, p, codes[0]); got != domain.ServiceUnavailable {
		t.Errorf("a login whose secret no key opens: got %q, want no answer", got)
	}
	output, err := sallyport(t, append(env, after), "keys", "reseal").CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.Contains(string(output), "DATA_KEY_PREVIOUS") {
		t.Errorf("got %v and %q, want that the key is missing", err, output)
	}
	p.stop(t)

	p = serve(t, append(env, after, both))
	if got := loginWith(t, p, codes[1]); got != "" {
		t.Errorf("a login with both keys: got %q", got)
	}
	for _, want := range []string{"sealed the secrets of 1 second factors", "sealed the secrets of 0 second factors"} {
		if got := command(t, append(env, after, both), "", "keys", "reseal"); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	p.stop(t)

	p = serve(t, append(env, after))
	if got := loginWith(t, p, codes[2]); got != "" {
		t.Errorf("a login with the new key alone: got %q", got)
	}
	if got := loginWith(t, p, ""); got != domain.InvalidOTP {
		t.Errorf("a login without a code: got %q", got)
	}
	command(t, append(env, after), "", "users", "tfa-reset", adminEmail)
	if got := loginWith(t, p, ""); got != "" {
		t.Errorf("a login after users tfa-reset: got %q", got)
	}
}
