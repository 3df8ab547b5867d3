package refstore

import (
	"context"
	"slices"
	"strings"

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
