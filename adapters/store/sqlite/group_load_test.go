package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestGroupUnderLoad(t *testing.T) {
	t.Run("group/keeps-what-it-acknowledges-and-nothing-else", func(t *testing.T) {
		s := open(t, newPath(t))
		const writers, writes = 32, 60
		var all sync.WaitGroup
		kept := make([][]domain.User, writers)
		for w := range writers {
			seed := rand.Uint64()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("writer %d: seed %d", w, seed)
				}
			})
			all.Go(func() {
				random := rand.New(rand.NewPCG(seed, 0))
				for i := range writes {
					// All writers want the same addresses, so that they conflict.
					u := user(fmt.Sprint(i))
					u.ID = domain.UserID(fmt.Sprintf("%02d-%02d", w, i))
					if mishap(t.Context(), s, u, random) == nil {
						kept[w] = append(kept[w], u)
					}
				}
			})
		}
		all.Wait()

		stored := map[domain.UserID]bool{}
		list, err := s.Repos().Users.List(t.Context(), "", writers*writes)
		must(t, err)
		for _, u := range list {
			stored[u.ID] = true
		}
		acknowledged := 0
		for _, of := range kept {
			for _, u := range of {
				acknowledged++
				if !stored[u.ID] {
					t.Errorf("got no user %s, who was acknowledged", u.ID)
				}
			}
		}
		if acknowledged != len(list) || acknowledged == 0 {
			t.Errorf("got %d users, want the %d who were acknowledged", len(list), acknowledged)
		}
	})
}

// mishap tries to create u in one of many ways, most of which end badly, and returns an
// error unless it was told that u is stored.
func mishap(ctx context.Context, s *sqlite.Store, u domain.User, random *rand.Rand) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lost := false
	own := errors.New("own")
	// then creates u in a unit of work that goes on with what follows.
	then := func(follows func() error) error {
		return s.Do(ctx, func(ctx context.Context, r port.Repos) error {
			if err := r.Users.Create(ctx, u); err != nil {
				return err
			}
			return follows()
		})
	}
	switch random.IntN(9) {
	case 0, 1, 2:
		return s.Repos().Users.Create(ctx, u)
	case 3:
		return then(func() error { return nil })
	case 4:
		return then(func() error { return own })
	case 5:
		return then(func() error { cancel(); return nil })
	case 6:
		defer func() {
			if recover() != nil {
				err = own
			}
		}()
		return then(func() error { panic("at the disco") })
	case 7: // beside a transaction that is lost
		loss := make(chan error)
		go func() {
			loss <- sqlite.Transact(ctx, s, func(tx sqlstore.Tx) error {
				if lost {
					return nil
				}
				lost = true
				_, err := tx.Exec(ctx, `ROLLBACK`)
				return err
			})
		}()
		err := s.Repos().Users.Create(ctx, u)
		<-loss
		return err
	default: // beside a COMMIT that fails
		refused := make(chan error)
		go func() { refused <- sqlite.RefuseCommit(ctx, s) }()
		err := then(func() error { return nil })
		<-refused
		return err
	}
}
