package fiberhttp

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// keptMembers are those of an account that the service alone writes, besides its ID.
func keptMembers() []string {
	return []string{"provider", "external_identifier", "auth_data", "last_access", "policies"}
}

// dropUnchanged takes out of a change of the account what it is shown with: clients write back
// what they have read. What is left of members that nobody changes is refused later.
func (s *Server) dropUnchanged(c *fiber.Ctx, o object, id domain.UserID) error {
	names := append([]string{"id", "tfa_secret"}, keptMembers()...)
	if isConcealed(o["password"]) || kindOf(o["password"]) == kindNull {
		names = append(names, "password")
	}
	if isConcealed(o["token"]) { // null takes a token away
		names = append(names, "token")
	}
	if !slices.ContainsFunc(names, o.has) {
		return nil
	}
	user, err := s.api.ReadAccount(c.UserContext(), principal(c), id)
	if err != nil {
		return err
	}
	answer, err := newUserAnswer(user)
	if err != nil {
		return err
	}
	return o.dropEqual(answer, names)
}

// dropEqual removes the members of those names whose values are those of the answer.
func (o object) dropEqual(answer userAnswer, names []string) error {
	encoded, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("fiberhttp: encode account: %w", err)
	}
	shown, err := newObject(encoded)
	if err != nil {
		return err
	}
	for _, name := range names {
		if o.has(name) && isSame(o[name], shown[name]) {
			delete(o, name)
		}
	}
	return nil
}

// refuseKept refuses what an administrator cannot change either. A value that says nothing is
// taken for none.
func (o object) refuseKept() error {
	for _, name := range keptMembers() {
		if text := o[name]; kindOf(text) == kindNull || name == "provider" && isSame(text, json.RawMessage(`"default"`)) || name == "policies" && isSame(text, json.RawMessage(`[]`)) {
			delete(o, name)
		}
	}
	for _, name := range append([]string{"id"}, keptMembers()...) {
		if o.has(name) {
			e := domain.NewError(domain.Forbidden, nil)
			e.Field, e.Reason = name, fmt.Sprintf("%q is kept by the service and nobody changes it", name)
			return e
		}
	}
	return nil
}

func isConcealed(value json.RawMessage) bool {
	return isSame(value, json.RawMessage(`"`+httpedge.Concealed+`"`))
}

// isSame reports whether two JSON texts have one value.
func isSame(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
