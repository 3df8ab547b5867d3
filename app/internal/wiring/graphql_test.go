package wiring

import (
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// TestGraphQLMutations holds the names that the configuration takes to those that there are.
func TestGraphQLMutations(t *testing.T) {
	if got, want := config.GraphQLMutations(), graphql.Mutations(); !slices.Equal(got, want) {
		t.Errorf("the configuration takes %q, want %q", got, want)
	}
	c := load(t)
	if got, want := c.GraphQL.SingleUse, graphql.SingleUseMutations(); !slices.Equal(got, want) {
		t.Errorf("the default is %q, want %q", got, want)
	}
}
