package e2e

import (
	"net"
	"testing"
)

// TestDocsInABrowser tries an operation of REST on the page about them.
func TestDocsInABrowser(t *testing.T) {
	t.Parallel()
	program := chromium(t)
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	public := "http://" + address
	serve(t, append(cheap(t.TempDir()), "PORT="+port, "PUBLIC_URL="+public))
	b := openBrowser(t, program, address)

	b.open(public + "/docs")
	const ping = "#operations-Server-ping "
	b.click(ping + ".opblock-summary-control")
	b.sees(ping + "[data-param-name]") // or the page has not looked the operation up yet, and asks nothing
	b.click(ping + ".execute")
	b.reads(ping+".live-responses-table", "200")
	b.reads(ping+".live-responses-table", "pong")
}
