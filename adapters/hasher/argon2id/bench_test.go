package argon2id

import "testing"

func BenchmarkHash(b *testing.B) {
	h := newHasher(b, Config{})
	b.ReportAllocs()
	for b.Loop() {
		hash(b, h, "correct horse battery staple")
	}
}

// BenchmarkVerify compares what must cost the same: an account that is there, one that is
// not, and one whose password was hashed by an earlier release or elsewhere.
func BenchmarkVerify(b *testing.B) {
	h := newHasher(b, Config{})
	for name, encoded := range map[string]string{
		"current": hash(b, h, "correct horse battery staple"),
		"empty":   "",
		"weaker":  phcOf(argon2id, 4096, 3, 1),
		"bcrypt":  "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := h.Verify(b.Context(), encoded, "battery staple"); err != nil {
					b.Fatalf("Verify: %v", err)
				}
			}
		})
	}
}
