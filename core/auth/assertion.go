package auth

import (
	"context"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	// AssertionTTL is how long an assertion is good: for one request and clocks that differ.
	AssertionTTL = time.Minute

	// MaxAudienceBytes bounds the name of an application that asks for an assertion.
	MaxAudienceBytes = 128
)

// asserted returns v with an assertion for the application, if one has asked and v is somebody.
func (s *Service) asserted(ctx context.Context, v Visitor, audience string) (Visitor, error) {
	if audience == "" || v.User.ID == "" {
		return v, nil
	}
	now := s.Clock.Now().UTC().Truncate(time.Second)
	var err error
	v.Assertion, err = s.Asserter.Assert(ctx, domain.Assertion{
		Audience: audience, Subject: v.User.ID, Email: v.User.Email, Role: v.Role.ID,
		IssuedAt: now, ExpiresAt: now.Add(AssertionTTL),
	})
	if err != nil {
		return Visitor{}, unavailable(err)
	}
	return v, nil
}

// isAudience reports whether text can be the name of an application, which may be a URL.
func isAudience(text string) bool {
	return len(text) <= MaxAudienceBytes && !strings.ContainsFunc(text, func(r rune) bool {
		return ('a' > r || r > 'z') && ('A' > r || r > 'Z') && ('0' > r || r > '9') && !strings.ContainsRune("._:/-", r)
	})
}
