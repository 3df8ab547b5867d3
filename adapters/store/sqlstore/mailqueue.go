package sqlstore

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// mailQueue keeps a letter's loan beside it: lease_token, empty for a letter that nobody
// has, and lent_until, the zero time for such a letter. A claim picks candidates by a plain
// read and takes each by one guarded update, so that it needs no lock on the rows. Whoever is
// beaten to some of them reads again.
type mailQueue struct{ repo }

const letterColumns = `id, kind, recipient, url, language, client_ip, client_agent, client_origin,
	due_at, expires_at, attempts`

type letterRow struct {
	ID           string `db:"id"`
	Kind         string `db:"kind"`
	Recipient    string `db:"recipient"`
	URL          string `db:"url"`
	Language     string `db:"language"`
	ClientIP     string `db:"client_ip"`
	ClientAgent  string `db:"client_agent"`
	ClientOrigin string `db:"client_origin"`
	DueAt        int64  `db:"due_at"`
	ExpiresAt    int64  `db:"expires_at"`
	Attempts     int64  `db:"attempts"`
}

func (r letterRow) letter() domain.Letter {
	return domain.Letter{
		ID:        r.ID,
		Kind:      domain.LetterKind(r.Kind),
		To:        domain.Email(r.Recipient),
		URL:       r.URL,
		Language:  r.Language,
		Client:    domain.Client{IP: r.ClientIP, UserAgent: r.ClientAgent, Origin: r.ClientOrigin},
		Due:       fromMicros(r.DueAt),
		ExpiresAt: fromMicros(r.ExpiresAt),
		Attempts:  int(r.Attempts),
	}
}

// free is the lent_until of a letter that nobody has.
func free() int64 { return micros(time.Time{}) }

const putLetter = `INSERT INTO letters (` + letterColumns + `, lease_token, lent_until)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)`

func (s *mailQueue) Put(ctx context.Context, l domain.Letter) error {
	return s.call(ctx, "put letter", func() error {
		if err := port.CheckLetter(l); err != nil {
			return err
		}
		_, err := s.exec(ctx, putLetter,
			l.ID, string(l.Kind), string(l.To), l.URL, l.Language,
			l.Client.IP, l.Client.UserAgent, l.Client.Origin,
			micros(l.Due), micros(l.ExpiresAt), l.Attempts, free())
		return err
	})
}

const (
	dueLetters = `SELECT ` + letterColumns + ` FROM letters
		WHERE due_at <= ? AND lent_until <= ? AND expires_at > ? ORDER BY due_at, id LIMIT ?`

	// What the read has found is guarded once more. attempts stands for the whole letter:
	// nothing else in it changes unless it does.
	lendLetter = `UPDATE letters SET lease_token = ?, lent_until = ?
		WHERE id = ? AND attempts = ? AND lent_until <= ?`
)

const (
	// maxClaimReads bounds how often a claim that is always beaten looks for other letters.
	maxClaimReads = 10

	// spareLetters is how many more candidates than before each further read asks for:
	// whoever is beaten to the first of them goes on to the next without a read.
	spareLetters = 8
)

func (s *mailQueue) Claim(ctx context.Context, now, until time.Time, limit int) (leases []port.Lease, err error) {
	err = s.call(ctx, "claim letters", func() error {
		if limit < 1 {
			return nil
		}
		var err error
		leases, err = s.claim(ctx, now, until, limit)
		return err
	})
	return leases, err
}

// claim lends nothing when it fails.
func (s *mailQueue) claim(ctx context.Context, now, until time.Time, limit int) (leases []port.Lease, err error) {
	for read := range maxClaimReads {
		candidates := limit + read*spareLetters
		var rows []letterRow
		if err := s.list(ctx, &rows, dueLetters, micros(now), micros(now), micros(now), candidates); err != nil {
			s.release(ctx, leases)
			return nil, err
		}
		for _, row := range rows {
			if slices.ContainsFunc(leases, func(l port.Lease) bool { return l.Letter.ID == row.ID }) {
				continue // a loan that is over when it begins leaves its letter due
			}
			lease := port.Lease{Letter: row.letter(), Token: rand.Text()}
			lent, err := s.exec(ctx, lendLetter, lease.Token, micros(until), row.ID, row.Attempts, micros(now))
			if err != nil {
				s.release(ctx, append(leases, lease)) // the last may have been lent all the same
				return nil, err
			}
			if lent == 0 {
				continue // somebody was faster
			}
			if leases = append(leases, lease); len(leases) == limit {
				return leases, nil
			}
		}
		if len(rows) < candidates {
			return leases, nil // those were all
		}
	}
	if len(leases) == 0 {
		return nil, errors.New("others were always faster")
	}
	return leases, nil
}

const releaseLetter = `UPDATE letters SET lease_token = '', lent_until = ? WHERE id = ? AND lease_token = ?`

// releaseTime bounds how long a failed claim takes longer for its letters' sake.
const releaseTime = time.Second

// release ends loans that nobody will hear of, also when ctx is done, so that their letters
// do not wait for the end of the loan. Those that it does not reach do. A unit of work takes
// its loans back by itself.
func (s *mailQueue) release(ctx context.Context, leases []port.Lease) {
	if s.unit != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	for _, l := range leases {
		// The caller is told why the claim failed; this would fail for the same reason.
		_, _ = s.exec(ctx, releaseLetter, free(), l.Letter.ID, l.Token)
	}
}

const removeLetter = `DELETE FROM letters WHERE id = ? AND lease_token = ?`

func (s *mailQueue) Done(ctx context.Context, l port.Lease) error {
	return s.settle(ctx, "remove letter", l, removeLetter, l.Letter.ID, l.Token)
}

const retryLetter = `UPDATE letters SET due_at = ?, attempts = attempts + 1, lease_token = '', lent_until = ?
	WHERE id = ? AND lease_token = ?`

func (s *mailQueue) Retry(ctx context.Context, l port.Lease, next time.Time) error {
	return s.settle(ctx, "retry letter", l, retryLetter, micros(next), free(), l.Letter.ID, l.Token)
}

// settle ends the loan by a statement that is guarded by its token.
func (s *mailQueue) settle(ctx context.Context, what string, l port.Lease, query string, args ...any) error {
	return s.call(ctx, what, func() error {
		if err := port.CheckKey(l.Letter.ID, l.Token); err != nil {
			return err
		}
		if l.Token == "" {
			return port.ErrStale // it would fit every letter that nobody has
		}
		settled, err := s.exec(ctx, query, args...)
		if err == nil && settled == 0 {
			return port.ErrStale
		}
		return err
	})
}

// A table of its own around the limited rows, since a LIMIT beside COUNT would limit the one
// row of the count.
const countLetters = `SELECT COUNT(*) FROM (SELECT id FROM letters WHERE kind = ? LIMIT ?) AS waiting`

func (s *mailQueue) Waiting(ctx context.Context, kind domain.LetterKind, limit int) (n int, err error) {
	err = s.call(ctx, "count letters", func() error {
		if limit < 1 {
			return nil // to SQLite a negative limit is none at all
		}
		var err error
		n, err = s.count(ctx, countLetters, string(kind), limit)
		return err
	})
	return n, err
}

// In the form of pruneExpiredSessions, for the same reasons.
const pruneLetters = `DELETE FROM letters
	WHERE id IN (SELECT id FROM (
		SELECT id FROM letters WHERE expires_at <= ? AND lent_until <= ? LIMIT ?) AS expired)
	AND expires_at <= ? AND lent_until <= ?`

func (s *mailQueue) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	var pruned int64
	err := s.call(ctx, "prune letters", func() (err error) {
		if limit < 1 {
			return nil
		}
		at := micros(now)
		pruned, err = s.exec(ctx, pruneLetters, at, at, limit, at, at)
		return err
	})
	return int(pruned), err
}

func mailQueueQueries() []string {
	return []string{
		putLetter, dueLetters, lendLetter, releaseLetter, removeLetter, retryLetter, countLetters, pruneLetters,
	}
}
