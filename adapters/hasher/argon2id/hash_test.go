package argon2id

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

func TestHash(t *testing.T) {
	t.Run("writes the parameters it used", func(t *testing.T) {
		h := newHasher(t, Config{MemoryKiB: 64, Iterations: 2, Parallelism: 2, HashLength: 24})
		encoded := hash(t, h, "password")
		if want := "$argon2id$v=19$m=64,t=2,p=2$"; !strings.HasPrefix(encoded, want) {
			t.Errorf("encoded %q, want it to begin with %q", encoded, want)
		}
		e, err := parsePHC(encoded)
		if err != nil {
			t.Fatalf("parsePHC: %v", err)
		}
		if len(e.salt) != 16 || len(e.tag) != 24 {
			t.Errorf("salt of %d bytes and tag of %d, want 16 and 24", len(e.salt), len(e.tag))
		}
	})

	t.Run("never uses a salt twice", func(t *testing.T) {
		h := newHasher(t, cheap())
		if one, two := hash(t, h, "password"), hash(t, h, "password"); one == two {
			t.Errorf("two hashes are equal: %q", one)
		}
	})

	t.Run("stops for a context that is done", func(t *testing.T) {
		h, work := metered(t, Config{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if encoded, err := h.Hash(ctx, "password"); !errors.Is(err, context.Canceled) || encoded != "" {
			t.Errorf("Hash: %q and error %v, want context.Canceled", encoded, err)
		}
		if ok, _, err := h.Verify(ctx, "", "password"); !errors.Is(err, context.Canceled) || ok {
			t.Errorf("Verify: ok %v and error %v, want context.Canceled", ok, err)
		}
		if len(work.calls) != 0 {
			t.Errorf("hashed all the same: %v", work.calls)
		}
	})
}

// TestVerifyKnownAnswers uses what other implementations made: the first two come from the
// test suite of the reference implementation of Argon2, the others from those of bcrypt.
func TestVerifyKnownAnswers(t *testing.T) {
	h := newHasher(t, Config{MemoryKiB: 256, Iterations: 2, Parallelism: 1})
	for name, test := range map[string]struct{ encoded, password string }{
		"argon2id":  {"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password"},
		"argon2i":   {"$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E", "password"},
		"bcrypt 2a": {"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		"bcrypt 2y": {"$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "\xff\xff\xa3"},
		"bcrypt 2b": {"$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "a"},
		"bcrypt 72": {"$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"},
	} {
		t.Run(name, func(t *testing.T) {
			ok, rehash, err := h.Verify(t.Context(), test.encoded, test.password)
			if !ok || err != nil {
				t.Errorf("the right password: ok %v, error %v", ok, err)
			}
			if !rehash {
				t.Error("rehash false, want true: another algorithm, or a salt of 8 bytes")
			}
			if ok, _, err := h.Verify(t.Context(), test.encoded, test.password+"x"); ok || err != nil {
				t.Errorf("a wrong password: ok %v, error %v", ok, err)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	t.Run("accepts the password and no other", func(t *testing.T) {
		h := newHasher(t, cheap())
		encoded := hash(t, h, "password")
		for password, want := range map[string]bool{"password": true, "Password": false, "passwor": false, "": false} {
			ok, rehash, err := h.Verify(t.Context(), encoded, password)
			if ok != want || rehash || err != nil {
				t.Errorf("%q: ok %v, rehash %v, error %v; want %v, false, none", password, ok, rehash, err, want)
			}
		}
	})

	t.Run("says of every weaker encoding that it is to be hashed anew", func(t *testing.T) {
		h, _ := metered(t, Config{MemoryKiB: 1024, Iterations: 3, Parallelism: 2})
		for encoded, want := range map[string]bool{
			phcOf(argon2id, 1024, 3, 2): false,
			phcOf(argon2id, 2048, 4, 4): false,
			phcOf(argon2id, 1023, 3, 2): true,
			phcOf(argon2id, 1024, 2, 2): true,
			phcOf(argon2id, 1024, 3, 1): true,
			phcOf(argon2i, 2048, 4, 4):  true,
			strings.Replace(phcOf(argon2id, 1024, 3, 2), tagText, "AAECAwQFBgcICQoLDA0ODw", 1): true,
			strings.Replace(phcOf(argon2id, 1024, 3, 2), saltText, "c29tZXNhbHQ", 1):           true,
		} {
			if _, rehash, err := h.Verify(t.Context(), encoded, "password"); rehash != want || err != nil {
				t.Errorf("%s: rehash %v, error %v; want %v", encoded, rehash, err, want)
			}
		}
	})

	t.Run("finds no password in an empty encoding", func(t *testing.T) {
		h := newHasher(t, cheap())
		for _, password := range []string{"", "password"} {
			if ok, rehash, err := h.Verify(t.Context(), "", password); ok || rehash || err != nil {
				t.Errorf("%q: ok %v, rehash %v, error %v; want false, false, none", password, ok, rehash, err)
			}
		}
	})

	t.Run("says of a malformed encoding that it is invalid", func(t *testing.T) {
		h := newHasher(t, cheap())
		for _, encoded := range malformed() {
			if ok, rehash, err := h.Verify(t.Context(), encoded, "password"); ok || rehash || !errors.Is(err, port.ErrInvalid) {
				t.Errorf("%.80q: ok %v, rehash %v, error %v; want ErrInvalid", encoded, ok, rehash, err)
			}
		}
	})
}

func hash(t testing.TB, h *Hasher, password string) string {
	t.Helper()
	encoded, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatalf("Hash: %v", err)
	}
	return encoded
}
