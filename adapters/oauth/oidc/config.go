package oidc

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

const tenantMark = "{tenantid}"

func withDefaults(c Config) Config {
	openID := c.Issuer != ""
	if c.Scopes == nil && openID {
		c.Scopes = []string{"openid", "profile", "email"}
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.MaxAnswer == 0 {
		c.MaxAnswer = 256 << 10
	}
	if c.Clock == nil {
		c.Clock = machineClock{}
	}
	if c.VerifiedKey == "" && c.EmailKey != "" && c.EmailKey != "email" {
		c.VerifiedKey = "-"
	}
	for key, standard := range map[*string]string{
		&c.SubjectKey: "sub", &c.EmailKey: "email", &c.VerifiedKey: "email_verified",
		&c.FirstNameKey: "given_name", &c.LastNameKey: "family_name", &c.NameKey: "name",
	} {
		if *key == "" {
			*key = standard
		}
	}
	return c
}

type machineClock struct{}

func (machineClock) Now() time.Time { return time.Now() }

// protocolParams are what Params may not change.
func protocolParams() []string {
	return []string{
		"client_id", "client_secret", "response_type", "redirect_uri", "scope", "state", "nonce",
		"code_challenge", "code_challenge_method", "response_mode", "request", "request_uri",
	}
}

// check returns every mistake in c, one a line.
func check(c Config) error {
	var found []error
	wrong := func(format string, args ...any) { found = append(found, fmt.Errorf(format, args...)) }
	if c.Name == "" || port.CheckKey(c.Name) != nil {
		wrong("Name is no name of a provider")
	}
	if c.ClientID == "" {
		wrong("ClientID is empty")
	}
	if c.ClientSecret == "" {
		wrong("ClientSecret is empty")
	}
	switch {
	case c.Issuer == "" && c.AuthorizeURL == "":
		wrong("neither Issuer nor AuthorizeURL says where to log in")
	case c.Issuer != "" && c.AuthorizeURL != "":
		wrong("Issuer and AuthorizeURL are two places to log in")
	case c.Issuer != "":
		if err := checkURL(strings.Replace(c.Issuer, tenantMark, "tenant", 1), c.AllowInsecure); err != nil {
			wrong("Issuer %w", err)
		}
		if strings.Contains(c.Issuer, tenantMark) != (c.Tenant != "") {
			wrong("Tenant goes with an Issuer that has %s in it, and with no other", tenantMark)
		}
		if strings.ContainsAny(c.Tenant, "/?#%\\") {
			wrong("Tenant is no name of a tenant")
		}
		if !slices.Contains(c.Scopes, "openid") {
			wrong(`Scopes lack "openid"`)
		}
	default:
		urls := map[string]string{"AuthorizeURL": c.AuthorizeURL, "TokenURL": c.TokenURL, "ProfileURL": c.ProfileURL}
		if c.EmailsURL != "" {
			urls["EmailsURL"] = c.EmailsURL
		}
		for _, name := range []string{"AuthorizeURL", "TokenURL", "ProfileURL", "EmailsURL"} {
			if address, set := urls[name]; set {
				if err := checkURL(address, c.AllowInsecure); err != nil {
					wrong("%s %w", name, err)
				}
			}
		}
	}
	if c.SubjectKey == "-" || c.SubjectKey == c.EmailKey {
		wrong("SubjectKey has to be what the provider never gives to another, and no address is")
	}
	for name := range c.Params {
		if slices.Contains(protocolParams(), name) {
			wrong("Params may not set %s", name)
		}
	}
	if c.Timeout < 0 || c.MaxAnswer < 0 {
		wrong("Timeout and MaxAnswer cannot be negative")
	}
	return errors.Join(found...)
}

// checkURL wants https, or http to this host.
func checkURL(address string, insecure bool) error {
	at, err := url.Parse(address)
	if err != nil || at.Host == "" || at.User != nil || at.Fragment != "" {
		return errors.New("is no https:// address")
	}
	switch {
	case at.Scheme == "https":
	case at.Scheme == "http" && (insecure || loopback(at.Hostname())):
	default:
		return errors.New("is no https:// address")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
