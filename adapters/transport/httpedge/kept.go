package httpedge

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Kept is how an account shows what the service keeps of it for itself: what nobody else writes,
// and secrets, of which there is no more to see than whether they are there. The names are those
// of every transport.
type Kept struct {
	ID                 domain.UserID `json:"id"`
	Password           *string       `json:"password"`
	TFASecret          *string       `json:"tfa_secret"`
	Token              *string       `json:"token"`
	LastAccess         *string       `json:"last_access"`
	Provider           string        `json:"provider"`
	ExternalIdentifier *string       `json:"external_identifier"`
	AuthData           *string       `json:"auth_data"`
	Policies           []string      `json:"policies"`
}

// NewKept returns what is shown of an account. There is one provider, and there are no policies.
func NewKept(u domain.User) Kept {
	kept := Kept{
		ID:        u.ID,
		Password:  ConcealedOrNull(u.Password != ""),
		TFASecret: ConcealedOrNull(u.TOTP != nil),
		Token:     ConcealedOrNull(u.StaticToken != nil),
		Provider:  "default",
		Policies:  []string{},
	}
	if !u.LastAccess.IsZero() {
		kept.LastAccess = new(Timestamp(u.LastAccess))
	}
	return kept
}

// keptMembers are those of an account that the service alone writes, besides its ID.
func keptMembers() []string {
	return []string{"provider", "external_identifier", "auth_data", "last_access", "policies"}
}

// Unchanged returns which members of a change of an account say no more than what the account is
// shown with: clients write back what they have read, and no transport takes that for a change.
// The rest of what nobody changes is for RefuseKept. The members are JSON by their names; read
// returns the account, and is called where that matters.
func Unchanged(change map[string]json.RawMessage, read func() (domain.User, error)) ([]string, error) {
	names := append([]string{"id", "tfa_secret"}, keptMembers()...)
	if isConcealed(change["password"]) || KindOf(change["password"]) == KindNull {
		names = append(names, "password")
	}
	if isConcealed(change["token"]) { // null takes a token away
		names = append(names, "token")
	}
	names = slices.DeleteFunc(names, func(name string) bool { _, sent := change[name]; return !sent })
	if len(names) == 0 {
		return nil, nil
	}
	user, err := read()
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(NewKept(user))
	if err != nil {
		return nil, fmt.Errorf("encode account: %w", err)
	}
	var shown map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &shown); err != nil {
		return nil, fmt.Errorf("decode account: %w", err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !isSame(change[name], shown[name]) }), nil
}

// RefuseKept refuses the members of a change that an administrator cannot change either. A value
// that says nothing is as good as none.
func RefuseKept(change map[string]json.RawMessage) error {
	for _, name := range append([]string{"id"}, keptMembers()...) {
		value, sent := change[name]
		if sent && !saysNothing(name, value) {
			return forbidden(name, "is kept by the service and nobody changes it")
		}
	}
	return refuseSecondFactor(change)
}

// RefuseOthers refuses the members of a change of one's own account that are for others to write,
// whatever they say.
func RefuseOthers(change map[string]json.RawMessage) error {
	if err := refuseSecondFactor(change); err != nil {
		return err
	}
	for _, name := range append([]string{"id", "role", "status", "token"}, keptMembers()...) {
		if _, sent := change[name]; sent {
			return forbidden(name, "is not yours to change")
		}
	}
	return nil
}

func refuseSecondFactor(change map[string]json.RawMessage) error {
	if _, sent := change["tfa_secret"]; sent {
		return domain.InvalidPayloadError("tfa_secret", `"tfa_secret" cannot be set here`)
	}
	return nil
}

func forbidden(name, why string) error {
	e := domain.NewError(domain.Forbidden, nil)
	e.Field, e.Reason = name, fmt.Sprintf("%q %s", name, why)
	return e
}

// saysNothing reports whether the value is that of every account.
func saysNothing(name string, value json.RawMessage) bool {
	switch {
	case name == "id":
		return false
	case KindOf(value) == KindNull:
		return true
	case name == "provider":
		return isSame(value, json.RawMessage(`"default"`))
	}
	return name == "policies" && isSame(value, json.RawMessage(`[]`))
}

func isConcealed(value json.RawMessage) bool {
	return isSame(value, json.RawMessage(`"`+Concealed+`"`))
}

// isSame reports whether two JSON texts have one value.
func isSame(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
