package memory

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// letterRecord is a letter and its loan.
type letterRecord struct {
	letter    domain.Letter
	token     string // empty when nobody has the letter
	lentUntil time.Time
}

// lentAt reports whether somebody has the letter at now.
func (r letterRecord) lentAt(now time.Time) bool { return r.token != "" && now.Before(r.lentUntil) }

type mailQueue struct{ access }

func (s *mailQueue) Put(ctx context.Context, l domain.Letter) error {
	return s.write(ctx, "put letter", func(d *draft) error {
		if err := port.CheckLetter(l); err != nil {
			return err
		}
		if _, taken := d.letters.get(l.ID); taken {
			return port.ErrConflict
		}
		l.Due, l.ExpiresAt = l.Due.UTC(), l.ExpiresAt.UTC()
		d.letters.put(l.ID, letterRecord{letter: l})
		return nil
	})
}

func (s *mailQueue) Claim(ctx context.Context, now, until time.Time, limit int) (leases []port.Lease, err error) {
	err = s.write(ctx, "claim letters", func(d *draft) error {
		if limit < 1 {
			return nil
		}
		var due []letterRecord
		for _, record := range d.letters.all() {
			if !record.letter.Due.After(now) && record.letter.ExpiresAt.After(now) && !record.lentAt(now) {
				due = append(due, record)
			}
		}
		slices.SortFunc(due, func(a, b letterRecord) int {
			return cmp.Or(a.letter.Due.Compare(b.letter.Due), cmp.Compare(a.letter.ID, b.letter.ID))
		})
		for _, record := range due[:min(limit, len(due))] {
			record.token, record.lentUntil = rand.Text(), until
			d.letters.put(record.letter.ID, record)
			leases = append(leases, port.Lease{Letter: record.letter, Token: record.token})
		}
		return nil
	})
	return leases, err
}

func (s *mailQueue) Done(ctx context.Context, l port.Lease) error {
	return s.write(ctx, "remove letter", func(d *draft) error {
		if _, err := lent(d, l); err != nil {
			return err
		}
		d.letters.remove(l.Letter.ID)
		return nil
	})
}

func (s *mailQueue) Retry(ctx context.Context, l port.Lease, next time.Time) error {
	return s.write(ctx, "retry letter", func(d *draft) error {
		record, err := lent(d, l)
		if err != nil {
			return err
		}
		record.token = ""
		record.letter.Due = next.UTC()
		record.letter.Attempts++
		d.letters.put(l.Letter.ID, record)
		return nil
	})
}

func (s *mailQueue) Waiting(ctx context.Context, kind domain.LetterKind, limit int) (n int, err error) {
	err = s.read(ctx, "count letters", func(d *draft) error {
		for _, record := range d.letters.all() {
			if n >= limit {
				break
			}
			if record.letter.Kind == kind {
				n++
			}
		}
		return nil
	})
	return n, err
}

func (s *mailQueue) Prune(ctx context.Context, now time.Time, limit int) (pruned int, err error) {
	err = s.write(ctx, "prune letters", func(d *draft) error {
		for id, record := range d.letters.all() {
			if pruned >= limit {
				break
			}
			if !record.letter.ExpiresAt.After(now) && !record.lentAt(now) {
				d.letters.remove(id)
				pruned++
			}
		}
		return nil
	})
	return pruned, err
}

// lent returns the letter as stored, or port.ErrStale when the loan is over.
func lent(d *draft, l port.Lease) (letterRecord, error) {
	if err := port.CheckKey(l.Letter.ID, l.Token); err != nil {
		return letterRecord{}, err
	}
	record, known := d.letters.get(l.Letter.ID)
	if !known || record.token == "" || record.token != l.Token {
		return letterRecord{}, port.ErrStale
	}
	return record, nil
}
