package domain_test

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestFloorUUIDPartsEarlierFromLater(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 5_000_000, time.UTC)
	floor := domain.FloorUUID(at)
	for range 100 {
		if now := domain.NewUUID(at); now <= floor {
			t.Fatalf("got %s for a UUID of that moment, want it behind %s", now, floor)
		}
		if before := domain.NewUUID(at.Add(-time.Millisecond)); before >= floor {
			t.Fatalf("got %s for an earlier UUID, want it before %s", before, floor)
		}
	}
}
