// Package explorer has two pages for people who write a client: GraphiQL, which asks what one
// types of the GraphQL endpoint, and Swagger UI, which shows and tries the operations of REST.
// Each is a net/http handler. What they load is in the binary, compressed, and they name no other
// host: they work where there is no network.
//
// The pages hold no secret and no rule. What they ask, they ask of the service as any client does,
// and who has signed in in this browser is signed in here. They keep nothing in the browser: a
// password that was typed is gone with the tab.
package explorer

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Config says how to show a page.
type Config struct {
	// PublicURL is where browsers find the service. Its path, if it has one, stands before that
	// of every link. Required.
	PublicURL *url.URL

	ProjectName string // in the title of the page; default "Sallyport"
}

// graphQLPath is where the GraphQL endpoint is, and GraphiQL for browsers.
const graphQLPath = "/graphql"

// NewGraphiQL returns the page that browsers see at /graphql and /graphql/system, with and without
// a slash at the end. It is to be mounted there before the endpoint, for the requests that it
// Admits, and leaves all others to it. To its readers it suggests a mutation that logs in by
// session cookie, and a query about who they are then.
func NewGraphiQL(config Config) (*Page, error) {
	return newPage(config, layout{
		path:    graphQLPath,
		below:   "/explorer/",
		title:   "GraphiQL",
		styles:  []string{"graphiql.css", "explorer.css"},
		scripts: []string{"react.js", "react-dom.js", "graphiql.js", "start-graphiql.js"},
		data:    graphQLPath,
		isPage: func(r *http.Request) bool {
			path := strings.TrimSuffix(r.URL.Path, "/")
			isEndpoint := path == graphQLPath || path == graphQLPath+"/system"
			parameters, err := url.ParseQuery(r.URL.RawQuery) // what cannot be read is for the endpoint to refuse
			return isEndpoint && wantsHTML(r.Header) && err == nil && !parameters.Has("query")
		},
	})
}

// docsPath is where the description of REST is.
const docsPath = "/docs"

// DescriptionPath is where a page of NewSwaggerUI serves the description itself.
const DescriptionPath = docsPath + "/openapi.yaml"

// ownServer is the line of a description that says where the service is. It is relative to the
// host that the description comes from.
const ownServer = "\n  - url: /\n"

// NewSwaggerUI returns the page at /docs, about an OpenAPI description of the service in YAML,
// which it serves below. The first server of the description must be /, on a line by itself;
// where PublicURL has a path it becomes that.
func NewSwaggerUI(config Config, description []byte) (*Page, error) {
	if bytes.Count(description, []byte(ownServer)) != 1 {
		return nil, errors.New("explorer: the description does not have the one server /")
	}
	page, err := newPage(config, layout{
		path:    docsPath,
		below:   "/assets/",
		title:   "API",
		styles:  []string{"swagger-ui.css", "explorer.css"},
		scripts: []string{"swagger-ui.js", "start-swagger-ui.js"},
		data:    DescriptionPath,
		isPage: func(r *http.Request) bool {
			return r.URL.Path == docsPath || r.URL.Path == docsPath+"/"
		},
	})
	if err != nil {
		return nil, err
	}
	if base := basePath(config.PublicURL); base != "" {
		description = bytes.Replace(description, []byte(ownServer), []byte("\n  - url: "+base+"\n"), 1)
	}
	page.files[DescriptionPath] = file{contentType: "application/yaml", content: description} // RFC 9512
	return page, nil
}

// basePath is the path that stands before that of every link, without a slash at its end.
func basePath(public *url.URL) string { return strings.TrimRight(public.EscapedPath(), "/") }

// wantsHTML reports whether a browser asks for a page (RFC 9110, section 12.5.1): programs take
// anything, or JSON.
func wantsHTML(header http.Header) bool {
	for _, field := range header.Values("Accept") {
		for part := range strings.SplitSeq(field, ",") {
			mediaType, parameters, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(mediaType), "text/html") {
				return strings.ReplaceAll(parameters, " ", "") != "q=0"
			}
		}
	}
	return false
}
