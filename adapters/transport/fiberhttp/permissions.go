package fiberhttp

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func readablePermission(p auth.PermissionInfo) readable {
	return readable{httpedge.NewPermission(p.Permission), p.Fields}
}

func permissionID(c *fiber.Ctx) domain.PermissionID {
	return domain.PermissionID(strings.Clone(c.Params("id")))
}

// listPermissions handles GET /permissions.
func (s *Server) listPermissions(c *fiber.Ctx) error {
	permissions, err := s.api.ListPermissions(c.UserContext(), principal(c))
	if err != nil {
		return err
	}
	records := make([]readable, len(permissions))
	for i, p := range permissions {
		records[i] = readablePermission(p)
	}
	return answerPage(c, records)
}

// readPermission handles GET /permissions/:id.
func (s *Server) readPermission(c *fiber.Ctx) error {
	permission, err := s.api.ReadPermission(c.UserContext(), principal(c), permissionID(c))
	if err != nil {
		return err
	}
	if err := refuseHidden(c, permission.Fields); err != nil {
		return err
	}
	return answerRecord(c, readablePermission(permission))
}

// readMyPermissions handles GET /permissions/me.
func (s *Server) readMyPermissions(c *fiber.Ctx) error {
	granted, err := s.api.MyPermissions(c.UserContext(), principal(c))
	if err != nil {
		return err
	}
	return answerData(c, httpedge.NewGrants(granted))
}

// readMyGlobals handles GET /policies/me/globals.
func (s *Server) readMyGlobals(c *fiber.Ctx) error {
	globals, err := s.api.MyGlobals(c.UserContext(), principal(c))
	if err != nil {
		return err
	}
	return answerData(c, httpedge.Globals(globals))
}

// decodePermission refuses who is no administrator before it looks at what was sent.
func (s *Server) decodePermission(c *fiber.Ctx) (auth.PermissionPatch, error) {
	if err := s.api.RequireAdministrator(c.UserContext(), principal(c)); err != nil {
		return auth.PermissionPatch{}, err
	}
	body, err := decodeBody(c)
	if err != nil {
		return auth.PermissionPatch{}, err
	}
	return httpedge.PermissionPatch(body)
}

// createPermission handles POST /permissions.
func (s *Server) createPermission(c *fiber.Ctx) error {
	patch, err := s.decodePermission(c)
	if err != nil {
		return err
	}
	permission, err := s.api.CreatePermission(c.UserContext(), principal(c), patch, s.client(c))
	if err != nil {
		return err
	}
	return answerRecord(c, readablePermission(permission))
}

// updatePermission handles PATCH /permissions/:id.
func (s *Server) updatePermission(c *fiber.Ctx) error {
	patch, err := s.decodePermission(c)
	if err != nil {
		return err
	}
	permission, err := s.api.UpdatePermission(c.UserContext(), principal(c), permissionID(c), patch, s.client(c))
	if err != nil {
		return err
	}
	return answerRecord(c, readablePermission(permission))
}

// deletePermission handles DELETE /permissions/:id.
func (s *Server) deletePermission(c *fiber.Ctx) error {
	if err := s.api.DeletePermission(c.UserContext(), principal(c), permissionID(c), s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}
