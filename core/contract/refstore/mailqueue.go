package refstore

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type mailQueue struct{ run runner }

// letter is a letter with what the store knows of its loan.
type letter struct {
	domain.Letter
	loan  string    // proves the latest loan; empty: on loan to nobody
	until time.Time // when the loan is over
}

func (l letter) lentAt(now time.Time) bool { return l.loan != "" && l.until.After(now) }

func (l letter) claimableAt(now time.Time) bool {
	return !l.Due.After(now) && l.ExpiresAt.After(now) && !l.lentAt(now)
}

func (r mailQueue) Put(ctx context.Context, l domain.Letter) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckLetter(l); err != nil {
			return err
		}
		if _, taken := t.letters[l.ID]; taken {
			return port.ErrConflict
		}
		l.Due, l.ExpiresAt = l.Due.UTC(), l.ExpiresAt.UTC()
		t.letters[l.ID] = letter{Letter: l}
		return nil
	})
	return wrap("put letter", err)
}

func (r mailQueue) Claim(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
	var leases []port.Lease
	err := r.run(ctx, func(t *tables) error {
		var due []letter
		for _, l := range t.letters {
			if l.claimableAt(now) {
				due = append(due, l)
			}
		}
		slices.SortFunc(due, func(a, b letter) int { return a.Due.Compare(b.Due) })
		for _, l := range first(limit, due) {
			l.loan, l.until = rand.Text(), until
			t.letters[l.ID] = l
			leases = append(leases, port.Lease{Letter: l.Letter, Token: l.loan})
		}
		return nil
	})
	return leases, wrap("claim letters", err)
}

func (r mailQueue) Done(ctx context.Context, l port.Lease) error {
	err := r.run(ctx, func(t *tables) error {
		if _, err := t.onLoan(l); err != nil {
			return err
		}
		delete(t.letters, l.Letter.ID)
		return nil
	})
	return wrap("letter is done", err)
}

func (r mailQueue) Retry(ctx context.Context, l port.Lease, next time.Time) error {
	err := r.run(ctx, func(t *tables) error {
		stored, err := t.onLoan(l)
		if err != nil {
			return err
		}
		stored.Due = next.UTC()
		stored.Attempts++
		stored.loan = ""
		t.letters[stored.ID] = stored
		return nil
	})
	return wrap("retry letter", err)
}

func (r mailQueue) Waiting(ctx context.Context, kind domain.LetterKind, limit int) (n int, err error) {
	err = r.run(ctx, func(t *tables) error {
		for _, l := range t.letters {
			if n < limit && l.Kind == kind {
				n++
			}
		}
		return nil
	})
	return n, wrap("count letters", err)
}

func (r mailQueue) Prune(ctx context.Context, now time.Time, limit int) (removed int, err error) {
	err = r.run(ctx, func(t *tables) error {
		for id, l := range t.letters {
			if removed < limit && !l.ExpiresAt.After(now) && !l.lentAt(now) {
				delete(t.letters, id)
				removed++
			}
		}
		return nil
	})
	return removed, wrap("prune letters", err)
}

// onLoan returns the letter if l is its latest loan.
func (t *tables) onLoan(l port.Lease) (letter, error) {
	if err := port.CheckKey(l.Letter.ID, l.Token); err != nil {
		return letter{}, err
	}
	stored, ok := t.letters[l.Letter.ID]
	if !ok || stored.loan == "" || stored.loan != l.Token {
		return letter{}, port.ErrStale
	}
	return stored, nil
}
