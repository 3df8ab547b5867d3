package sqlstore

import (
	"fmt"
	"slices"
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

// joined returns the hashes one behind the other.
func joined(hashes []domain.SecretHash) []byte {
	var b []byte
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b
}

// secretHashes takes apart what joined has put together.
func secretHashes(b []byte) ([]domain.SecretHash, error) {
	var hashes []domain.SecretHash
	for part := range slices.Chunk(b, len(domain.SecretHash{})) {
		h, err := secretHash(part)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}
