package httpedge_test

import (
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestAccessPatchesRefuseWhatTheyDoNotKnow: one that is left out would give more than was meant.
func TestAccessPatchesRefuseWhatTheyDoNotKnow(t *testing.T) {
	permission := func(text string) error {
		_, err := httpedge.PermissionPatch(members(t, text))
		return err
	}
	role := func(text string) error {
		_, err := httpedge.RolePatch(members(t, text))
		return err
	}
	for _, c := range []struct {
		read  func(string) error
		text  string
		field string // that is refused; empty: none
	}{
		{permission, `{"role":null,"collection":"a","action":"read","fields":["*"],"permissions":null,"policy":null,"validation":{},"presets":[]}`, ""},
		{permission, `{"rol":"x","collection":"a","action":"read","fields":["*"]}`, "rol"},
		{permission, `{"role":"x","filter":{"id":{"_eq":"$CURRENT_USER"}}}`, "filter"},
		{permission, `{"role":"x","filter":null}`, "filter"},
		{permission, `{"Role":"x"}`, "Role"},
		{permission, `{"id":"x"}`, "id"},
		{role, `{"name":"a","app_access":true,"admin_access":false,"enforce_tfa":true,"icon":"people","description":"x"}`, ""},
		{role, `{"name":"a","enforce_2fa":true}`, "enforce_2fa"},
		{role, `{"ip_access":["192.0.2.1"]}`, "ip_access"},
	} {
		err := c.read(c.text)
		failure, _ := errors.AsType[*domain.Error](err)
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: got %v, want no error", c.text, err)
		case c.field != "" && (failure == nil || failure.Code != domain.InvalidPayload || failure.Field != c.field):
			t.Errorf("%s: got %v, want INVALID_PAYLOAD of %q", c.text, err, c.field)
		}
	}
}
