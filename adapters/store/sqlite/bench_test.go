package sqlite_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// BenchmarkRotate is the write of a refresh at synchronous FULL, with each write committed
// by itself and with those that wait committed together. It depends on the disk under the
// folder for temporary files: TMPDIR chooses another.
func BenchmarkRotate(b *testing.B) {
	for _, clients := range []int{1, 16, 64} {
		b.Run("one-by-one/clients="+strconv.Itoa(clients), func(b *testing.B) {
			path := newPath(b)
			open(b, path) // which makes it
			s, err := sqlite.OpenOneByOne(sqlite.Config{Path: path})
			must(b, err)
			b.Cleanup(func() { must(b, s.Close()) })
			rotate(b, s, clients)
		})
		b.Run("groups/clients="+strconv.Itoa(clients), func(b *testing.B) {
			rotate(b, open(b, newPath(b)), clients)
		})
	}
}

// rotate lets clients rotate b.N times together, each its own session.
func rotate(b *testing.B, s port.Store, clients int) {
	b.Helper()
	ids := make([]domain.SessionID, clients)
	for i := range ids {
		ids[i] = domain.SessionID(fmt.Sprint("session ", i))
		must(b, s.Sessions().Create(b.Context(), session(ids[i])))
	}
	b.ReportAllocs()
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			secret := domain.HashSecret("first")
			for n := 0; left.Add(-1) >= 0; n++ {
				next := domain.HashSecret(strconv.Itoa(n))
				_, err := s.Sessions().Rotate(b.Context(), port.Rotation{
					ID: id, Old: secret, Next: next, Now: t0, ExpiresAt: t0.Add(time.Hour),
				})
				if err != nil {
					b.Error(err)
					return
				}
				secret = next
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rotations/s")
}

// BenchmarkGet is the read that every request with a token begins with.
func BenchmarkGet(b *testing.B) {
	s := open(b, newPath(b))
	must(b, s.Sessions().Create(b.Context(), session("session")))
	b.ReportAllocs()
	for b.Loop() {
		_, err := s.Sessions().Get(b.Context(), "session", t0)
		must(b, err)
	}
}
