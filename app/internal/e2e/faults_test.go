package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/redis/go-redis/v9"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres/postgrestest"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	// answerTime is how long the answer to a request may take that finds the server silent: the
	// DB_TIMEOUT of one second, the search for an outcome, and what a busy machine needs. The time
	// that a request has in all is far from it.
	answerTime = 8 * time.Second

	// recoveryTries is how many requests in turn may still meet what has died.
	recoveryTries = 3
)

// disturbed is a server that keeps sessions, and a service that reaches it through a network with
// faults.
type disturbed struct {
	part    string   // what the program calls it in its log
	env     []string // of the service
	network *faultProxy

	// What the program sends when it begins, rotates and ends a session.
	create, rotate, end []string

	kept func(ctx context.Context) (kept, error)

	// What only a database has.
	database *sql.DB // past the network
	spare    string  // a statement that spares its transaction in a deadlock with the service
	waiting  string  // a query for a statement of the service that waits for a lock
	waits    int     // how often it can wait within its time
}

// kept is what a server has of sessions.
type kept struct{ sessions, rotations int }

// forEachDisturbed runs a test on every server whose faults the service has to bear.
func forEachDisturbed(t *testing.T, test func(t *testing.T, d disturbed)) {
	t.Helper()
	forEachDisturbedDatabase(t, test)
	t.Run("redis", func(t *testing.T) { test(t, disturbedRedis(t)) })
}

// forEachDisturbedDatabase leaves out Redis, which has sessions and limits only.
func forEachDisturbedDatabase(t *testing.T, test func(t *testing.T, d disturbed)) {
	t.Helper()
	t.Run("mysql", func(t *testing.T) { test(t, disturbedMariaDB(t)) })
	t.Run("pg", func(t *testing.T) { test(t, disturbedPostgreSQL(t, asText)) })
}

func disturbedMariaDB(t *testing.T) disturbed {
	t.Helper()
	c := mariadb.Get(t).Database(t)
	network := startFaultProxy(t, fmt.Sprintf("%s:%d", c.Host, c.Port))
	past := mysqldriver.NewConfig()
	past.Net, past.Addr, past.DBName, past.User, past.Passwd = "tcp", fmt.Sprintf("%s:%d", c.Host, c.Port), c.Database, mysqltest.User, mysqltest.Password
	connector, err := mysqldriver.NewConnector(past)
	if err != nil {
		t.Fatal(err)
	}
	return disturbedSQL(t, sql.OpenDB(connector), disturbed{
		part: "mysql",
		// Not innodb_trx, which stands still for those who look often.
		waiting: `SELECT query_id FROM information_schema.processlist WHERE db = DATABASE() AND time_ms > 50
			AND (info LIKE 'UPDATE sessions %' OR info LIKE 'DELETE FROM sessions %' OR info LIKE 'UPDATE users SET email %')`,
		waits: 2,
		// The smaller transaction is the victim.
		spare:   `INSERT INTO rate_limits (bucket, tat) VALUES ('1', 0)` + strings.Repeat(`, (UUID(), 0)`, 50),
		env:     onServer(t, "mysql", "127.0.0.1", network.port(), c.Database, c.User, c.Password),
		network: network,
	})
}

// asText lets the driver of PostgreSQL send each statement as a text, as it does behind a pooler,
// so that a fault can wait for one. The settings of the session are the server's then, too.
const asText = "&default_query_exec_mode=exec"

// disturbedPostgreSQL adds options to the driver's connection string.
func disturbedPostgreSQL(t *testing.T, options string) disturbed {
	t.Helper()
	server := postgresql.Get(t)
	name := server.Create(t, "")
	network := startFaultProxy(t, fmt.Sprintf("127.0.0.1:%d", server.Port))
	past, err := sql.Open("pgx", server.ConnectionString(name))
	if err != nil {
		t.Fatal(err)
	}
	through := url.URL{
		Scheme: "postgres", User: url.UserPassword(postgrestest.User, postgrestest.Password), Path: "/" + name,
		Host: fmt.Sprintf("127.0.0.1:%d", network.port()), RawQuery: "sslmode=disable&deadlock_timeout=4s" + options,
	}
	env := slices.DeleteFunc(onServer(t, "pg", "", 0, "", "", ""), func(setting string) bool {
		return strings.HasPrefix(setting, "DB_") && !strings.HasPrefix(setting, "DB_CLIENT=")
	})
	return disturbedSQL(t, past, disturbed{
		part: "pg", env: append(env, "DB_CONNECTION_STRING="+through.String()), network: network,
		// The one that notices is the victim. The service looks when it has waited for four seconds.
		spare:   `SET LOCAL deadlock_timeout = '1min'`,
		waiting: `SELECT query_start FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
		waits:   1,
	})
}

// disturbedSQL completes d by what both databases have in common.
func disturbedSQL(t *testing.T, past *sql.DB, d disturbed) disturbed {
	t.Helper()
	t.Cleanup(func() {
		if err := past.Close(); err != nil {
			t.Error(err)
		}
	})
	d.env = bearable(d.env)
	d.create, d.rotate, d.end = []string{"INSERT INTO sessions"}, []string{"UPDATE sessions SET secret"}, []string{"DELETE FROM sessions WHERE id ="}
	d.database = past
	d.kept = func(ctx context.Context) (k kept, err error) {
		err = past.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(generation), 0) FROM sessions`).Scan(&k.sessions, &k.rotations)
		return k, err
	}
	return d
}

// disturbedRedis has sessions and limits in Redis, and the rest in a database that nothing
// disturbs.
func disturbedRedis(t *testing.T) disturbed {
	t.Helper()
	server := redistest.Start(t)
	prefix := server.Prefix()
	network := startFaultProxy(t, server.Address())
	past := redis.NewClient(&redis.Options{Addr: server.Address()})
	t.Cleanup(func() {
		if err := past.Close(); err != nil {
			t.Error(err)
		}
	})
	through := fmt.Sprintf("redis://127.0.0.1:%d", network.port())
	return disturbed{
		part:    "redis",
		env:     append(bearable(mariadbSettings(t)), "REDIS="+through, "SESSIONS_URL="+through, "REDIS_PREFIX="+prefix),
		network: network,
		// Scripts are sent by a hash. Two of them are told the client's name, and a third, but for
		// its hash, the prefix and one key only.
		create: []string{agent}, rotate: []string{agent}, end: []string{"*5\r\n$7\r\nevalsha\r\n"},
		kept: func(ctx context.Context) (k kept, err error) {
			keys, err := past.Keys(ctx, prefix+"session:*").Result()
			for _, key := range keys {
				generation, failure := past.HGet(ctx, key, "generation").Int()
				k.sessions, k.rotations, err = k.sessions+1, k.rotations+generation, errors.Join(err, failure)
			}
			return k, err
		},
	}
}

// agent is what the clients of these tests call themselves.
const agent = "Go-http-client"

// bearable are the settings of a service that waits a second for its servers. It limits what it
// has to, but not the tests.
func bearable(env []string) []string {
	return append(slices.Clone(env), "DB_TIMEOUT=1s", "REQUEST_TIMEOUT=25s", "REFRESH_TOKEN_GRACE_PERIOD=5m",
		"LIMIT_LOGIN_ACCOUNT=100000/1h", "LIMIT_LOGIN_ADDRESS=100000/1h", "LIMIT_RESET_ACCOUNT=100000/1h", "LIMIT_RESET_ADDRESS=100000/1h")
}

// mustKeep compares what the server has with what it should have.
func (d disturbed) mustKeep(t *testing.T, want kept) {
	t.Helper()
	got, err := d.kept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("the server keeps %+v, want %+v", got, want)
	}
}

func (d disturbed) mustRead(t *testing.T) kept {
	t.Helper()
	got, err := d.kept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// awaitKept waits until the server has what is wanted.
func (d disturbed) awaitKept(t *testing.T, want kept) {
	t.Helper()
	await(t, fmt.Sprintf("the server to keep %+v", want), func() bool { return d.mustRead(t) == want })
}

// await waits until holds does.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit, look := time.NewTimer(patience), time.NewTicker(10*time.Millisecond)
	defer limit.Stop()
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-limit.C:
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// mustBe503 makes a request that finds the server disturbed.
func mustBe503(t *testing.T, what string, request func() error) {
	t.Helper()
	begun := time.Now()
	err := request()
	if outcome(err) != domain.ServiceUnavailable {
		t.Errorf("%s: got %v, want %s", what, outcome(err), domain.ServiceUnavailable)
	}
	if took := time.Since(begun); took > answerTime {
		t.Errorf("%s: took %v, want no more than %v", what, took, answerTime)
	}
}

// mustRecover makes a request that may meet connections that have died since.
func mustRecover(t *testing.T, what string, request func() error) {
	t.Helper()
	var err error
	for range recoveryTries {
		if err = request(); outcome(err) != domain.ServiceUnavailable {
			break
		}
	}
	if err != nil {
		t.Errorf("%s: got %v, want it to work again", what, err)
	}
}

// refresh uses a token, and returns its successor and the access token beside it.
func refresh(t *testing.T, c restclient.Client, mode domain.Mode, token string) (next struct{ Access, Token string }, err error) {
	t.Helper()
	reply, err := c.Refresh(t.Context(), mode, token)
	return struct{ Access, Token string }{reply.Access, reply.Token}, err
}

// mustRefresh is refresh that may meet connections that have died since.
func mustRefresh(t *testing.T, what string, c restclient.Client, token string) (next struct{ Access, Token string }) {
	t.Helper()
	mustRecover(t, what, func() (err error) {
		next, err = refresh(t, c, domain.ModeJSON, token)
		return err
	})
	return next
}

// mustLogin is login that may meet connections that have died since.
func mustLogin(t *testing.T, c restclient.Client, password string) {
	t.Helper()
	mustRecover(t, "log in", func() error { return guessAt(t, c, password) })
}

// ready asks whether the program wants requests.
func ready(t *testing.T, c restclient.Client) (int, error) {
	t.Helper()
	response, err := c.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: "/readyz"})
	return response.Status, err
}

// useSession reads the own account.
func useSession(t *testing.T, c restclient.Client, access string) error {
	t.Helper()
	_, err := c.Me(t.Context(), auth.Credential{Bearer: access})
	return err
}

// count returns how often the program has logged the text.
func (l *log) count(text string) int { return strings.Count(l.String(), text) }

// count returns how many rows a table has, or those that a condition is true of.
func (d disturbed) count(t *testing.T, rows string) (n int) {
	t.Helper()
	if err := d.database.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+rows).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// waitingStatement tells a statement that waits for a lock from others, and is empty without one.
func (d disturbed) waitingStatement(t *testing.T) (statement string) {
	t.Helper()
	if err := d.database.QueryRowContext(t.Context(), d.waiting).Scan(&statement); err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	return statement
}
