package graphql_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gophers "github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/ast"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestMutationsAreThoseOfTheSchema(t *testing.T) {
	schema, err := gophers.ParseSchema(graphql.Schema(), nil, gophers.UseStringDescriptions())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := graphql.Mutations(), schema.AST().RootOperationTypes["mutation"].(*ast.ObjectTypeDefinition).Fields.Names(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNewRefusesWhatCannotBeServed(t *testing.T) {
	public := &url.URL{Scheme: "https", Host: "login.example.com"}
	client := func(*http.Request) domain.Client { return domain.Client{} }
	for want, config := range map[string]graphql.Config{
		"PublicURL is missing":        {Client: client},
		"Client is missing":           {PublicURL: public},
		"there is no mutation log_in": {PublicURL: public, Client: client, SingleUse: []string{"auth_login", "log_in"}},
		"two cookies have the name":   {PublicURL: public, Client: client, SessionCookie: httpedge.Cookie{Name: "directus_refresh_token"}},
	} {
		if _, err := graphql.New(config, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

// TestPublishedSchema wants the file for tools and readers to be the schema that is served.
func TestPublishedSchema(t *testing.T) {
	published, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "api", "schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	if string(published) != graphql.Schema() {
		t.Error("docs/api/schema.graphql is out of date; run: go run ./adapters/transport/graphql/genschema > docs/api/schema.graphql")
	}
}
