package fiberhttp

import (
	"net/netip"
	"strings"
	"testing"
)

// TestSecurity09_ForwardedFor: the address is that of the last hop that no proxy of ours
// is.
//
// Red when the walk goes from left to right, does not look at Ranges, or skips text that
// is no address in place of ending there.
func TestSecurity09_ForwardedFor(t *testing.T) {
	trusted := Proxies{Ranges: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
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
		{"a port is cut off", "10.0.0.1", []string{"203.0.113.7:4711"}, "203.0.113.7"},
		{"a port of a proxy is cut off, too", "10.0.0.1", []string{"203.0.113.7, 10.0.0.2:4711"}, "203.0.113.7"},
		{"a port that is none", "10.0.0.1", []string{"203.0.113.7:x"}, "10.0.0.1"},
		{"a port beyond the last", "10.0.0.1", []string{"203.0.113.7:65536"}, "10.0.0.1"},
		{"a port without an address", "10.0.0.1", []string{":4711"}, "10.0.0.1"},
		{"an element that is empty", "10.0.0.1", []string{"203.0.113.7,"}, "10.0.0.1"},
		{"IPv6 in brackets", "fd00::1", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"IPv6 in brackets with a port", "fd00::1", []string{"[2001:db8::7]:443"}, "2001:db8::7"},
		{"IPv6 in brackets with more", "fd00::1", []string{"[2001:db8::7]443"}, "fd00::1"},
		{"IPv4 in brackets is none", "10.0.0.1", []string{"[203.0.113.7]"}, "10.0.0.1"},
		{"brackets that do not close", "fd00::1", []string{"[2001:db8::7"}, "fd00::1"},
		{"IPv4 in IPv6 in brackets with a port", "10.0.0.1", []string{"203.0.113.7, [::ffff:10.0.0.2]:80"}, "203.0.113.7"},
		{"the form of RFC 7239", "10.0.0.1", []string{"for=203.0.113.7"}, "10.0.0.1"},
		{"markup", "10.0.0.1", []string{"<script>alert(1)</script>"}, "10.0.0.1"},
		{"an empty header", "10.0.0.1", []string{""}, "10.0.0.1"},
		{"no blanks, and many", "10.0.0.1", []string{"198.51.100.1,\t 203.0.113.7 "}, "203.0.113.7"},
		{"IPv6", "fd00::1", []string{"2001:db8::7"}, "2001:db8::7"},
		{"an IPv4 address in IPv6 is that IPv4 address", "10.0.0.1", []string{"203.0.113.7, ::ffff:10.0.0.2"}, "203.0.113.7"},
		{"a zone is dropped", "10.0.0.1", []string{"fe80::1%eth0"}, "fe80::1"},
		{"a trusted address with a zone is trusted", "10.0.0.1", []string{"203.0.113.7, fd00::1%eth0"}, "203.0.113.7"},
		{"leading zeros are no address", "10.0.0.1", []string{"203.0.113.007"}, "10.0.0.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := trusted.client(netip.MustParseAddr(test.peer), linesOf(test.lines))
			if got.String() != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestSecurity09_CountedHops: of a known number of proxies each is believed, whatever its
// address is, and nobody further away.
//
// Red when trusts compares walked with `<=`, or does not look at Hops, and when client does not
// count what it has walked.
func TestSecurity09_CountedHops(t *testing.T) {
	const peer = "192.0.2.1"
	for _, test := range []struct {
		hops  int
		lines []string
		want  string
	}{
		{0, []string{"203.0.113.7"}, peer},
		{1, nil, peer},
		{1, []string{"203.0.113.7"}, "203.0.113.7"},
		{1, []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		{1, []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7"},
		{1, []string{"203.0.113.7, unknown"}, peer},
		{2, []string{"198.51.100.1, 203.0.113.7, 192.0.2.9"}, "203.0.113.7"},
		{2, []string{"198.51.100.1", "203.0.113.7", "192.0.2.9:80"}, "203.0.113.7"},
		{3, []string{"203.0.113.7, 192.0.2.9"}, "203.0.113.7"}, // fewer than were told
	} {
		got := Proxies{Hops: test.hops}.client(netip.MustParseAddr(peer), linesOf(test.lines))
		if got.String() != test.want {
			t.Errorf("%d hops, %q: got %s, want %s", test.hops, test.lines, got, test.want)
		}
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
	for _, seed := range []string{"", "203.0.113.7", "198.51.100.1, 10.0.0.2", "a,,b", "::1%x, fd00::1", "10.0.0.1\n10.0.0.2", "203.0.113.7:4711, [::1]:80", "[fd00::1%x]"} {
		f.Add(seed)
	}
	trusted := Proxies{Ranges: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	stranger, proxy := netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("10.0.0.1")
	f.Fuzz(func(t *testing.T, header string) {
		lines := linesOf(strings.Split(header, "\n"))
		counted := Proxies{Hops: 1}
		if hop := counted.client(stranger, lines); hop != counted.client(stranger, append(linesOf([]string{"198.51.100.1, 10.0.0.7"}), lines...)) {
			t.Errorf("got %s of one counted proxy, and another with more on the left", hop)
		}
		if got := trusted.client(stranger, lines); got != stranger {
			t.Errorf("got %s from a peer that is not trusted, want %s", got, stranger)
		}
		got := trusted.client(proxy, lines)
		if !got.IsValid() || got.Is4In6() || got.Zone() != "" {
			t.Errorf("got %q, want a plain address", got)
		}
		if trusted.trusts(got, 0) {
			return
		}
		if more := trusted.client(proxy, append(linesOf([]string{"198.51.100.1, 10.0.0.7"}), lines...)); more != got {
			t.Errorf("got %s with more on the left, want %s", more, got)
		}
	})
}
