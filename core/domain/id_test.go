package domain_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

var start = time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)

func TestNewUUID(t *testing.T) {
	t.Run("has the form, the version and the variant of RFC 9562", func(t *testing.T) {
		form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
		for range 500 {
			if id := domain.NewUUID(start); !form.MatchString(id) {
				t.Fatalf("got %q", id)
			}
		}
	})
	t.Run("begins with the milliseconds of the time", func(t *testing.T) {
		id := domain.NewUUID(start)
		got, err := strconv.ParseInt(strings.ReplaceAll(id[:13], "-", ""), 16, 64)
		if err != nil || got != start.UnixMilli() {
			t.Errorf("got %d and %v, want %d", got, err, start.UnixMilli())
		}
	})
	t.Run("is the one of the RFC's example but for its random bits", func(t *testing.T) {
		// RFC 9562, appendix A.6: 2022-02-22T14:22:22-05:00.
		id := domain.NewUUID(time.UnixMilli(0x017F22E279B0))
		if !strings.HasPrefix(id, "017f22e2-79b0-7") {
			t.Errorf("got %q", id)
		}
	})
	t.Run("sorts by milliseconds", func(t *testing.T) {
		var ids []string
		for i := range 300 {
			ids = append(ids, domain.NewUUID(start.Add(time.Duration(i)*time.Millisecond)))
		}
		if !slices.IsSorted(ids) {
			t.Error("got UUIDs that do not sort as their times do")
		}
	})
	t.Run("is unique, also of one moment and in parallel", func(t *testing.T) {
		var all sync.WaitGroup
		ids := make([][]string, 8)
		for i := range ids {
			all.Go(func() {
				for range 1000 {
					ids[i] = append(ids[i], domain.NewUUID(start))
				}
			})
		}
		all.Wait()
		seen := map[string]bool{}
		for _, id := range slices.Concat(ids...) {
			if seen[id] {
				t.Fatalf("got %q twice", id)
			}
			seen[id] = true
		}
	})
	t.Run("uses all of its 74 random bits", func(t *testing.T) {
		var ones, zeros [128]bool
		for range 300 {
			for i, digit := range strings.ReplaceAll(domain.NewUUID(start), "-", "") {
				value, err := strconv.ParseUint(string(digit), 16, 8)
				if err != nil {
					t.Fatal(err)
				}
				for bit := range 4 {
					if value&(8>>bit) != 0 {
						ones[4*i+bit] = true
					} else {
						zeros[4*i+bit] = true
					}
				}
			}
		}
		random := 0
		for i := range ones {
			if ones[i] && zeros[i] {
				random++
			}
		}
		if random != 74 {
			t.Errorf("got %d bits that change, want 74", random)
		}
	})
}

func TestSessionIDOf(t *testing.T) {
	t.Run("is the first 22 characters of base64url(SHA-256(\"session:\" + selector))", func(t *testing.T) {
		// printf %s session:AAAAAAAAAAAAAAAAAAAAAA | openssl dgst -sha256 -binary | basenc --base64url
		const want = "jN5AK0VJ7lmzRCFUWDCgPY"
		if got := domain.SessionIDOf(strings.Repeat("A", 22)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("differs by selector", func(t *testing.T) {
		if domain.SessionIDOf("a") == domain.SessionIDOf("b") {
			t.Error("two selectors have one session")
		}
	})
}

func TestHashSecret(t *testing.T) {
	t.Run("is SHA-256", func(t *testing.T) {
		// FIPS 180-2, appendix B.1.
		const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
		hash := domain.HashSecret("abc")
		var got strings.Builder
		for _, b := range hash {
			got.WriteString(strconv.FormatInt(int64(b)|0x100, 16)[1:])
		}
		if got.String() != want {
			t.Errorf("got %s, want %s", got.String(), want)
		}
	})
}
