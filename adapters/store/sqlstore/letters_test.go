package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestConsume(t *testing.T) {
	hash := domain.HashSecret("token")
	row := func(spent int64, expires time.Time) []driver.Value {
		return []driver.Value{"reset", "id-of-ann", nil, int64(0), expires.UnixMicro(), spent}
	}
	live := t0.Add(time.Minute)

	t.Run("decides by one statement and reads afterwards", func(t *testing.T) {
		s := &script{reads: [][]driver.Value{row(1, live)}}
		got, err := newStore(t, s).Repos().OneTimeTokens.Consume(t.Context(), "reset", hash, t0)
		must(t, err)
		if got.Hash != hash || got.UserID != ann.ID || got.Payload != nil || !got.ExpiresAt.Equal(live) {
			t.Errorf("got %+v, want the token as stored", got)
		}
		wantWords(t, s, "UPDATE SELECT")
	})

	t.Run("tells why not by the read", func(t *testing.T) {
		for name, test := range map[string]struct {
			row  []driver.Value
			want error
		}{
			"unknown":           {nil, port.ErrNotFound},
			"spent":             {row(1, live), port.ErrStale},
			"spent and expired": {row(1, t0), port.ErrStale},
			"expired":           {row(0, t0), port.ErrExpired},
		} {
			s := &script{rows: map[string][]int64{"UPDATE": {0}}, reads: [][]driver.Value{test.row}}
			_, err := newStore(t, s).Repos().OneTimeTokens.Consume(t.Context(), "reset", hash, t0)
			if !errors.Is(err, test.want) {
				t.Errorf("%s: got error %v, want %v", name, err, test.want)
			}
			wantWords(t, s, "UPDATE SELECT")
		}
	})

	t.Run("tries again when a node that was behind refused an unspent token", func(t *testing.T) {
		s := &script{rows: map[string][]int64{"UPDATE": {0, 1}}, reads: [][]driver.Value{row(0, live), row(1, live)}}
		_, err := newStore(t, s).Repos().OneTimeTokens.Consume(t.Context(), "reset", hash, t0)
		must(t, err)
		wantWords(t, s, "UPDATE SELECT UPDATE SELECT")
	})

	t.Run("never calls an unspent token spent", func(t *testing.T) {
		s := &script{
			rows:  map[string][]int64{"UPDATE": {0, 0, 0, 0}},
			reads: [][]driver.Value{row(0, live), row(0, live), row(0, live), row(0, live)},
		}
		_, err := newStore(t, s).Repos().OneTimeTokens.Consume(t.Context(), "reset", hash, t0)
		wantNoAnswer(t, err)
	})
}

func TestClaim(t *testing.T) {
	letter := []driver.Value{
		"letter", "password-reset", "ann@example.com", "https://example.com", "de", "", "", "",
		t0.UnixMicro(), t0.Add(time.Hour).UnixMicro(), int64(2),
	}

	t.Run("that finds nothing writes nothing", func(t *testing.T) {
		s := &script{}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 10)
		if len(got) != 0 || err != nil {
			t.Errorf("got %d letters and error %v, want neither", len(got), err)
		}
		wantWords(t, s, "SELECT")
	})

	t.Run("takes each letter by one statement", func(t *testing.T) {
		s := &script{reads: [][]driver.Value{letter}}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 10)
		must(t, err)
		if len(got) != 1 || got[0].Letter.ID != "letter" || got[0].Letter.Attempts != 2 || got[0].Token == "" {
			t.Errorf("got %+v, want the letter with a token", got)
		}
		wantWords(t, s, "SELECT UPDATE")
	})

	t.Run("leaves out a letter that another has taken between, and knows that it was the last", func(t *testing.T) {
		s := &script{rows: map[string][]int64{"UPDATE": {0}}, reads: [][]driver.Value{letter}}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 10)
		if len(got) != 0 || err != nil {
			t.Errorf("got %d letters and error %v, want neither", len(got), err)
		}
		wantWords(t, s, "SELECT UPDATE")
	})

	t.Run("reads no more than it needs", func(t *testing.T) {
		s := &script{reads: [][]driver.Value{letter}}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 1)
		must(t, err)
		if len(got) != 1 {
			t.Errorf("got %d letters, want 1", len(got))
		}
		wantWords(t, s, "SELECT UPDATE")
	})

	t.Run("looks for another letter when one was taken between", func(t *testing.T) {
		other := slices.Clone(letter)
		other[0] = "other"
		s := &script{rows: map[string][]int64{"UPDATE": {0, 1}}, reads: [][]driver.Value{letter, other}}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 1)
		must(t, err)
		if len(got) != 1 || got[0].Letter.ID != "other" {
			t.Errorf("got %+v, want the other letter", got)
		}
		wantWords(t, s, "SELECT UPDATE SELECT UPDATE")
	})

	t.Run("that fails at a further read ends its loans", func(t *testing.T) {
		s := &script{
			full:  letter,
			fails: map[string][]error{"SELECT": {nil, errLost}},
		}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0, 2)
		wantError(t, err, errLost)
		if got != nil {
			t.Errorf("got %d letters, want none", len(got))
		}
		wantWords(t, s, "SELECT UPDATE SELECT UPDATE") // one loan, and its end
	})

	t.Run("asks for more letters than it wants once it was beaten", func(t *testing.T) {
		s := &script{full: letter, rows: map[string][]int64{"UPDATE": {0, 0, 0, 1}}}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 1)
		must(t, err)
		if len(got) != 1 {
			t.Errorf("got %d letters, want 1", len(got))
		}
		wantWords(t, s, "SELECT UPDATE SELECT UPDATE UPDATE UPDATE")
	})

	t.Run("that is beaten every time ends with an error and without loans", func(t *testing.T) {
		s := &script{full: letter, rows: map[string][]int64{"UPDATE": make([]int64, 10_000)}}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 1)
		wantNoAnswer(t, err)
		if got != nil {
			t.Errorf("got %d letters, want none", len(got))
		}
		if reads := strings.Count(s.words(), "SELECT"); reads != 10 {
			t.Errorf("got %d reads, want 10", reads)
		}
	})

	t.Run("that is beaten every time but once returns what it has", func(t *testing.T) {
		s := &script{full: letter, rows: map[string][]int64{"UPDATE": append([]int64{1}, make([]int64, 10_000)...)}}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 2)
		must(t, err)
		if len(got) != 1 || got[0].Token == "" {
			t.Errorf("got %+v, want one letter with a token", got)
		}
		if updates := strings.Count(s.words(), "UPDATE"); updates != 1 {
			t.Errorf("got statements %q, want the one loan left alone", s.words())
		}
	})

	t.Run("returns no letter when it fails halfway", func(t *testing.T) {
		s := &script{fails: map[string][]error{"UPDATE": {errLost}}, reads: [][]driver.Value{letter}}
		got, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 10)
		wantError(t, err, errLost)
		if got != nil {
			t.Errorf("got %d letters, want none", len(got))
		}
	})

	t.Run("that fails halfway ends the loan whose outcome it does not know", func(t *testing.T) {
		s := &script{fails: map[string][]error{"UPDATE": {errLost}}, reads: [][]driver.Value{letter}}
		_, err := newStore(t, s).Repos().MailQueue.Claim(t.Context(), t0, t0.Add(time.Minute), 10)
		wantError(t, err, errLost)
		wantWords(t, s, "SELECT UPDATE UPDATE")
	})

	t.Run("that fails in a unit of work leaves its loans to the roll-back", func(t *testing.T) {
		s := &script{fails: map[string][]error{"UPDATE": {errLost}}, reads: [][]driver.Value{letter}}
		err := newStore(t, s).Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			_, err := r.MailQueue.Claim(ctx, t0, t0.Add(time.Minute), 10)
			return err
		})
		wantError(t, err, errLost)
		wantWords(t, s, "BEGIN SELECT UPDATE ROLLBACK")
	})
}

func TestQueueLimits(t *testing.T) {
	t.Run("below 1 ask the database nothing", func(t *testing.T) {
		s := &script{}
		queue := newStore(t, s).Repos().MailQueue
		for _, limit := range []int{0, -1} {
			if n, err := queue.Waiting(t.Context(), domain.LetterPasswordReset, limit); n != 0 || err != nil {
				t.Errorf("got %d letters and error %v, want neither", n, err)
			}
			if n, err := queue.Prune(t.Context(), t0, limit); n != 0 || err != nil {
				t.Errorf("got %d letters removed and error %v, want neither", n, err)
			}
		}
		wantWords(t, s, "")
	})
}

func TestLease(t *testing.T) {
	t.Run("without a token fits no letter", func(t *testing.T) {
		s := &script{}
		queue := newStore(t, s).Repos().MailQueue
		lease := port.Lease{Letter: domain.Letter{ID: "letter"}}
		wantError(t, queue.Done(t.Context(), lease), port.ErrStale)
		wantError(t, queue.Retry(t.Context(), lease, t0), port.ErrStale)
		wantWords(t, s, "")
	})
}

// wantNoAnswer wants an error that nobody reads as an answer.
func wantNoAnswer(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		t.Error("got no error, want one")
	}
	for _, sentinel := range []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrExpired, port.ErrInvalid} {
		if errors.Is(err, sentinel) {
			t.Errorf("got error %v, want no answer", err)
		}
	}
}
