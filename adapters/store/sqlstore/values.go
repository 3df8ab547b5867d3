package sqlstore

import (
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

func flag(b bool) int16 {
	if b {
		return 1
	}
	return 0
}

func secretHash(b []byte) (domain.SecretHash, error) {
	var h domain.SecretHash
	if len(b) != len(h) {
		return h, fmt.Errorf("stored hash has %d bytes, not %d", len(b), len(h))
	}
	copy(h[:], b)
	return h, nil
}
