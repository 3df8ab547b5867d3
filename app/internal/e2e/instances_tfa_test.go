package e2e

import (
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// TestSecurity57_ACodeIsSpentOnceOverTwoInstances shows one code, and then one recovery code, 40
// times at once to two instances on one database: one login succeeds, and so does one of 40 who turn
// the second factor off. An AdvanceTOTP of sqlstore without its last condition turns it red, and so
// does an Update without the version.
func TestSecurity57_ACodeIsSpentOnceOverTwoInstances(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) {
		env = append(withFaults(env), "LIMIT_TFA_ACCOUNT=off")
		instances := []*instance{startInstance(t, env), startInstance(t, env)}
		one := instances[0].client()
		held := login(t, one, domain.ModeJSON)
		mine := auth.Credential{Bearer: held.Access}
		setup, err := one.GenerateTFA(t.Context(), mine, adminPassword)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := totp.DecodeSecret(setup.Secret)
		if err != nil {
			t.Fatal(err)
		}
		// The service takes the next code, too, so that nobody has to wait for it.
		step := totp.Step(time.Now())
		recovery, err := one.EnableTFA(t.Context(), mine, auth.TFAEnable{Secret: setup.Secret, OTP: totp.Code(secret, step)})
		if err != nil {
			t.Fatal(err)
		}
		show := func(otp string) func(i int) error {
			return func(i int) error {
				_, err := instances[i%2].client().Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, OTP: otp, Mode: domain.ModeJSON})
				return err
			}
		}
		wantOneOf(t, "logins with a code", domain.InvalidOTP, show(totp.Code(secret, step+1)))
		wantOneOf(t, "logins with a recovery code", domain.InvalidOTP, show(recovery[0]))
		wantOneOf(t, "ways to turn it off", domain.InvalidPayload, func(i int) error {
			return instances[i%2].client().DisableTFA(t.Context(), mine, recovery[1])
		})
	})
}

// wantOneOf makes 40 calls at once, and wants one to succeed and the others to be refused so.
func wantOneOf(t *testing.T, what string, refusal domain.Code, call func(i int) error) {
	t.Helper()
	const calls = 40
	var mu sync.Mutex
	outcomes := map[domain.Code]int{}
	var running sync.WaitGroup
	begin := make(chan struct{})
	for i := range calls {
		running.Go(func() {
			<-begin
			err := call(i)
			mu.Lock()
			defer mu.Unlock()
			outcomes[outcome(err)]++
		})
	}
	close(begin)
	running.Wait()
	if outcomes["200"] != 1 || outcomes["200"]+outcomes[refusal] != calls {
		t.Errorf("%s: got %v, want one 200", what, outcomes)
	}
}
