package memory

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type events struct {
	store *Store
	bound int

	mu   sync.RWMutex
	list []domain.Event // sorted by ID
}

func (s *events) Record(ctx context.Context, e domain.Event) error {
	return failed("record event", s.record(ctx, e))
}

func (s *events) record(ctx context.Context, e domain.Event) error {
	if err := s.store.usable(ctx); err != nil {
		return err
	}
	if err := port.CheckEvent(e); err != nil {
		return err
	}
	e.At = e.At.UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	i, taken := s.search(e.ID)
	if taken {
		return port.ErrConflict
	}
	// Nearly always at the end, since IDs begin with the time.
	s.list = slices.Insert(s.list, i, e)
	if len(s.list) > s.bound {
		s.list[0] = domain.Event{} // lets go of its texts
		s.list = s.list[1:]        // left behind when append grows the rest
	}
	return nil
}

func (s *events) List(ctx context.Context, after string, limit int) ([]domain.Event, error) {
	if err := s.store.usable(ctx); err != nil {
		return nil, failed("list events", err)
	}
	if err := port.CheckKey(after); err != nil {
		return nil, failed("list events", err)
	}
	if limit < 1 {
		return nil, nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, found := s.search(after)
	if found {
		i++
	}
	return slices.Clone(s.list[i : i+min(limit, len(s.list)-i)]), nil
}

func (s *events) Latest(ctx context.Context, f port.EventFilter, offset, limit int) ([]domain.Event, error) {
	if err := s.store.usable(ctx); err != nil {
		return nil, failed("list latest events", err)
	}
	if err := port.CheckEventFilter(f); err != nil {
		return nil, failed("list latest events", err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var page []domain.Event
	for _, e := range slices.Backward(s.list) {
		switch {
		case len(page) >= limit:
			return page, nil
		case !f.Matches(e):
		case offset > 0:
			offset--
		default:
			page = append(page, e)
		}
	}
	return page, nil
}

func (s *events) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := s.store.usable(ctx); err != nil {
		return 0, failed("prune events", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	pruned := 0
	s.list = slices.DeleteFunc(s.list, func(e domain.Event) bool {
		old := pruned < limit && e.At.Before(before)
		if old {
			pruned++
		}
		return old
	})
	return pruned, nil
}

func (s *events) search(id string) (int, bool) {
	return slices.BinarySearchFunc(s.list, id, func(e domain.Event, id string) int { return strings.Compare(e.ID, id) })
}
