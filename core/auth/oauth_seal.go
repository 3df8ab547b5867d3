package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// maxOAuthCookieBytes leaves room for the name and the attributes of a cookie: browsers drop one
// that is longer than 4096 bytes (RFC 6265, section 6.1), and the login would end in nothing.
const maxOAuthCookieBytes = 3800

// sealState returns state as the browser carries it. Where the place at which the login is to
// end makes it longer than browsers take, that is INVALID_PAYLOAD.
func (s *Service) sealState(state oauthState) (string, error) {
	var carried bytes.Buffer
	form := json.NewEncoder(&carried)
	form.SetEscapeHTML(false) // nobody shows it, and each & of the query would be six bytes
	if err := form.Encode(state); err != nil {
		return "", unavailable(fmt.Errorf("seal a login: %w", err))
	}
	sealed := s.keys.oauth.Seal(carried.Bytes(), oauthStateContext)
	if len(sealed) > maxOAuthCookieBytes {
		return "", redirectRefused("is too long for a cookie")
	}
	return sealed, nil
}
