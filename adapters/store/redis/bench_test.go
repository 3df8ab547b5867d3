package redis_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// BenchmarkRotate is the write of a refresh, by a server that writes to its disk before it
// answers, and by one that keeps nothing. The disk is the one of /tmp.
func BenchmarkRotate(b *testing.B) {
	for name, settings := range map[string][]string{"durable": redistest.Durable(), "in-memory": nil} {
		for _, clients := range []int{1, 16, 64} {
			b.Run(name+"/clients="+strconv.Itoa(clients), func(b *testing.B) {
				s := openAt(b, redis.Config{URL: redistest.Start(b, settings...).URL(), MaxConnections: clients})
				rotate(b, s, clients)
			})
		}
	}
}

// rotate lets clients rotate b.N times together, each its own session.
func rotate(b *testing.B, s *redis.Store, clients int) {
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
	s := open(b)
	must(b, s.Sessions().Create(b.Context(), session("session")))
	b.ReportAllocs()
	for b.Loop() {
		_, err := s.Sessions().Get(b.Context(), "session", t0)
		must(b, err)
	}
}

// BenchmarkTake is what every attempt to log in begins with.
func BenchmarkTake(b *testing.B) {
	s := open(b)
	b.ReportAllocs()
	for b.Loop() {
		_, err := s.Limiter().Take(b.Context(), "ann", port.Limit{Burst: 1 << 30, Every: time.Second}, t0)
		must(b, err)
	}
}
