package fiberhttp

import (
	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// routes is the order in which a request meets its checks. Whether the process lives is answered
// to everybody, as often as they ask; which keys are public before any token is looked at; a bad token fails every other route, also those
// that need none. Routes below /auth do not look at the session cookie, so that a client
// whose cookie is dead can log in again, but for those about sessions and links to other places,
// which are for those who are logged in.
func (s *Server) routes() {
	s.app.Use(s.logRequest, s.recoverPanic, s.limitTime, s.refuseEncodedBodies)
	s.app.Get("/livez", s.setHeaders, s.livez)
	s.app.Get("/readyz", s.setHeaders, s.readyz)
	s.app.Use(s.admit)
	for _, m := range s.config.Mounts {
		s.app.Use(s.mount(m))
	}
	s.app.Use(s.setHeaders, s.answerPreflight)

	s.app.Get("/", s.redirectRoot)
	s.app.Get("/server/ping", s.ping)
	s.app.Get(keySetPath, s.keySet)

	s.app.Get("/auth/sessions", s.authenticate, s.listSessions)
	s.app.Delete("/auth/sessions", s.authenticate, s.endSessions)
	s.app.Delete("/auth/sessions/:id", s.authenticate, s.endSession)

	s.app.Get("/auth/verify", s.verify)
	s.app.Post("/auth/verify", s.verify)

	s.oauthLinkRoutes()

	authRoutes := s.app.Group("/auth", s.authenticateWithoutCookie)
	authRoutes.Post("/login", s.login)
	authRoutes.Post("/refresh", s.refresh)
	authRoutes.Post("/logout", s.logout)
	authRoutes.Post("/password/request", s.requestReset)
	authRoutes.Post("/password/reset", s.reset)
	s.oauthRoutes(authRoutes)
	authRoutes.Use(s.routeNotFound)

	s.joiningRoutes()

	s.app.Use(s.authenticate)
	s.app.Post("/users/invite", s.invite)
	s.app.Get("/users/me", s.readMe)
	s.app.Patch("/users/me", s.updateMe)
	s.app.Get("/users", s.listAccounts)
	s.app.Post("/users", s.createAccount)
	s.app.Patch("/users", s.updateAccounts)
	s.app.Delete("/users", s.deleteAccounts)
	s.secondFactorRoutes()
	s.app.Get("/users/:id", s.exceptMe, s.readAccount)
	s.app.Patch("/users/:id", s.exceptMe, s.updateAccount)
	s.app.Delete("/users/:id", s.exceptMe, s.deleteAccount)
	s.app.Get("/roles", s.listRoles)
	s.app.Post("/roles", s.createRole)
	s.app.Get("/roles/me", s.readMyRole)
	s.app.Get("/roles/:id", s.readRole)
	s.app.Patch("/roles/:id", s.exceptMe, s.updateRole)
	s.app.Delete("/roles/:id", s.exceptMe, s.deleteRole)
	s.app.Get("/permissions", s.listPermissions)
	s.app.Post("/permissions", s.createPermission)
	s.app.Get("/permissions/me", s.readMyPermissions)
	s.app.Get("/permissions/:id", s.readPermission)
	s.app.Patch("/permissions/:id", s.exceptMe, s.updatePermission)
	s.app.Delete("/permissions/:id", s.exceptMe, s.deletePermission)
	s.app.Get("/policies/me/globals", s.readMyGlobals)
	s.app.Get("/activity", s.activity)
	s.app.Get("/server/health", s.health)
	s.app.Get("/server/info", s.info)
	s.app.Use(s.routeNotFound)
}

// redirectRoot leads people who know no path to where there is a page.
func (s *Server) redirectRoot(c *fiber.Ctx) error {
	if s.config.RootRedirect == "" {
		return c.Next()
	}
	return c.Redirect(s.config.RootRedirect, fiber.StatusFound)
}

// routeNotFound answers what no route took. A known path with another method is such a
// thing, too: clients of this API expect 404 and no 405.
func (s *Server) routeNotFound(c *fiber.Ctx) error {
	e := domain.NewError(domain.RouteNotFound, nil)
	e.Message = noRoute(c)
	return e
}

func noRoute(c *fiber.Ctx) string { return "Route " + requestPath(c) + " doesn't exist." }
