package connectrpc

import (
	"context"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// accountPatch is what somebody writes of an account. Who may write none is refused before that is
// looked at.
func (s userService) accountPatch(ctx context.Context, action domain.Action, m *v1.UserPatch) (auth.AccountPatch, error) {
	if err := s.api.RequireAccess(ctx, callOf(ctx).caller, domain.CollectionUsers, action); err != nil {
		return auth.AccountPatch{}, err
	}
	if m == nil {
		return auth.AccountPatch{}, nil
	}
	profile, err := profilePatch(m.GetProfile())
	return auth.AccountPatch{
		ProfilePatch: profile,
		Status:       (*domain.Status)(m.Status),
		Role:         (*domain.RoleID)(m.RoleId),
		Token:        m.Token,
	}, err
}

// dropConcealed takes out of a patch the asterisks that the other transports show in the place of
// secrets, where there are such.
func (s userService) dropConcealed(ctx context.Context, id domain.UserID, patch *auth.AccountPatch) error {
	secrets := map[string]**string{"password": &patch.Password, "token": &patch.Token}
	sent := map[string]json.RawMessage{}
	for name, secret := range secrets {
		if *secret == nil {
			continue
		}
		text, err := json.Marshal(**secret)
		if err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
		sent[name] = text
	}
	unchanged, err := httpedge.Unchanged(sent, func() (domain.User, error) {
		account, err := s.api.ReadAccount(ctx, callOf(ctx).caller, id)
		return account.User, err
	})
	for _, name := range unchanged {
		*secrets[name] = nil
	}
	return err
}

func profilePatch(m *v1.ProfilePatch) (auth.ProfilePatch, error) {
	if m == nil {
		return auth.ProfilePatch{}, nil
	}
	preferences, err := preferencesOf(m.GetPreferences())
	return auth.ProfilePatch{
		FirstName: m.FirstName, LastName: m.LastName, Language: m.Language,
		Email: m.Email, Password: m.Password, Preferences: preferences,
	}, err
}

// preferencesOf returns those that an account has, as JSON. Other names are ignored.
func preferencesOf(sent map[string]*structpb.Value) (map[string]json.RawMessage, error) {
	members := make(map[string]json.RawMessage, len(sent))
	for name, value := range sent {
		text, err := json.Marshal(value.AsInterface())
		if err != nil {
			return nil, domain.InvalidPayloadError(name, fmt.Sprintf("%q is not JSON", name))
		}
		members[name] = text
	}
	return httpedge.Preferences(members)
}

// shownPreferences is the way back. What is kept and is none of theirs, as an import may have left
// it, or is a number that no message holds, is left out.
func shownPreferences(kept []byte) map[string]*structpb.Value {
	var members map[string]json.RawMessage
	if len(kept) == 0 || json.Unmarshal(kept, &members) != nil {
		return nil
	}
	shown := map[string]*structpb.Value{}
	for name, text := range members {
		known, err := httpedge.Preferences(map[string]json.RawMessage{name: text})
		if err != nil || len(known) == 0 {
			continue
		}
		value := new(structpb.Value)
		if value.UnmarshalJSON(text) == nil {
			shown[name] = value
		}
	}
	return shown
}
