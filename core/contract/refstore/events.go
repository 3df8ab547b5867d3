package refstore

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type events struct{ *Store }

func (r events) Record(ctx context.Context, e domain.Event) error {
	err := r.inside(ctx, func() error {
		if err := port.CheckEvent(e); err != nil {
			return err
		}
		if _, taken := r.events[e.ID]; taken {
			return port.ErrConflict
		}
		e.At = e.At.UTC()
		r.events[e.ID] = e
		return nil
	})
	return wrap("record event", err)
}

func (r events) List(ctx context.Context, after string, limit int) ([]domain.Event, error) {
	var list []domain.Event
	err := r.inside(ctx, func() error {
		if err := port.CheckKey(after); err != nil {
			return err
		}
		for _, e := range r.events {
			if e.ID > after {
				list = append(list, e)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b domain.Event) int { return strings.Compare(a.ID, b.ID) })
	return first(limit, list), wrap("list events", err)
}

func (r events) Latest(ctx context.Context, f port.EventFilter, offset, limit int) ([]domain.Event, error) {
	var list []domain.Event
	err := r.inside(ctx, func() error {
		if err := port.CheckEventFilter(f); err != nil {
			return err
		}
		for _, e := range r.events {
			if f.Matches(e) {
				list = append(list, e)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b domain.Event) int { return strings.Compare(b.ID, a.ID) })
	list = list[min(max(offset, 0), len(list)):]
	return first(limit, list), wrap("list latest events", err)
}

func (r events) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	removed := 0
	err := r.inside(ctx, func() error {
		for id, e := range r.events {
			if removed < limit && e.At.Before(before) {
				delete(r.events, id)
				removed++
			}
		}
		return nil
	})
	return removed, wrap("prune events", err)
}
