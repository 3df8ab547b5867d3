package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Connect holds where Connect and gRPC are answered. Address is HOST:PORT, or empty for nowhere.
type Connect struct {
	Address string `env:"CONNECT_ADDRESS" doc:"The address and TCP port at which Connect, gRPC and gRPC-Web are answered, such as 127.0.0.1:8056, without TLS, over HTTP/1.1 and HTTP/2. It is a listener of its own, for which MAX_PAYLOAD_SIZE, MAX_CONNECTIONS and the timeouts hold as for the other. Unset: there is none." own:"true"`
}

func (l *loader) checkConnect(c Connect, s Server) {
	if c.Address == "" {
		return
	}
	const name = "CONNECT_ADDRESS"
	host, port, err := net.SplitHostPort(c.Address)
	if err != nil || !isHost(host) || !isPort(port) {
		l.mistake(name, l.shownValue(name, c.Address)+" is no address and port", "write them like 127.0.0.1:8056, [::1]:8056 or 0.0.0.0:8056; port 0 takes any free one")
		return
	}
	if port != "0" && strings.TrimLeft(port, "0") == strconv.Itoa(s.Port) && overlap(host, s.Host) {
		l.mistake(name, l.shownValue(name, c.Address)+" is taken by HOST and PORT: Connect has a listener of its own", "write another port")
	}
}

// overlap reports whether nobody can listen at one port of both hosts.
func overlap(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	one, another := addressOf(a), addressOf(b)
	switch {
	case !one.IsValid() || !another.IsValid(): // names, which may be anybody's
		return false
	case one == another, one == netip.IPv6Unspecified(), another == netip.IPv6Unspecified(): // which is every address of both kinds
		return true
	}
	return one.Is4() && another.Is4() && (one.IsUnspecified() || another.IsUnspecified())
}

// addressOf returns the address of a host, and the zero one for a name other than localhost.
func addressOf(host string) netip.Addr {
	if strings.EqualFold(host, "localhost") {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap()
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}
