package config

import (
	"net"
	"strconv"
)

// Connect holds where Connect and gRPC are answered. Address is HOST:PORT, or empty for nowhere.
type Connect struct {
	Address string `env:"CONNECT_ADDRESS" doc:"The address and TCP port at which Connect, gRPC and gRPC-Web are answered, such as 127.0.0.1:8056, without TLS, over HTTP/1.1 and HTTP/2. It is a listener of its own, for which MAX_PAYLOAD_SIZE, MAX_CONNECTIONS and the timeouts hold as for the other. Unset: there is none." own:"true"`
}

func (l *loader) checkConnect(c Connect) {
	if c.Address == "" {
		return
	}
	const name = "CONNECT_ADDRESS"
	host, port, err := net.SplitHostPort(c.Address)
	if err != nil || !isHost(host) || !isPort(port) {
		l.mistake(name, l.shownValue(name, c.Address)+" is no address and port", "write them like 127.0.0.1:8056, [::1]:8056 or 0.0.0.0:8056; port 0 takes any free one")
	}
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}
