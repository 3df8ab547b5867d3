package fiberhttp

import (
	"net/netip"
	"strings"
	"testing"
)

// TestSecurity09_ForwardedFor: the address is that of the last hop that no proxy of ours
// is.
//
// Red when the walk goes from left to right, does not look at trusted, or skips text that
// is no address in place of ending there.
func TestSecurity09_ForwardedFor(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct {
		name, peer string
		lines      []string
		want       string
	}{
		{"no header", "10.0.0.1", nil, "10.0.0.1"},
		{"a peer that is not trusted", "203.0.113.7", []string{"198.51.100.1"}, "203.0.113.7"},
		{"one hop", "10.0.0.1", []string{"203.0.113.7"}, "203.0.113.7"},
		{"what the client wrote stands left", "10.0.0.1", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		{"a trusted address that the client wrote", "10.0.0.1", []string{"10.0.0.9, 203.0.113.7"}, "203.0.113.7"},
		{"several proxies", "10.0.0.1", []string{"203.0.113.7, 10.0.0.3, 10.0.0.2"}, "203.0.113.7"},
		{"several lines are one list", "10.0.0.1", []string{"198.51.100.1", "203.0.113.7", "10.0.0.2"}, "203.0.113.7"},
		{"proxies all the way", "10.0.0.1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"text that is no address ends the walk", "10.0.0.1", []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		{"text behind a proxy ends the walk there", "10.0.0.1", []string{"203.0.113.7, unknown, 10.0.0.2"}, "10.0.0.2"},
		{"an address with a port is none", "10.0.0.1", []string{"203.0.113.7:4711"}, "10.0.0.1"},
		{"an empty header", "10.0.0.1", []string{""}, "10.0.0.1"},
		{"no blanks, and many", "10.0.0.1", []string{"198.51.100.1,\t 203.0.113.7 "}, "203.0.113.7"},
		{"IPv6", "fd00::1", []string{"2001:db8::7"}, "2001:db8::7"},
		{"an IPv4 address in IPv6 is that IPv4 address", "10.0.0.1", []string{"203.0.113.7, ::ffff:10.0.0.2"}, "203.0.113.7"},
		{"a zone is dropped", "10.0.0.1", []string{"fe80::1%eth0"}, "fe80::1"},
		{"a trusted address with a zone is trusted", "10.0.0.1", []string{"203.0.113.7, fd00::1%eth0"}, "203.0.113.7"},
		{"leading zeros are no address", "10.0.0.1", []string{"203.0.113.007"}, "10.0.0.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := forwardedFor(netip.MustParseAddr(test.peer), linesOf(test.lines), trusted)
			if got.String() != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func linesOf(texts []string) [][]byte {
	var lines [][]byte
	for _, text := range texts {
		lines = append(lines, []byte(text))
	}
	return lines
}

// FuzzSecurity09_ForwardedFor: whatever the header holds, the answer is an address, an
// untrusted peer is believed alone, and nothing that is put on the left changes what an
// untrusted hop has settled.
func FuzzSecurity09_ForwardedFor(f *testing.F) {
	for _, seed := range []string{"", "203.0.113.7", "198.51.100.1, 10.0.0.2", "a,,b", "::1%x, fd00::1", "10.0.0.1\n10.0.0.2"} {
		f.Add(seed)
	}
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	stranger, proxy := netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("10.0.0.1")
	f.Fuzz(func(t *testing.T, header string) {
		lines := linesOf(strings.Split(header, "\n"))
		if got := forwardedFor(stranger, lines, trusted); got != stranger {
			t.Errorf("got %s from a peer that is not trusted, want %s", got, stranger)
		}
		got := forwardedFor(proxy, lines, trusted)
		if !got.IsValid() || got.Is4In6() || got.Zone() != "" {
			t.Errorf("got %q, want a plain address", got)
		}
		if contains(trusted, got) {
			return
		}
		if more := forwardedFor(proxy, append(linesOf([]string{"198.51.100.1, 10.0.0.7"}), lines...), trusted); more != got {
			t.Errorf("got %s with more on the left, want %s", more, got)
		}
	})
}
