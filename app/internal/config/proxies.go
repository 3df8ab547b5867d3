package config

import (
	"net/netip"
	"strconv"
	"strings"
)

const proxiesFix = "name the proxies: a list of addresses and CIDR ranges, such as 10.0.0.0/8,192.0.2.7; or write how many there are, from 1 to 16; or false"

// maxHops is more proxies than there are in a row.
const maxHops = 16

// Proxies are those whose X-Forwarded-For is believed: by their addresses, or by their number.
// The zero value is none.
type Proxies struct {
	Ranges []netip.Prefix
	Hops   int
}

// parseProxies reads a list of addresses and ranges, a number, or false. The second result says
// all that is wrong, or is empty.
func parseProxies(text string) (Proxies, string) {
	switch strings.ToLower(text) {
	case "false":
		return Proxies{}, ""
	case "true":
		return Proxies{}, "would believe whatever any client says about its address"
	}
	if isDigits(text) {
		hops, err := strconv.Atoi(text)
		if err != nil || hops < 1 || hops > maxHops {
			return Proxies{}, quote(text) + " is no number of proxies"
		}
		return Proxies{Hops: hops}, ""
	}
	var proxies []netip.Prefix
	var problems []string
	for _, item := range splitList(text) {
		prefix, ok := parseProxy(item)
		switch {
		case !ok:
			problems = append(problems, quote(item)+" is no address and no CIDR range")
		case prefix.Bits() == 0:
			problems = append(problems, quote(item)+" would believe whatever any client says about its address")
		case prefix != prefix.Masked():
			problems = append(problems, quote(item)+" has bits after its prefix (the range is "+prefix.Masked().String()+")")
		}
		proxies = append(proxies, prefix)
	}
	if len(problems) > 0 {
		return Proxies{}, strings.Join(problems, "; ")
	}
	return Proxies{Ranges: proxies}, ""
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
