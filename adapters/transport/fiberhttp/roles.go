package fiberhttp

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func readableRole(r auth.RoleInfo) readable { return readable{httpedge.NewRole(r.Role), r.Fields} }

func roleID(c *fiber.Ctx) domain.RoleID { return domain.RoleID(strings.Clone(c.Params("id"))) }

// listRoles handles GET /roles.
func (s *Server) listRoles(c *fiber.Ctx) error {
	roles, err := s.api.ListRoles(c.UserContext(), principal(c))
	if err != nil {
		return err
	}
	records := make([]readable, len(roles))
	for i, r := range roles {
		records[i] = readableRole(r)
	}
	return answerPage(c, records)
}

// answerPage writes the part of a whole list that limit, offset or page ask for. What else makes
// a list is refused: left out, the answer would look like what was asked for.
func answerPage(c *fiber.Ctx, records []readable) error {
	if err := refuseOtherLists(c); err != nil {
		return err
	}
	for key := range c.Context().QueryArgs().All() {
		name, _, _ := strings.Cut(string(key), "[")
		if name == "filter" || name == "sort" || name == "search" || name == "meta" {
			return domain.InvalidQueryError("This list is neither filtered nor sorted")
		}
	}
	offset, limit, err := decodePage(c, auth.MaxListedAccounts)
	if err != nil {
		return err
	}
	records = records[min(offset, len(records)):]
	records = records[:min(limit, len(records))]
	fields := make([]domain.Fields, len(records))
	for i, r := range records {
		fields[i] = r.fields
	}
	if err := refuseHidden(c, fields...); err != nil {
		return err
	}
	return answerRecords(c, records, nil)
}

// readMyRole handles GET /roles/me: a list, of the caller's role or of none.
func (s *Server) readMyRole(c *fiber.Ctx) error {
	role, has, err := s.api.MyRole(c.UserContext(), principal(c))
	if err != nil {
		return err
	}
	var records []readable
	if has {
		records = append(records, readableRole(role))
	}
	return answerRecords(c, records, nil)
}

// readRole handles GET /roles/:id.
func (s *Server) readRole(c *fiber.Ctx) error {
	role, err := s.api.ReadRole(c.UserContext(), principal(c), roleID(c))
	if err != nil {
		return err
	}
	if err := refuseHidden(c, role.Fields); err != nil {
		return err
	}
	return answerRecord(c, readableRole(role))
}

// createRole handles POST /roles.
func (s *Server) createRole(c *fiber.Ctx) error {
	patch, err := s.decodeRole(c, domain.ActionCreate)
	if err != nil {
		return err
	}
	role, err := s.api.CreateRole(c.UserContext(), principal(c), patch, s.client(c))
	if err != nil {
		return err
	}
	return answerRecord(c, readableRole(role))
}

func (s *Server) decodeRole(c *fiber.Ctx, action domain.Action) (auth.RolePatch, error) {
	body, err := s.decodeFor(c, domain.CollectionRoles, action)
	if err != nil {
		return auth.RolePatch{}, err
	}
	o, err := newObject(body)
	if err != nil {
		return auth.RolePatch{}, err
	}
	return httpedge.RolePatch(o)
}

// updateRole handles PATCH /roles/:id.
func (s *Server) updateRole(c *fiber.Ctx) error {
	patch, err := s.decodeRole(c, domain.ActionUpdate)
	if err != nil {
		return err
	}
	role, err := s.api.UpdateRole(c.UserContext(), principal(c), roleID(c), patch, s.client(c))
	if err != nil {
		return err
	}
	return answerRecord(c, readableRole(role))
}

// deleteRole handles DELETE /roles/:id.
func (s *Server) deleteRole(c *fiber.Ctx) error {
	if err := s.api.DeleteRole(c.UserContext(), principal(c), roleID(c), s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}
