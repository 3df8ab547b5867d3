package httpedge

import (
	"net/url"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Provenance is what a request says of the page that made it, each field as it came, empty
// where it did not.
type Provenance struct {
	ContentType string
	Origin      string // RFC 6454, section 7
	FetchSite   string // Sec-Fetch-Site, of Fetch Metadata
	Host        string
}

// RefuseCrossSite refuses a request whose credential is a cookie and which a page of
// another site made: the browser sends cookies by itself, so they prove nothing about who
// wanted the request. Browsers say where a request comes from; other clients say nothing,
// and carry no cookie unless they mean it. Pages of origins that trusts knows may want requests
// as our own may; nil knows none. The error is FORBIDDEN, and names the check that failed.
func RefuseCrossSite(p Provenance, public *url.URL, trusts func(origin string) bool) error {
	if p.ContentType != "" && !IsJSON(p.ContentType) {
		return crossSite("Content-Type is not application/json, as in a form of any site")
	}
	switch {
	case p.Origin != "" && (IsOwnOrigin(p.Origin, p.Host, public) || trusts != nil && trusts(p.Origin)):
		return nil
	case p.Origin != "":
		return crossSite("Origin is neither that of this service nor one that may send cookies")
	case strings.EqualFold(p.FetchSite, "cross-site"), strings.EqualFold(p.FetchSite, "same-site"):
		return crossSite("Sec-Fetch-Site says that another site made the request")
	}
	return nil
}

func crossSite(reason string) error {
	e := domain.NewError(domain.Forbidden, nil)
	e.Reason = reason
	return e
}
