package fiberhttp

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// createAccounts handles POST /users of a list.
func (s *Server) createAccounts(c *fiber.Ctx, list json.RawMessage) error {
	objects, err := objectsIn(list)
	if err != nil {
		return err
	}
	patches := make([]auth.AccountPatch, len(objects))
	for i, o := range objects {
		if patches[i], err = o.accountPatch(); err != nil {
			return domain.OfElement(err, i, len(objects))
		}
	}
	users, err := s.api.CreateAccounts(c.UserContext(), principal(c), patches, s.client(c))
	if err != nil {
		return err
	}
	return answerAccounts(c, users, nil)
}

// updateAccounts handles PATCH /users: the same change of the accounts that "keys" names, or a
// list of accounts, each with its "id" and a change of its own.
func (s *Server) updateAccounts(c *fiber.Ctx) error {
	body, err := s.decodeFor(c, domain.CollectionUsers, domain.ActionUpdate)
	if err != nil {
		return err
	}
	decode := sameUpdates
	if kindOf(body) == kindArray {
		decode = func(list json.RawMessage) ([]auth.AccountUpdate, error) { return s.ownUpdates(c, list) }
	}
	updates, err := decode(body)
	if err != nil {
		return err
	}
	users, err := s.api.UpdateAccounts(c.UserContext(), principal(c), updates, s.client(c))
	if err != nil {
		return err
	}
	return answerAccounts(c, users, nil)
}

// sameUpdates reads {"keys":["...","..."],"data":{...}}.
func sameUpdates(body json.RawMessage) ([]auth.AccountUpdate, error) {
	o, err := newObject(body)
	if err != nil {
		return nil, err
	}
	ids, err := o.keys()
	if err != nil {
		return nil, err
	}
	if !o.has("data") {
		return nil, domain.InvalidPayloadError("data", `"data" is required`)
	}
	patch, err := accountPatchIn(o["data"])
	if err != nil {
		return nil, err
	}
	updates := make([]auth.AccountUpdate, len(ids))
	for i, id := range ids {
		updates[i] = auth.AccountUpdate{ID: id, Patch: patch}
	}
	return updates, nil
}

// ownUpdates reads [{"id":"...", ...},{"id":"...", ...}].
func (s *Server) ownUpdates(c *fiber.Ctx, body json.RawMessage) ([]auth.AccountUpdate, error) {
	objects, err := objectsIn(body)
	if err != nil {
		return nil, err
	}
	updates := make([]auth.AccountUpdate, len(objects))
	for i, o := range objects {
		// Where more are named than are changed at once, all are refused, and none need be read.
		if updates[i], err = s.ownUpdate(c, o, len(objects) <= auth.MaxChangedAccounts); err != nil {
			return nil, domain.OfElement(err, i, len(objects))
		}
	}
	return updates, nil
}

// ownUpdate reads a change that names the account itself.
func (s *Server) ownUpdate(c *fiber.Ctx, o object, mayRead bool) (auth.AccountUpdate, error) {
	id, err := o.requiredText("id")
	if err != nil {
		return auth.AccountUpdate{}, err
	}
	delete(o, "id") // which names the account, and does not change
	if mayRead {
		if err := s.dropUnchanged(c, o, domain.UserID(id)); err != nil {
			return auth.AccountUpdate{}, err
		}
	}
	patch, err := o.accountPatch()
	return auth.AccountUpdate{ID: domain.UserID(id), Patch: patch}, err
}

// deleteAccounts handles DELETE /users of a list of IDs, or of {"keys":[...]}.
func (s *Server) deleteAccounts(c *fiber.Ctx) error {
	body, err := s.decodeFor(c, domain.CollectionUsers, domain.ActionDelete)
	if err != nil {
		return err
	}
	decode := keysIn
	if kindOf(body) == kindArray {
		decode = idsIn
	}
	ids, err := decode(body)
	if err != nil {
		return err
	}
	if err := s.api.DeleteAccounts(c.UserContext(), principal(c), ids, s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}

func keysIn(body json.RawMessage) ([]domain.UserID, error) {
	o, err := newObject(body)
	if err != nil {
		return nil, err
	}
	return o.keys()
}

// keys returns the IDs that the member of that name lists. Accounts that a query finds are not
// changed unseen: "query" is no substitute.
func (o object) keys() ([]domain.UserID, error) {
	if !o.has("keys") {
		return nil, domain.InvalidPayloadError("keys", `"keys" is required`)
	}
	return idsIn(o["keys"])
}

func idsIn(list json.RawMessage) ([]domain.UserID, error) {
	values, err := valuesIn(list)
	if err != nil {
		return nil, err
	}
	ids := make([]domain.UserID, len(values))
	for i, value := range values {
		id, err := object{"keys": value}.optionalText("keys")
		if err != nil {
			return nil, domain.OfElement(err, i, len(values))
		}
		ids[i] = domain.UserID(id)
	}
	return ids, nil
}

func objectsIn(list json.RawMessage) ([]object, error) {
	values, err := valuesIn(list)
	if err != nil {
		return nil, err
	}
	objects := make([]object, len(values))
	for i, value := range values {
		if objects[i], err = newObject(value); err != nil {
			return nil, domain.OfElement(err, i, len(values))
		}
	}
	return objects, nil
}

// valuesIn returns the values of a list.
func valuesIn(list json.RawMessage) ([]json.RawMessage, error) {
	var values []json.RawMessage
	if kindOf(list) != kindArray || json.Unmarshal(list, &values) != nil {
		return nil, domain.InvalidPayloadError("keys", `"keys" must be an array`)
	}
	return values, nil
}
