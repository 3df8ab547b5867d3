package fiberhttp

import (
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// listAccounts handles GET /users.
func (s *Server) listAccounts(c *fiber.Ctx) error {
	asked, err := decodeListQuery(c)
	if err != nil {
		return err
	}
	users, err := s.api.ListAccounts(c.UserContext(), principal(c), asked.query)
	if err != nil {
		return err
	}
	meta, err := s.countAccounts(c, asked)
	if err != nil {
		return err
	}
	if err := refuseHidden(c, fieldsOf(users)...); err != nil {
		return err
	}
	return answerAccounts(c, users, meta)
}

// countAccounts returns the counts that were asked for, by their names, or nil.
func (s *Server) countAccounts(c *fiber.Ctx, asked listQuery) (map[string]int, error) {
	var meta map[string]int
	for name, filter := range asked.counts() {
		n, err := s.api.CountAccounts(c.UserContext(), principal(c), filter)
		if err != nil {
			return nil, err
		}
		if meta == nil {
			meta = map[string]int{}
		}
		meta[name] = n
	}
	return meta, nil
}

// readAccount handles GET /users/:id.
func (s *Server) readAccount(c *fiber.Ctx) error {
	account, err := s.api.ReadAccount(c.UserContext(), principal(c), accountID(c))
	if err != nil {
		return err
	}
	if err := refuseHidden(c, account.Fields); err != nil {
		return err
	}
	return answerAccount(c, account)
}

// createAccount handles POST /users, of one account or of a list of them.
func (s *Server) createAccount(c *fiber.Ctx) error {
	body, err := s.decodeFor(c, domain.CollectionUsers, domain.ActionCreate)
	if err != nil {
		return err
	}
	if kindOf(body) == kindArray {
		return s.createAccounts(c, body)
	}
	patch, err := accountPatchIn(body)
	if err != nil {
		return err
	}
	user, err := s.api.CreateAccount(c.UserContext(), principal(c), patch, s.client(c))
	if err != nil {
		return err
	}
	return answerAccount(c, user)
}

// updateAccount handles PATCH /users/:id.
func (s *Server) updateAccount(c *fiber.Ctx) error {
	body, err := s.decodeFor(c, domain.CollectionUsers, domain.ActionUpdate)
	if err != nil {
		return err
	}
	change, err := newObject(body)
	if err != nil {
		return err
	}
	if err := s.dropUnchanged(c, change, accountID(c)); err != nil {
		return err
	}
	patch, err := change.accountPatch()
	if err != nil {
		return err
	}
	user, err := s.api.UpdateAccount(c.UserContext(), principal(c), accountID(c), patch, s.client(c))
	if err != nil {
		return err
	}
	return answerAccount(c, user)
}

// dropUnchanged takes out of a change of the account what it is shown with.
func (s *Server) dropUnchanged(c *fiber.Ctx, o object, id domain.UserID) error {
	names, err := httpedge.Unchanged(o, func() (domain.User, error) {
		account, err := s.api.ReadAccount(c.UserContext(), principal(c), id)
		return account.User, err
	})
	for _, name := range names {
		delete(o, name)
	}
	return err
}

// deleteAccount handles DELETE /users/:id.
func (s *Server) deleteAccount(c *fiber.Ctx) error {
	if err := s.api.DeleteAccount(c.UserContext(), principal(c), accountID(c), s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}

func accountID(c *fiber.Ctx) domain.UserID { return domain.UserID(strings.Clone(c.Params("id"))) }

// exceptMe leaves /users/me to routes of its own: it is nobody's ID.
func (s *Server) exceptMe(c *fiber.Ctx) error {
	if strings.EqualFold(c.Params("id"), "me") {
		return s.routeNotFound(c)
	}
	return c.Next()
}

// decodeFor returns the body, or an empty object where it is not JSON. Who may do the action to
// nothing of the collection is refused before the body is looked at.
func (s *Server) decodeFor(c *fiber.Ctx, collection string, action domain.Action) (json.RawMessage, error) {
	if err := s.api.RequireAccess(c.UserContext(), principal(c), collection, action); err != nil {
		return nil, err
	}
	body, err := decodeJSON(c)
	if err == nil && body == nil {
		body = json.RawMessage(`{}`)
	}
	return body, err
}

func fieldsOf(accounts []auth.Account) []domain.Fields {
	fields := make([]domain.Fields, len(accounts))
	for i, account := range accounts {
		fields[i] = account.Fields
	}
	return fields
}

// accountPatchIn reads the members that an administrator may write: those of one's own profile,
// and the rights.
func accountPatchIn(value json.RawMessage) (auth.AccountPatch, error) {
	body, err := newObject(value)
	if err != nil {
		return auth.AccountPatch{}, err
	}
	return body.accountPatch()
}

func (o object) accountPatch() (auth.AccountPatch, error) {
	if err := httpedge.RefuseKept(o); err != nil {
		return auth.AccountPatch{}, err
	}
	profile, err := o.profilePatch()
	if err != nil {
		return auth.AccountPatch{}, err
	}
	patch := auth.AccountPatch{ProfilePatch: profile}
	if patch.Token, err = o.nullableText("token"); err != nil {
		return auth.AccountPatch{}, err
	}
	role, err := o.nullableText("role")
	if err != nil {
		return auth.AccountPatch{}, err
	}
	patch.Role = (*domain.RoleID)(role)
	if o.has("status") {
		status, err := o.text("status")
		if err != nil {
			return auth.AccountPatch{}, err
		}
		patch.Status = (*domain.Status)(&status)
	}
	return patch, nil
}

// nullableText returns a member that must be a string or null, which gives "", and nil for
// one that is missing.
func (o object) nullableText(name string) (*string, error) {
	if !o.has(name) {
		return nil, nil
	}
	if kindOf(o[name]) == kindNull {
		return new(string), nil
	}
	text, err := o.text(name)
	if err != nil {
		return nil, err
	}
	return &text, nil
}
