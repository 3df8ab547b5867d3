// Command portsdoc writes docs/ports.md: what every port promises, from the doc comments of
// core/port, and the cases of the contract kit that check it:
//
//	go run ./scripts/portsdoc > docs/ports.md
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/faulty"
	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func main() {
	if err := run(".", os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "portsdoc:", err)
		os.Exit(1)
	}
}

// run writes the page of the checkout around dir.
func run(dir string, out io.Writer) error {
	root, err := workspace.Root(dir)
	if err != nil {
		return err
	}
	source, err := read(filepath.Join(root, "core", "port"))
	if err != nil {
		return err
	}
	page, err := render(source, contract.AllCases(), stories(), plantedFaults())
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, page)
	return err
}

// stories returns the cases of the inbound kit.
func stories() []contract.CaseInfo {
	var list []contract.CaseInfo
	for _, c := range contract.TransportCases() {
		list = append(list, contract.CaseInfo{ID: c.ID, Rule: c.Rule})
	}
	return list
}

// plantedFaults returns the names of the faults by the ID of the case that catches them.
func plantedFaults() map[string][]string {
	names := map[string][]string{}
	for _, f := range faulty.All() {
		for _, id := range f.Turns {
			names[id] = append(names[id], f.Name)
		}
	}
	return names
}
