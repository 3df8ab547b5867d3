package wiring

import (
	"github.com/sallyport-auth/sallyport/adapters/transport/explorer"
	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/docs/api"
)

// Explorer is the pages for developers. One that is turned off is nil.
type Explorer struct {
	GraphiQL *explorer.Page
	Docs     *explorer.Page
}

func provideExplorer(c config.Config) (Explorer, error) {
	publicURL, err := parsePublicURL(c)
	if err != nil {
		return Explorer{}, err
	}
	settings := explorer.Config{PublicURL: publicURL, ProjectName: c.General.ProjectName}
	var made Explorer
	if c.Explorer.GraphQL {
		if made.GraphiQL, err = explorer.NewGraphiQL(settings); err != nil {
			return Explorer{}, err
		}
	}
	if c.Explorer.Docs {
		if made.Docs, err = explorer.NewSwaggerUI(settings, api.OpenAPI()); err != nil {
			return Explorer{}, err
		}
	}
	return made, nil
}

func (e Explorer) mounts() []fiberhttp.Mount {
	var list []fiberhttp.Mount
	if e.GraphiQL != nil {
		list = append(list, fiberhttp.Mount{Path: "/graphql", Handler: e.GraphiQL, Admits: e.GraphiQL.Admits})
	}
	if e.Docs != nil {
		list = append(list, fiberhttp.Mount{Path: "/docs", Handler: e.Docs, Admits: e.Docs.Admits})
	}
	return list
}
