package graphql_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
)

// TestTools sends the query with which tools read a schema.
func TestTools(t *testing.T) {
	const reference = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }"
	got := newWorld(t, auth.DefaultSettings()).do(t, graphqlclient.Call{Query: `query IntrospectionQuery {
		__schema {
			queryType { name } mutationType { name } subscriptionType { name }
			types { ...FullType }
			directives { name description locations args(includeDeprecated: true) { ...InputValue } }
		}
	}
	fragment FullType on __Type {
		kind name description
		fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
		inputFields(includeDeprecated: true) { ...InputValue }
		interfaces { ...TypeRef }
		enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
		possibleTypes { ...TypeRef }
	}
	fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
	fragment TypeRef on __Type { ` + reference + ` }`, Operation: "IntrospectionQuery"})
	if got.Status != http.StatusOK || len(codes(t, got)) > 0 || !strings.Contains(string(got.Body), `"auth_login"`) {
		t.Errorf("got status %d, %.500s", got.Status, got.Body)
	}
}

// TestDirectivesAreThoseThatToolsCanReadAllOf: who sees @oneOf asks for isOneOf, which the library
// does not know.
//
// Red when New leaves the directives as the library has them.
func TestDirectivesAreThoseThatToolsCanReadAllOf(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	wantBody(t, w.ask(t, "", "{ __schema { directives { name } } __type(name: \"Date\") { specifiedByURL } }"),
		`{"data":{"__schema":{"directives":[{"name":"deprecated"},{"name":"include"},{"name":"skip"},{"name":"specifiedBy"}]},"__type":{"specifiedByURL":null}}}`)
}
