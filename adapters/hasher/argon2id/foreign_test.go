package argon2id

import (
	"errors"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// The encodings of other services. The answers of scrypt are from RFC 7914, section 12, and from
// the documentation of Firebase's; those of PBKDF2 with SHA-1 from RFC 6070, the others from
// another implementation.
const (
	scryptEncoded   = "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA"
	firebaseEncoded = "$firebase-scrypt$ln=14,r=8,p=1$42xEC+ixf3L2lwc$GjH2+Jz+dglLj5NuFkZHgBvZnv8Z8VZE5sdIgEAbIgeXy+ZfSpJLu1A++pZcpx0OhX41mDwvu2Olmp+PnfLfyQ"
	sha1Encoded     = "$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"
	sha256Encoded   = "$pbkdf2-sha256$i=4096$c2FsdA$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o"
	sha512Encoded   = "$pbkdf2-sha512$i=4096$c2FsdA$0Zexsz2wFD4BixLz0dFHnmzevcyXxcD4f2kC4HL0V7UUPzBgJkGz1VzTNZiMs2uEN2Bg7NUy4Dm3QqI5Q0ry1Q"
	longTagEncoded  = "$pbkdf2-sha256$i=10$c2FsdA$ZTzIiNk37+IoEKXL2yWlvYLi67J6gA+Fz6NgptklGY6LrfMWK6G+Uah6rAsUhLC9/pGHxIpneyKPQmRel40VkQ"
)

// TestVerifyOfOtherServices wants their passwords to fit, and to be hashed anew. Red when the
// stream of Firebase's cipher begins elsewhere, when a tag is compared beyond what is computed of
// it, or when endsInNUL is not asked.
func TestVerifyOfOtherServices(t *testing.T) {
	h := newHasher(t, cheap())
	for encoded, password := range map[string]string{
		scryptEncoded: "password", firebaseEncoded: "user1password",
		sha1Encoded: "password", sha256Encoded: "password", sha512Encoded: "password", longTagEncoded: "password",
	} {
		kind, _, _ := strings.Cut(encoded[1:], "$")
		t.Run(kind, func(t *testing.T) {
			if ok, rehash, err := h.Verify(t.Context(), encoded, password); !ok || !rehash || err != nil {
				t.Errorf("the right password: ok %v, rehash %v, error %v", ok, rehash, err)
			}
			for _, wrong := range []string{"", "Password", password + " ", password + "\x00", password + "\x00\x00"} {
				if ok, rehash, err := h.Verify(t.Context(), encoded, wrong); ok || !rehash || err != nil {
					t.Errorf("%q: ok %v, rehash %v, error %v; want false, true, none", wrong, ok, rehash, err)
				}
			}
			if err := Check(encoded); err != nil {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

// TestForeignCostsAreBounded tries each parameter at its ceiling and beyond it: who brings a row
// must not be able to keep the service busy with it.
func TestForeignCostsAreBounded(t *testing.T) {
	scrypt := func(parameters string) string {
		return "$scrypt$" + parameters + "$" + saltText + "$" + tagText
	}
	pbkdf2 := func(iterations string) string {
		return "$pbkdf2-sha256$i=" + iterations + "$" + saltText + "$" + tagText
	}
	for encoded, want := range map[string]bool{
		scrypt("ln=15,r=8,p=1"): true, scrypt("ln=1,r=1,p=1"): true,
		scrypt("ln=18,r=8,p=1"): true, scrypt("ln=18,r=8,p=2"): true, scrypt("ln=17,r=8,p=4"): true, scrypt("ln=16,r=4,p=16"): true,
		scrypt("ln=18,r=9,p=1"): false, scrypt("ln=19,r=8,p=1"): false, scrypt("ln=18,r=8,p=3"): false, scrypt("ln=17,r=8,p=5"): false,
		scrypt("ln=10,r=8,p=17"): false, scrypt("ln=0,r=8,p=1"): false, scrypt("ln=15,r=0,p=1"): false, scrypt("ln=15,r=8,p=0"): false,
		scrypt("ln=31,r=1,p=1"): false, scrypt("ln=64,r=1,p=1"): false, scrypt("ln=1,r=4294967295,p=1"): false, scrypt("ln=30,r=1073741824,p=16"): false,
		pbkdf2("1"): true, pbkdf2("3000000"): true,
		pbkdf2("0"): false, pbkdf2("3000001"): false, pbkdf2("4294967296"): false, pbkdf2("-1"): false,
	} {
		if got := Check(encoded) == nil; got != want {
			t.Errorf("%s: got taken %t, want %t", encoded, got, want)
		}
	}
}

// TestForeignHasOneSpelling refuses what would be written otherwise.
func TestForeignHasOneSpelling(t *testing.T) {
	h := newHasher(t, cheap())
	for _, good := range []string{scryptEncoded, firebaseEncoded, sha256Encoded} {
		parts := strings.Split(good, "$")
		with := func(i int, text string) string {
			changed := append([]string{}, parts...)
			changed[i] = text
			return strings.Join(changed, "$")
		}
		for _, bad := range []string{
			good[1:], good + "$", good + "=", good + "\n", " " + good,
			with(1, strings.ToUpper(parts[1])), with(1, parts[1]+"x"), with(1, "pbkdf2-md5"),
			with(2, ""), with(2, parts[2]+",x=1"), with(2, strings.Replace(parts[2], "=", "=0", 1)), with(2, strings.Replace(parts[2], "=", "=+", 1)),
			with(3, ""), with(3, "c2Fs"), with(3, strings.Repeat("A", 172)), with(3, parts[3]+"=="),
			with(4, ""), with(4, "AAECAwQFBgcICQoLDA0O"), with(4, strings.Repeat("A", 172)),
			with(4, strings.Repeat("A", maxEncodedBytes)),
		} {
			if ok, _, err := h.Verify(t.Context(), bad, "password"); ok || !errors.Is(err, port.ErrInvalid) {
				t.Errorf("%.90q: ok %t, error %v; want ErrInvalid", bad, ok, err)
			}
			if err := Check(bad); !errors.Is(err, port.ErrInvalid) || strings.Contains(err.Error(), parts[4]) {
				t.Errorf("Check of %.90q: %v; want ErrInvalid without it", bad, err)
			}
		}
	}
	for _, bad := range append(malformed(), "") {
		if err := Check(bad); !errors.Is(err, port.ErrInvalid) {
			t.Errorf("Check of %.90q: %v; want ErrInvalid", bad, err)
		}
	}
	for _, good := range []string{phcOf(argon2id, 65536, 3, 4), phcOf(argon2i, 65536, 3, 4), "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"} {
		if err := Check(good); err != nil {
			t.Errorf("Check of %s: %v", good, err)
		}
	}
}

// TestForeignTakesAWholeHashAndItsMemory wants the work of a hash of ours done beside that of the
// other service, whether the password fits or not, and the gate to know of the memory.
func TestForeignTakesAWholeHashAndItsMemory(t *testing.T) {
	for encoded, memory := range map[string]uint32{
		sha256Encoded: 65536, scryptEncoded: 65536, "$scrypt$ln=18,r=8,p=1$" + saltText + "$" + tagText: 262144,
	} {
		h, work := metered(t, Config{})
		ran := 0
		h.foreign = func(foreign, []byte) (bool, error) { ran++; return true, nil }
		if ok, rehash, err := h.Verify(t.Context(), encoded, "password"); !ok || !rehash || err != nil {
			t.Fatalf("ok %v, rehash %v, error %v", ok, rehash, err)
		}
		if ran != 1 || work.blocks != h.current.blocks() {
			t.Errorf("%s: ran %d times beside %d blocks, want once beside %d", encoded, ran, work.blocks, h.current.blocks())
		}
		if got := h.checkFor(encoded).peak.memoryKiB; got != memory {
			t.Errorf("%s: got a peak of %d KiB, want %d", encoded, got, memory)
		}
	}
}
