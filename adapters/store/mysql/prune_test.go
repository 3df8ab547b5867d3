package mysql_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// prunable is a table that is swept: how its rows are made, and what sweeps it at t0.
type prunable struct {
	table, key string
	put        func(ctx context.Context, s *mysql.Store, name string, end time.Time) error
	prune      func(ctx context.Context, s *mysql.Store, limit int) (int, error)
}

func prunables() []prunable {
	return []prunable{
		{
			"sessions", "id",
			func(ctx context.Context, s *mysql.Store, name string, end time.Time) error {
				n := session(domain.SessionID(name))
				n.ExpiresAt = end
				return s.Sessions().Create(ctx, n)
			},
			func(ctx context.Context, s *mysql.Store, limit int) (int, error) {
				return s.Sessions().Prune(ctx, t0, limit)
			},
		},
		{
			"rate_limits", "bucket",
			func(ctx context.Context, s *mysql.Store, name string, end time.Time) error {
				_, err := s.Limiter().Take(ctx, name, port.Limit{Burst: 1, Every: time.Minute}, end)
				return err
			},
			func(ctx context.Context, s *mysql.Store, limit int) (int, error) {
				return s.Limiter().Prune(ctx, t0, limit)
			},
		},
		{
			"one_time_tokens", "user_id",
			func(ctx context.Context, s *mysql.Store, name string, end time.Time) error {
				return s.Repos().OneTimeTokens.Put(ctx, domain.OneTimeToken{
					Hash: domain.HashSecret(name), Purpose: domain.PurposePasswordReset, UserID: domain.UserID(name), ExpiresAt: end,
				})
			},
			func(ctx context.Context, s *mysql.Store, limit int) (int, error) {
				return s.Repos().OneTimeTokens.Prune(ctx, t0, limit)
			},
		},
		{
			"letters", "id",
			func(ctx context.Context, s *mysql.Store, name string, end time.Time) error {
				return s.Repos().MailQueue.Put(ctx, domain.Letter{
					ID: name, Kind: domain.LetterPasswordReset, To: "ann@example.com", Due: t0, ExpiresAt: end,
				})
			},
			func(ctx context.Context, s *mysql.Store, limit int) (int, error) {
				return s.Repos().MailQueue.Prune(ctx, t0, limit)
			},
		},
	}
}

func TestPrune(t *testing.T) {
	server := plain.Get(t)
	const timeout = time.Second // of a statement that waits for a lock
	for _, p := range prunables() {
		for _, rows := range []struct{ live, over, limit int }{
			{live: 2, over: 0, limit: 500}, // as in a new installation
			{live: 2, over: 1, limit: 500},
			{live: 600, over: 3, limit: 500},
			{live: 600, over: 3, limit: 2},
		} {
			t.Run(fmt.Sprintf("of %s waits for no lock on one of %d rows that stay, beside %d that go", p.table, rows.live, rows.over), func(t *testing.T) {
				c := server.Database(t)
				c.Timeout = timeout
				s := open(t, c)
				var errs []error
				for i := range rows.live {
					errs = append(errs, p.put(t.Context(), s, fmt.Sprint("live ", i), t0.Add(time.Duration(i+1)*time.Hour)))
				}
				for i := range rows.over {
					errs = append(errs, p.put(t.Context(), s, fmt.Sprint("over ", i), t0.Add(-time.Hour)))
				}
				must(t, errors.Join(errs...))
				longer := c
				longer.Timeout = time.Minute // or the server ends the transaction below
				other, err := mysql.Raw(t, longer).BeginTx(t.Context(), nil)
				must(t, err)
				defer func() { must(t, other.Rollback()) }()
				var locked string
				must(t, other.QueryRowContext(t.Context(), `SELECT `+p.key+` FROM `+p.table+`
					WHERE `+p.key+` = ? FOR UPDATE`, fmt.Sprint("live ", rows.live-1)).Scan(&locked)) // not the next to end
				got, err := p.prune(t.Context(), s, rows.limit)
				if want := min(rows.over, rows.limit); err != nil || got != want {
					t.Errorf("got %d removed and error %v, want %d", got, err, want)
				}
			})
		}
	}
}
