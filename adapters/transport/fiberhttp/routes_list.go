package fiberhttp

import (
	"cmp"
	"slices"

	"github.com/gofiber/fiber/v2"
)

// Route is one operation: a method, and a path in which :name stands for any one segment.
type Route struct{ Method, Path string }

// Routes returns the operations of the server, sorted by path and method, without those of its
// mounts. HEAD is there wherever GET is, and is not among them.
func (s *Server) Routes() []Route {
	var routes []Route
	for _, r := range s.app.GetRoutes(true) {
		if r.Method != fiber.MethodHead {
			routes = append(routes, Route{Method: r.Method, Path: r.Path})
		}
	}
	slices.SortFunc(routes, func(a, b Route) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return slices.Compact(routes)
}
