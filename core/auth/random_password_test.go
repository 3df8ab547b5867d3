package auth_test

import (
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
)

func TestRandomPassword(t *testing.T) {
	for _, text := range []string{
		"",
		"/^.{8,}$/",
		strong,
		// What people find when they look for a pattern of passwords.
		`^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[a-zA-Z\d]{8,}$`,
		`^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,}$`,
		`^(?=.*[A-Za-z])(?=.*\d)(?=.*[@$!%*#?&])[A-Za-z\d@$!%*#?&]{8,16}$`,
		`^.{10,12}$`,
	} {
		policy, err := auth.ParsePasswordPolicy(text)
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]bool{}
		for range 50 {
			password, err := auth.RandomPassword(policy)
			if err != nil || !policy.Allows(password) || len(password) < 12 || auth.CheckNewPassword(password, "") != nil {
				t.Fatalf("%q: got %q and error %v, want a password that it allows", text, password, err)
			}
			made[password] = true
		}
		if len(made) != 50 {
			t.Errorf("%q: got %d passwords in 50 times", text, len(made))
		}
	}
}

func TestRandomPasswordOfAPolicyThatHardlyAnyMatches(t *testing.T) {
	for _, text := range []string{`^\d{8}$`, "^sallyport", ".{30,}"} {
		policy, err := auth.ParsePasswordPolicy(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := auth.RandomPassword(policy); got != "" || !errors.Is(err, auth.ErrNoRandomPassword) {
			t.Errorf("%q: got %q and error %v, want %v", text, got, err, auth.ErrNoRandomPassword)
		}
	}
}
