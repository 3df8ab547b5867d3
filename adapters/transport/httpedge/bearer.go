package httpedge

import "strings"

// Bearer returns the token of an Authorization field (RFC 6750, section 2.1). One of another
// form than two words, the first "Bearer" in any case, is as good as none.
func Bearer(authorization string) string {
	scheme, token, found := strings.Cut(authorization, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") || strings.Contains(token, " ") {
		return ""
	}
	return token
}
