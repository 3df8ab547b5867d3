package fiberhttp

import (
	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// ping handles GET /server/ping.
func (s *Server) ping(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	c.Response().SetBodyString("pong")
	return nil
}

// livez handles GET /livez: the process answers. What it depends on has no say, or an
// orchestrator would restart it for another's failure.
func (s *Server) livez(c *fiber.Ctx) error {
	return answerJSON(c, fiber.StatusOK, contentTypeJSON, httpedge.Health{Status: "ok"})
}

// readyz handles GET /readyz: the service can do its work.
func (s *Server) readyz(c *fiber.Ctx) error {
	return answerHealth(c, contentTypeJSON, s.api.Health(c.UserContext(), auth.Principal{}))
}

// health handles GET /server/health. It has no data envelope.
func (s *Server) health(c *fiber.Ctx) error {
	return answerHealth(c, "application/health+json; charset=utf-8", s.api.Health(c.UserContext(), principal(c)))
}

func answerHealth(c *fiber.Ctx, contentType string, h auth.Health) error {
	status := fiber.StatusOK
	if !h.OK {
		status = fiber.StatusServiceUnavailable
	}
	return answerJSON(c, status, contentType, httpedge.NewHealth(h))
}

// info handles GET /server/info.
func (s *Server) info(c *fiber.Ctx) error {
	data := map[string]any{"project": map[string]any{"project_name": s.config.ProjectName}}
	if !principal(c).Anonymous() {
		data["version"] = s.config.Version
	}
	return answerData(c, data)
}
