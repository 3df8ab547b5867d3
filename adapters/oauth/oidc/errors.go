package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"

	"github.com/sallyport-auth/sallyport/core/port"
)

// failure names the provider and what was being done. Errors of the libraries never get so far:
// they repeat what the provider has said, which may repeat what it was sent.
func (p *Provider) failure(what string, err error) error {
	return fmt.Errorf("oidc: %s at %s: %w", what, p.config.Name, err)
}

// ErrClient says that the provider does not take the client's ID or its secret.
var ErrClient = errors.New("the client ID or its secret is wrong")

// IssuerError says that a provider's description is of another issuer than the configured one.
type IssuerError struct {
	Own string // what the provider calls itself, which is no part of the text
}

func (*IssuerError) Error() string {
	return "the description of the provider: it calls itself by another issuer than the configured one"
}

// unbelieved is port.ErrInvalid with the reason.
func unbelieved(why string) error { return fmt.Errorf("%s: %w", why, port.ErrInvalid) }

// unanswered says that place gave no answer that can be understood, without what the answer
// was. Whatever comes out of a library is put into words of ours by its type: what it says may
// quote the provider, who may repeat what it was sent.
func unanswered(place string, err error) error {
	switch {
	case errors.Is(err, errTooLong):
		return fmt.Errorf("%s: %w", place, errTooLong)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", place, context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", place, context.DeadlineExceeded)
	}
	return fmt.Errorf("%s: %s", place, network(err))
}

// notExchanged says what the answer of a token endpoint means.
func notExchanged(err error) error {
	const place = "the token endpoint"
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return unanswered(place, err)
	}
	switch refused.ErrorCode {
	case "invalid_grant", "bad_verification_code", "redirect_uri_mismatch", "invalid_request":
		return unbelieved("the code is refused as " + refused.ErrorCode)
	case "invalid_client", "incorrect_client_credentials", "unauthorized_client":
		return fmt.Errorf("%s: %s: %w", place, refused.ErrorCode, ErrClient)
	case "invalid_scope", "unsupported_grant_type", "server_error", "temporarily_unavailable":
		return fmt.Errorf("%s: %s", place, refused.ErrorCode)
	}
	// RFC 6749, section 5.2, has 400 for whatever is wrong with a code; GitHub says so with 200.
	if status := refused.Response.StatusCode; status != http.StatusBadRequest && status != http.StatusOK {
		return fmt.Errorf("%s: status %d", place, status)
	}
	return unbelieved("the code is refused, for a reason of the provider's own")
}
