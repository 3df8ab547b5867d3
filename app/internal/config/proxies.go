package config

import (
	"net/netip"
	"strings"
)

const proxiesFix = "name the proxies: a list of addresses and CIDR ranges, such as 10.0.0.0/8,192.0.2.7; or false"

// parseProxies reads a list of addresses and ranges, or false. The second result says what
// is wrong, or is empty.
func parseProxies(text string) ([]netip.Prefix, string) {
	switch strings.ToLower(text) {
	case "false":
		return nil, ""
	case "true":
		return nil, "would believe whatever any client says about its address"
	}
	var proxies []netip.Prefix
	for _, item := range splitList(text) {
		prefix, ok := parseProxy(item)
		switch {
		case !ok:
			return nil, quote(item) + " is no address and no CIDR range"
		case prefix.Bits() == 0:
			return nil, quote(item) + " would believe whatever any client says about its address"
		case prefix != prefix.Masked():
			return nil, quote(item) + " has bits after its prefix; the range is " + prefix.Masked().String()
		}
		proxies = append(proxies, prefix)
	}
	return proxies, ""
}

func parseProxy(text string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		// An IPv4 range in IPv6 clothes never matches: callers unmap addresses first.
		return prefix, !prefix.Addr().Is4In6()
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), true
}

// splitList splits at commas, trims, and drops what is empty.
func splitList(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
