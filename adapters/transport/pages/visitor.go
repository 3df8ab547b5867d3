package pages

import (
	"errors"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// visitor returns who calls, by the session cookie and nothing else: a link to a page must
// not sign its reader in. A cookie that lets nobody in is taken away.
func (h *Handler) visitor(v *visit) (auth.Principal, error) {
	p, err := h.api.Authenticate(v.r.Context(), auth.Credential{Cookie: h.sessionCookie().value(v.r)})
	if isRefusal(err) {
		h.sessionCookie().expire(v.w)
		return auth.Principal{}, nil
	}
	return p, err
}

// isRefusal reports whether err says who may not come in, rather than that nobody knows.
func isRefusal(err error) bool {
	failure, ok := errors.AsType[*domain.Error](err)
	if !ok {
		return false
	}
	class := failure.Code.Info().Class
	return class == domain.ClassUnauthenticated || class == domain.ClassForbidden
}
