package wiring

import (
	"context"
	"log/slog"

	"github.com/sallyport-auth/sallyport/adapters/store/memory"
	"github.com/sallyport-auth/sallyport/core/port"
)

func openMemory(ctx context.Context, log *slog.Logger) (port.Store, func(), error) {
	store, err := memory.Open(ctx, memory.Config{})
	if err != nil {
		return nil, nil, err
	}
	return store, closing(store, log), nil
}
