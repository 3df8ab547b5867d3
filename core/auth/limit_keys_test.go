package auth

import (
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

func TestLoginAddressKey(t *testing.T) {
	for name, c := range map[string]struct{ a, b string }{
		"one IPv6 network of 64 bits":   {"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"},
		"spellings of one IPv6 address": {"2001:DB8:1:2:0:0:0:1", "2001:db8:1:2::1"},
		"IPv4 mapped into IPv6":         {"::ffff:192.0.2.7", "192.0.2.7"},
		"mapped, as hexadecimal":        {"::ffff:c000:207", "192.0.2.7"},
		"a zone":                        {"fe80::1%eth0", "fe80::2%eth1"},
		"nothing and garbage":           {"", "garbage"},
		"an address with a port":        {"192.0.2.7:80", "unknown"},
		"a list":                        {"192.0.2.7, 192.0.2.8", "unknown"},
		"leading zeros":                 {"192.0.2.007", "unknown"},
		"huge":                          {strings.Repeat("1", 1<<20), "unknown"},
		"NUL":                           {"192.0.2.7\x00", "unknown"},
	} {
		t.Run("the same/"+name, func(t *testing.T) {
			a, b := loginAddressKey(c.a), loginAddressKey(c.b)
			if a != b {
				t.Errorf("got %q and %q, want one key", a, b)
			}
			if err := port.CheckKey(a); err != nil {
				t.Errorf("no key: %v", err)
			}
		})
	}
	for name, c := range map[string]struct{ a, b string }{
		"two IPv4 addresses":      {"192.0.2.7", "192.0.2.8"},
		"two IPv6 networks":       {"2001:db8:1:2::1", "2001:db8:1:3::1"},
		"IPv4 and its look-alike": {"192.0.2.7", "::192.0.2.7"},
		"an address and garbage":  {"192.0.2.7", "garbage"},
		"loopbacks":               {"127.0.0.1", "::1"},
		"two mapped addresses":    {"::ffff:192.0.2.7", "::ffff:192.0.2.8"},
	} {
		t.Run("different/"+name, func(t *testing.T) {
			if a, b := loginAddressKey(c.a), loginAddressKey(c.b); a == b {
				t.Errorf("got %q for both, want two keys", a)
			}
		})
	}
}

func TestLoginAccountKey(t *testing.T) {
	t.Run("is the same in capital letters of ASCII, and no others", func(t *testing.T) {
		if loginAccountKey("ann@example.com") != loginAccountKey("ANN@Example.COM") {
			t.Error("got two keys for one address")
		}
		if loginAccountKey("kim@example.com") == loginAccountKey("\u212aim@example.com") {
			t.Error("got one key for two addresses")
		}
	})
	t.Run("shows no address and fits any store", func(t *testing.T) {
		key := loginAccountKey("ann@example.com")
		if strings.Contains(key, "ann") || strings.Contains(key, "example") {
			t.Errorf("got %q, which shows the address", key)
		}
		if err := port.CheckKey(key); err != nil {
			t.Error(err)
		}
	})
	t.Run("is no key of an address", func(t *testing.T) {
		if strings.HasPrefix(loginAccountKey("ann@example.com"), strings.SplitAfter(loginAddressKey("::1"), ":")[0]) {
			t.Error("keys of both kinds begin alike")
		}
	})
}

func TestLoginDeviceKey(t *testing.T) {
	nonce := strings.Repeat("n", deviceNonceLength)
	base := loginDeviceKey("ann@example.com", nonce)
	t.Run("differs by nonce and account, and not by the case of the address", func(t *testing.T) {
		if base == loginDeviceKey("bob@example.com", nonce) || base == loginDeviceKey("ann@example.com", nonce[1:]+"m") {
			t.Error("got one key for two devices")
		}
		if base != loginDeviceKey("ANN@example.com", nonce) {
			t.Error("got two keys for one device")
		}
	})
	t.Run("shows neither and fits any store", func(t *testing.T) {
		if strings.Contains(base, "ann") || strings.Contains(base, "nnn") {
			t.Errorf("got %q, which shows what it is of", base)
		}
		if err := port.CheckKey(base); err != nil {
			t.Error(err)
		}
	})
}
