// Command genschema writes the GraphQL schema to standard output, for docs/api/schema.graphql.
package main

import (
	"fmt"
	"os"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
)

func main() {
	if _, err := os.Stdout.WriteString(graphql.Schema()); err != nil {
		fmt.Fprintln(os.Stderr, "genschema:", err)
		os.Exit(1)
	}
}
