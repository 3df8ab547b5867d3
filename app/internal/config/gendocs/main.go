// Command gendocs writes docs/configuration.md to standard output.
package main

import (
	"fmt"
	"os"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

func main() {
	if err := config.WriteMarkdown(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}
