package e2e

import (
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity21_OneTokenIsSpentOnceOverTwoInstances uses one token 200 times at once. Without a
// grace period exactly one use succeeds; with one, all do, and with the one same successor. A
// Rotate of sqlstore that reads, compares and then writes by the session's ID alone turns it red.
func TestSecurity21_OneTokenIsSpentOnceOverTwoInstances(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) {
		for name, c := range map[string]struct {
			grace      string
			successful int
		}{
			"without a grace period": {"0s", 1},
			"with a grace period":    {"1m", uses},
		} {
			t.Run(name, func(t *testing.T) {
				env := append(withFaults(env), "REFRESH_TOKEN_GRACE_PERIOD="+c.grace)
				instances := []*instance{startInstance(t, env), startInstance(t, env)}
				for round := range 20 {
					token := login(t, instances[round%2].client(), domain.ModeJSON).Token
					outcomes, successors := useAtOnce(t, token, instances)
					if outcomes["200"] != c.successful || outcomes["200"]+outcomes[domain.InvalidCredentials] != uses || len(successors) != 1 {
						t.Fatalf("round %d: got %v with %d different successors, want %d times 200 with one", round, outcomes, len(successors), c.successful)
					}
				}
			})
		}
	})
}

// uses is how often useAtOnce uses a token.
const uses = 200

// useAtOnce uses the token over all instances, and returns how many uses had which outcome, and
// the tokens that were given out.
func useAtOnce(t *testing.T, token string, instances []*instance) (outcomes map[domain.Code]int, successors map[string]bool) {
	t.Helper()
	var mu sync.Mutex
	outcomes, successors = map[domain.Code]int{}, map[string]bool{}
	var running sync.WaitGroup
	begin := make(chan struct{})
	for i := range uses {
		running.Go(func() {
			<-begin
			reply, err := instances[i%len(instances)].client().Refresh(t.Context(), domain.ModeJSON, token)
			mu.Lock()
			defer mu.Unlock()
			outcomes[outcome(err)]++
			if err == nil {
				successors[reply.Token] = true
			}
		})
	}
	close(begin)
	running.Wait()
	return outcomes, successors
}

// TestSecurity23And25_RotationsOutliveTheKillOfAnInstance lets clients hop between two instances
// on one database, of which now the one and now the other is killed. A Rotate of sqlstore that writes
// after it has returned turns it red.
func TestSecurity23And25_RotationsOutliveTheKillOfAnInstance(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) {
		const rounds = 20
		env = withFaults(env)
		chance := random(t)
		instances := []*instance{startInstance(t, env), startInstance(t, env)}
		createBystander(t, env)
		var figures history.Figures
		for round := range rounds {
			l := startLoad(t, clients{count: 8, sessionsEach: 8, logoutEvery: 31}, instances...)
			l.awaitUses(t, 50+chance.IntN(150))
			wait(chance)
			instances[round%2].kill()
			l.awaitUses(t, 50) // with the other one alone
			instances[round%2].start(t)
			l.awaitUses(t, 50)
			figures = figures.Add(l.judge(t, instances...))
			if t.Failed() {
				t.Fatalf("in round %d", round)
			}
		}
		if figures.Logouts == 0 || figures.Unknown == 0 {
			t.Errorf("got %v: want some logouts and some unknown outcomes", figures)
		}
		t.Logf("%d times kill -9 of one of two: %v", rounds, figures)
	})
}

// TestSecurity33_LogoutHoldsOnEveryInstance ends a session at one instance, and a thief's at
// another: nothing of them is good at either. To remember sessions in an instance turns it red.
func TestSecurity33_LogoutHoldsOnEveryInstance(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) {
		env = withFaults(env)
		one, other := startInstance(t, env), startInstance(t, env)
		mustRefuse := func(what string, held struct{ Access, Token string }) {
			t.Helper()
			for n, i := range []*instance{one, other} {
				if _, err := i.client().Me(t.Context(), auth.Credential{Bearer: held.Access}); codeOf(err) != domain.InvalidCredentials {
					t.Errorf("%s: the access token at instance %d: got %v, want %s", what, n+1, err, domain.InvalidCredentials)
				}
				if _, err := i.client().Refresh(t.Context(), domain.ModeJSON, held.Token); codeOf(err) != domain.InvalidCredentials {
					t.Errorf("%s: the refresh token at instance %d: got %v, want %s", what, n+1, err, domain.InvalidCredentials)
				}
			}
		}

		held := login(t, one.client(), domain.ModeJSON)
		if _, err := other.client().Me(t.Context(), auth.Credential{Bearer: held.Access}); err != nil {
			t.Fatalf("the other instance does not know the session: %v", err)
		}
		if err := other.client().Logout(t.Context(), domain.ModeJSON, held.Token); err != nil {
			t.Fatal(err)
		}
		mustRefuse("logged out", held)

		held = login(t, one.client(), domain.ModeJSON)
		next, err := other.client().Refresh(t.Context(), domain.ModeJSON, held.Token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := one.client().Refresh(t.Context(), domain.ModeJSON, held.Token); codeOf(err) != domain.InvalidCredentials {
			t.Fatalf("a spent token: got %v, want %s", err, domain.InvalidCredentials)
		}
		mustRefuse("reused", struct{ Access, Token string }{next.Access, next.Token})
	})
}

// TestSecurity33_LimitsHoldAcrossInstances guesses at two instances at once, which let through as
// many guesses together as one alone. A limiter in the memory of each instance turns it red.
func TestSecurity33_LimitsHoldAcrossInstances(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) { limitsHold(t, env) })
}

// limitsHold is the test of limits, wherever the settings say that they are kept.
func limitsHold(t *testing.T, env []string) {
	t.Helper()
	const limit = 5
	env = append(withFaults(env), "LIMIT_LOGIN_ACCOUNT=5/1h")
	instances := []*instance{startInstance(t, env), startInstance(t, env)}
	var mu sync.Mutex
	outcomes := map[domain.Code]int{}
	var running sync.WaitGroup
	for guess := range 8 * limit {
		running.Go(func() {
			err := guessAt(t, instances[guess%2].client(), "a wrong password")
			mu.Lock()
			defer mu.Unlock()
			outcomes[outcome(err)]++
		})
	}
	running.Wait()
	// A guess whose instance read its clock before the first guess counted is turned away for the
	// moment between the two, which may leave some for later.
	for outcomes[domain.InvalidCredentials] < limit {
		code := outcome(guessAt(t, instances[0].client(), "a wrong password"))
		outcomes[code]++
		if code != domain.InvalidCredentials {
			break
		}
	}
	if outcomes[domain.InvalidCredentials] != limit || len(outcomes) != 2 {
		t.Errorf("got %v, want %d guesses looked at and the rest turned away", outcomes, limit)
	}
	for n, i := range instances {
		if err := guessAt(t, i.client(), adminPassword); codeOf(err) != domain.RequestsExceeded {
			t.Errorf("the right password at instance %d: got %v, want %s", n+1, err, domain.RequestsExceeded)
		}
	}
}

func guessAt(t *testing.T, c restclient.Client, password string) error {
	t.Helper()
	_, err := c.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: password, Mode: domain.ModeJSON})
	return err
}
