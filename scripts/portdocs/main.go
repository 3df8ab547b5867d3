// Command portdocs writes docs/ports.md to standard output: every port with the cases of the
// contract kit that hold an adapter to it, and the planted faults that prove them.
//
//	go run ./scripts/portdocs > docs/ports.md
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/faulty"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	writePage(out, outbound(), inbound())
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "portdocs:", err)
		os.Exit(1)
	}
}

// row is a case as the page shows it.
type row struct {
	port   string // empty in the inbound kit
	id     string
	rule   string
	faults []string // that turn it red
}

func outbound() []row {
	faults := map[string][]string{}
	for _, f := range faulty.All() {
		for _, id := range f.Turns {
			faults[id] = append(faults[id], f.Name)
		}
	}
	var rows []row
	for _, c := range contract.AllCases() {
		rows = append(rows, row{port: c.Port, id: c.ID, rule: c.Rule, faults: faults[c.ID]})
	}
	return rows
}

func inbound() []row {
	var rows []row
	for _, c := range contract.TransportCases() {
		rows = append(rows, row{id: c.ID, rule: c.Rule})
	}
	return rows
}
