package refstore

import (
	"context"
	"errors"
	"sync"

	"github.com/sallyport-auth/sallyport/core/port"
)

// transaction is what the repositories of one Do work on.
type transaction struct {
	mu     sync.Mutex // fn may use its repositories from several goroutines
	tables tables
	doomed error // the first error other than ErrNotFound
	ended  bool
}

func (tx *transaction) do(ctx context.Context, f func(*tables) error) error {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	if tx.ended {
		return errors.New("the transaction is over")
	}
	if tx.doomed != nil {
		return tx.doomed
	}
	err := ctx.Err()
	if err == nil {
		err = f(&tx.tables)
	}
	if err != nil && !errors.Is(err, port.ErrNotFound) {
		tx.doomed = err
	}
	return err
}

// end lets nobody in any more and returns what doomed the transaction, if anything did.
func (tx *transaction) end() error {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	tx.ended = true
	return tx.doomed
}
