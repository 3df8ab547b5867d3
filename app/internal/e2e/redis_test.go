package e2e

import (
	"net/http"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// withRedis are the settings of a service that keeps sessions and limits there.
func withRedis(server *redistest.Server, env []string) []string {
	return append(slices.Clone(env), "REDIS="+server.URL(), "SESSIONS_URL="+server.URL(), "REDIS_PREFIX="+server.Prefix())
}

// TestSecurity33_LimitsHoldAcrossInstancesInRedis is the one of databases, with Redis.
func TestSecurity33_LimitsHoldAcrossInstancesInRedis(t *testing.T) {
	t.Parallel()
	limitsHold(t, withRedis(redistest.Start(t), mariadbSettings(t)))
}

// TestSecurity33_LossOfRedisFailsClosed ends Redis as a power cut would. Until it is back nobody
// logs in and no session is used, and then everything is as it was: what was acknowledged holds,
// and nothing that was spent or ended is good again. To let a login pass that the limiter was not
// asked about, to answer 401 for want of an answer, or to run Redis without its append-only file,
// turns it red.
func TestSecurity33_LossOfRedisFailsClosed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Durable()...)
	env := withFaults(withRedis(server, mariadbSettings(t)))
	env = append(env, "LIMIT_LOGIN_ACCOUNT=100/1h", "DB_TIMEOUT=1s") // a limit, so that somebody is asked
	instances := []*instance{startInstance(t, env), startInstance(t, env)}
	createBystander(t, env)
	l := startLoad(t, clients{count: 4, sessionsEach: 8, logoutEvery: 31}, instances...)
	held := login(t, instances[0].client(), domain.ModeJSON)
	l.awaitUses(t, 200)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	for n, i := range instances {
		mustBeUnavailable(t, n, i, held)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	awaitReady(t, instances)
	l.awaitUses(t, 200)
	l.sessions = append(l.sessions, history.NewSession("held", held.Token))
	t.Logf("Redis killed: %v", l.judge(t, instances...))
}

// mustBeUnavailable tries what needs Redis. The instance lives, but wants no requests.
func mustBeUnavailable(t *testing.T, n int, i *instance, held struct{ Access, Token string }) {
	t.Helper()
	if err := guessAt(t, i.client(), adminPassword); outcome(err) != domain.ServiceUnavailable {
		t.Errorf("log in at instance %d: got %v, want %s", n+1, err, domain.ServiceUnavailable)
	}
	if err := guessAt(t, i.client(), "a wrong password"); outcome(err) != domain.ServiceUnavailable {
		t.Errorf("guess at instance %d: got %v, want %s", n+1, err, domain.ServiceUnavailable)
	}
	if _, err := i.client().Refresh(t.Context(), domain.ModeJSON, held.Token); outcome(err) != domain.ServiceUnavailable {
		t.Errorf("refresh at instance %d: got %v, want %s", n+1, err, domain.ServiceUnavailable)
	}
	if _, err := i.client().Me(t.Context(), auth.Credential{Bearer: held.Access}); outcome(err) != domain.ServiceUnavailable {
		t.Errorf("use a session at instance %d: got %v, want %s", n+1, err, domain.ServiceUnavailable)
	}
	if i.Ready(t.Context()) {
		t.Errorf("instance %d is ready, want it not to be", n+1)
	}
	if _, err := i.client().Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: "/livez"}); err != nil {
		t.Errorf("instance %d: got %v, want it to live", n+1, err)
	}
}
