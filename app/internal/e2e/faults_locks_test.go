package e2e

import (
	"context"
	"database/sql"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity94_ALockThatIsKeptIs503 lets another transaction keep the rows of sessions for longer
// than the service waits. When it has let go the token is as good as before. An error of the
// database that becomes INVALID_CREDENTIALS turns it red.
func TestSecurity94_ALockThatIsKeptIs503(t *testing.T) {
	t.Parallel()
	forEachDisturbedDatabase(t, func(t *testing.T, d disturbed) {
		p := serve(t, append(d.env, "REFRESH_TOKEN_GRACE_PERIOD=0s"))
		held := login(t, p.Client, domain.ModeJSON)
		before := d.mustRead(t)
		other := d.begin(t)
		other.exec(t, `SELECT id FROM sessions FOR UPDATE`)
		mustBe503(t, "refresh", func() error {
			_, err := refresh(t, p.Client, domain.ModeJSON, held.Token)
			return err
		})
		mustBe503(t, "log out", func() error { return p.Logout(t.Context(), domain.ModeJSON, held.Token) })
		await(t, "the statements to be given up", func() bool { return d.waitingStatement(t) == "" })
		other.rollback(t)
		d.mustKeep(t, before)
		mustRefresh(t, "the token", p.Client, held.Token)
		d.mustKeep(t, kept{before.sessions, before.rotations + 1})
	})
}

// TestSecurity94_ALockThatIsReleasedIsWaitedFor lets another transaction keep the rows for a
// while: with MariaDB until the server has told the service once that it has waited too long. To
// take that (1205) for the end turns it red.
func TestSecurity94_ALockThatIsReleasedIsWaitedFor(t *testing.T) {
	t.Parallel()
	forEachDisturbedDatabase(t, func(t *testing.T, d disturbed) {
		p := serve(t, append(d.env, "REFRESH_TOKEN_GRACE_PERIOD=0s", "DB_TIMEOUT=6s"))
		held := login(t, p.Client, domain.ModeJSON)
		before := d.mustRead(t)
		other := d.begin(t)
		other.exec(t, `SELECT id FROM sessions FOR UPDATE`)
		answer := later(func() error {
			_, err := refresh(t, p.Client, domain.ModeJSON, held.Token)
			return err
		})
		waited := map[string]bool{}
		await(t, "the service to wait", func() bool {
			if statement := d.waitingStatement(t); statement != "" {
				waited[statement] = true
			}
			return len(waited) == d.waits
		})
		other.rollback(t)
		if err := <-answer; err != nil {
			t.Errorf("refresh: got %v, want it to be tried again", err)
		}
		d.mustKeep(t, kept{before.sessions, before.rotations + 1})
	})
}

// TestSecurity94_ADeadlockIsRetriedWhole lets another transaction and a reset lock the same rows
// in opposite orders, and the database choose the reset as its victim. It is done again as a
// whole: the password is new, and its link is spent. To take 1213 or 40P01 for the end turns it
// red.
func TestSecurity94_ADeadlockIsRetriedWhole(t *testing.T) {
	t.Parallel()
	forEachDisturbedDatabase(t, func(t *testing.T, d disturbed) {
		mails, env := withMailServer(t, append(d.env, "DB_TIMEOUT=20s"))
		p := serve(t, env)
		link := linkFor(t, p, mails)
		other := d.begin(t)
		other.exec(t, d.spare)
		other.exec(t, `SELECT id FROM users FOR UPDATE`)
		answer := later(func() error { return p.Reset(t.Context(), link, changedPassword) })
		await(t, "the reset to wait", func() bool { return d.waitingStatement(t) != "" })
		other.exec(t, `SELECT hash FROM one_time_tokens FOR UPDATE`) // returns once the reset was undone
		other.rollback(t)
		if err := <-answer; err != nil {
			t.Fatalf("set a new password: got %v, want it to be tried again", err)
		}
		mustLogin(t, p.Client, changedPassword)
		if err := p.Reset(t.Context(), link, otherPassword); codeOf(err) != domain.Forbidden {
			t.Errorf("the link that is spent: got %v, want %s", err, domain.Forbidden)
		}
	})
}

// TestSecurity94_SerializationFailuresAreRetried makes every transaction of PostgreSQL
// serializable, as an administrator can, and lets another one change the session first, which
// fails the rotation; then many clients at once. To take 40001 for the end turns it red.
func TestSecurity94_SerializationFailuresAreRetried(t *testing.T) {
	t.Parallel()
	d := disturbedPostgreSQL(t, asText)
	// The role belongs to other tests, too.
	if _, err := d.database.ExecContext(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''serializable''', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	p := serve(t, append(d.env, "REFRESH_TOKEN_GRACE_PERIOD=0s", "DB_TIMEOUT=20s"))
	held := login(t, p.Client, domain.ModeJSON)
	before := d.mustRead(t)
	other := d.begin(t)
	other.exec(t, `UPDATE sessions SET client_agent = 'another'`)
	answer := later(func() error {
		_, err := refresh(t, p.Client, domain.ModeJSON, held.Token)
		return err
	})
	await(t, "the service to wait", func() bool { return d.waitingStatement(t) != "" })
	other.commit(t)
	if err := <-answer; err != nil {
		t.Fatalf("refresh: got %v, want it to be tried again", err)
	}
	d.mustKeep(t, kept{before.sessions, before.rotations + 1})

	var clients sync.WaitGroup
	for range 8 {
		held := login(t, p.Client, domain.ModeJSON)
		clients.Go(func() {
			for range 10 {
				next, err := refresh(t, p.Client, domain.ModeJSON, held.Token)
				switch outcome(err) {
				case "200":
					held = next
				case domain.ServiceUnavailable:
				default:
					t.Errorf("refresh: got %v, want 200 or %s", err, domain.ServiceUnavailable)
				}
			}
		})
	}
	clients.Wait()
}

// later makes a request, and sends its outcome.
func later(request func() error) <-chan error {
	answer := make(chan error, 1)
	go func() { answer <- request() }()
	return answer
}

// transaction is another one than the service's.
type transaction struct{ *sql.Tx }

func (d disturbed) begin(t *testing.T) transaction {
	t.Helper()
	tx, err := d.database.BeginTx(context.Background(), nil) // it outlives no test: its database is closed
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() }) // of a test that has failed
	return transaction{tx}
}

func (tx transaction) exec(t *testing.T, query string) {
	t.Helper()
	if _, err := tx.ExecContext(t.Context(), query); err != nil {
		t.Fatalf("in another transaction: %v", err)
	}
}

func (tx transaction) rollback(t *testing.T) {
	t.Helper()
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}

func (tx transaction) commit(t *testing.T) {
	t.Helper()
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}
