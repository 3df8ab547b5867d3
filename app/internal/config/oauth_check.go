package config

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const describedAt = "/.well-known/openid-configuration"

// checkOAuth looks at every provider, and brings what they say into the form that the rest of
// the program wants.
func (l *loader) checkOAuth(c *Config) {
	c.OAuth.PageProviders = splitNames(strings.Join(c.OAuth.PageProviders, " "))
	c.OAuth.Providers = splitNames(strings.Join(c.OAuth.Providers, " "))
	for i, p := range l.providers {
		l.checkProvider(providerChecker{l, p}, &c.OAuth.Places[i])
	}
	l.checkWayBack(c)
	if c.OAuth.DefaultDisabled && len(c.OAuth.PageProviders)+len(c.OAuth.Providers) == 0 {
		l.mistake("AUTH_DISABLE_DEFAULT", "is true, and there is no provider, so that nobody could log in", "name one in AUTH_PROVIDERS, or set it to false")
	}
}

// checkWayBack looks at where providers send browsers back.
func (l *loader) checkWayBack(c *Config) {
	if len(c.OAuth.Places) == 0 || !l.isSet("PUBLIC_URL") || !l.sound("PUBLIC_URL") {
		return
	}
	if u, ok := parsePublicURL(c.Server.PublicURL); ok && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		l.warn("PUBLIC_URL is http, and providers send browsers back there: most refuse to, and whoever is on the way reads what a login ends with; serve https, mostly by a proxy, and write its address to PUBLIC_URL")
	}
}

// providerChecker tells of the settings of one provider.
type providerChecker struct {
	*loader
	of namedProvider
}

// name returns the setting by which field is called.
func (p providerChecker) name(field string) string {
	for _, s := range p.of.settings {
		if s.field == field {
			return s.Name
		}
	}
	return p.of.Prefix + field
}

func (p providerChecker) has(field string) bool { return p.isSet(p.name(field)) }

func (p providerChecker) wrong(field, problem, fix string) { p.mistake(p.name(field), problem, fix) }

// need wants a setting that is not there.
func (p providerChecker) need(field, fix string) {
	if name := p.name(field); !p.isSet(name) && p.sound(name) {
		p.mistake(name, "is not set", fix)
	}
}

// noEffect warns of what the driver does not look at.
func (p providerChecker) noEffect(driver string, fields ...string) {
	for _, field := range fields {
		if p.has(field) {
			p.warn("%s has no effect with %s %s", p.name(field), p.name("DRIVER"), driver)
		}
	}
}

func (l *loader) checkProvider(p providerChecker, c *OAuthProvider) {
	p.need("CLIENT_ID", "copy it from the provider")
	p.need("CLIENT_SECRET", "copy it from the provider, or name a file that holds it in "+p.name("CLIENT_SECRET")+fileSuffix)
	p.deriveDriver(c)
	p.checkAddresses(c)
	if c.Driver != "" {
		p.checkDriver(c)
	}
	p.checkScopes(c)
	p.checkKeys(c)
	p.checkPeople(c)
	p.checkRedirects(c)
}

// deriveDriver finds out what is meant where nobody has said it.
func (p providerChecker) deriveDriver(c *OAuthProvider) {
	if p.has("DRIVER") || c.Driver != "" {
		return
	}
	name := p.name("DRIVER")
	switch {
	case slices.Contains(p.setting(name).oneof, strings.ToLower(c.Name)):
		c.Driver = strings.ToLower(c.Name)
	case c.IssuerURL != "":
		c.Driver = DriverOpenID
	case c.AuthorizeURL != "":
		c.Driver = DriverOAuth2
	default:
		p.mistake(name, "is not set, and nothing is known of a provider "+quote(c.Name), "write "+choice(p.setting(name).oneof, "or"))
		return
	}
	p.values[name] = c.Driver
}

// checkAddresses wants https, or http to this machine.
func (p providerChecker) checkAddresses(c *OAuthProvider) {
	if cut, ok := strings.CutSuffix(c.IssuerURL, describedAt); ok {
		c.IssuerURL = cut
	}
	for field, address := range map[string]string{"ISSUER_URL": c.IssuerURL, "AUTHORIZE_URL": c.AuthorizeURL, "ACCESS_URL": c.AccessURL, "PROFILE_URL": c.ProfileURL} {
		if address != "" && !isProviderAddress(address) {
			// The value is not repeated: it may hold a password.
			p.wrong(field, "is no https URL without user and fragment", "copy it from the provider; http is for this machine only")
		}
	}
	if c.Domain == "" {
		return
	}
	if c.Driver == "okta" && !strings.Contains(c.Domain, ".") {
		c.Domain += ".okta.com" // as OAUTH_OKTA_SUBDOMAIN has it
	}
	if !isHost(c.Domain) {
		p.wrong("DOMAIN", "is no name of a host", "write it like example.okta.com, without https:// and path")
	}
}

func isProviderAddress(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Opaque != "" || !isHost(u.Hostname()) || !isPortOrNone(u.Port()) || strings.ContainsFunc(text, ambiguousInURL) || strings.Contains(text, "#") {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isThisMachine(u.Hostname())
}

// checkDriver looks at what the driver needs, and what it does not look at.
func (p providerChecker) checkDriver(c *OAuthProvider) {
	addresses := []string{"AUTHORIZE_URL", "ACCESS_URL", "PROFILE_URL"}
	if c.OpenID() {
		p.noEffect(c.Driver, addresses...)
	} else {
		p.noEffect(c.Driver, "ISSUER_URL")
	}
	if p.has("DOMAIN") && p.has("ISSUER_URL") && c.OpenID() {
		p.wrong("DOMAIN", "and "+p.name("ISSUER_URL")+" both say where the provider is", "keep one of them")
	}
	switch c.Driver {
	case DriverOpenID:
		p.need("ISSUER_URL", "copy the issuer, or the address of the description, from the provider")
		p.noEffect(c.Driver, "DOMAIN")
	case DriverOAuth2:
		for _, field := range addresses {
			p.need(field, "copy it from the documentation of the provider")
		}
		p.need("IDENTIFIER_KEY", "name the member of the profile that the provider never gives to another, such as id")
		p.noEffect(c.Driver, "DOMAIN")
	case "okta":
		if !p.has("ISSUER_URL") {
			p.need("DOMAIN", "write the domain of your organisation, such as example.okta.com")
		}
	case "google", "discord":
		p.noEffect(c.Driver, "DOMAIN")
	}
}

func (p providerChecker) checkScopes(c *OAuthProvider) {
	c.Scopes = splitNames(strings.Join(c.Scopes, " "))
	if c.Driver != "" && c.OpenID() && len(c.Scopes) > 0 && !slices.Contains(c.Scopes, "openid") {
		p.wrong("SCOPE", `lacks "openid", without which there is no ID token`, "write it like openid profile email")
	}
}

func (p providerChecker) checkKeys(c *OAuthProvider) {
	if c.EmailKey != "" && c.EmailKey != "email" && c.VerifiedKey == "" { // as every driver has it
		p.warn("%s is not the address that %s vouches for, so that none counts as vouched for; name what says so in %s, if there is something",
			p.name("EMAIL_KEY"), c.Name, p.name("EMAIL_VERIFIED_KEY"))
	}
	subject := p.name("IDENTIFIER_KEY")
	email := c.EmailKey
	if email == "" {
		email = "email"
	}
	switch c.SubjectKey {
	case "":
	case email, "email", "preferred_username", "login", "username", "name":
		p.mistake(subject, p.shownValue(subject, c.SubjectKey)+" is what a provider may give to another person in time", "name what stays, such as sub or id")
	}
}

// checkPeople looks at who gets in.
func (p providerChecker) checkPeople(c *OAuthProvider) {
	role := p.name("DEFAULT_ROLE_ID")
	if c.DefaultRole != "" {
		c.DefaultRole = strings.ToLower(c.DefaultRole)
		switch {
		case !isUUID(c.DefaultRole):
			p.mistake(role, p.shownValue(role, c.DefaultRole)+" is no UUID", "copy the ID of a role, or unset it")
		case !c.AllowRegistration:
			p.warn("%s has no effect while %s is false", role, p.name("ALLOW_PUBLIC_REGISTRATION"))
		}
	}
	if !c.RequireVerifiedEmail && (c.LinkByEmail || c.AllowRegistration) {
		p.warn("%s is false: whoever can write an address into a profile at %s is taken for its owner", p.name("REQUIRE_VERIFIED_EMAIL"), c.Name)
	}
	// What an operator of the page's era expects, who knew no other way.
	if link := p.name("LINK_BY_EMAIL"); strings.HasPrefix(c.Prefix, pageFamily) && !p.isSet(link) {
		p.warn("%s is not set: nobody gets into an account by its address at %s before it is linked; set it to true for that, or to false to silence this", link, c.Name)
	}
}

// checkRedirects repeats no entry: one may hold a password.
func (p providerChecker) checkRedirects(c *OAuthProvider) {
	for i, text := range c.Redirects {
		entry := "entry " + strconv.Itoa(i+1)
		place, ok := parseDestination(text)
		switch {
		case !ok:
			p.wrong("REDIRECT_ALLOW_LIST", entry+" is no page and no address of an app", "write it like https://app.example.com/done or com.example.app://done, without user, query and fragment")
		case place.Scheme == "http" && !isLoopback(place.Hostname()):
			p.warn("%s of %s is http: whoever is on the way can read what a login ends with", entry, p.name("REDIRECT_ALLOW_LIST"))
		}
	}
}

// parseDestination reads a page, or the address of an app by a scheme of its own, which has a
// dot in it (RFC 8252, section 7.1) and so is none of a browser's.
func parseDestination(text string) (*url.URL, bool) {
	if page, ok := parsePage(text); ok {
		return page, true
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" || u.RawQuery != "" || u.ForceQuery ||
		strings.Contains(text, "#") || strings.ContainsFunc(text, ambiguousInURL) {
		return nil, false
	}
	return u, strings.Contains(u.Scheme, ".")
}

// isUUID wants the form of RFC 9562, section 4, in lower case.
func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range text {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdef", r) {
			return false
		}
	}
	return true
}

// parameters reads a query or a JSON object.
func (l *loader) parameters(s Setting, value string) any {
	const fix = `write a query such as hd=example.com, or a JSON object such as {"hd":"example.com"}`
	values := map[string]string{}
	if strings.HasPrefix(value, "{") {
		if err := json.Unmarshal([]byte(value), &values); err != nil {
			l.mistake(s.Name, "is no JSON object of texts", fix)
			return map[string]string(nil)
		}
	} else {
		query, err := url.ParseQuery(strings.TrimPrefix(value, "?"))
		for name, all := range query {
			if err == nil && len(all) == 1 && name != "" {
				values[name] = all[0]
			}
		}
		if err != nil || len(values) != len(query) {
			l.mistake(s.Name, "is no query with each parameter once", fix)
			return map[string]string(nil)
		}
	}
	for name := range values {
		if slices.Contains(protocolParameters(), name) {
			l.mistake(s.Name, "sets "+quote(name)+", which each login sets for itself", "leave it out")
		}
	}
	return values
}

// protocolParameters are those of a login that an operator cannot choose.
func protocolParameters() []string {
	return []string{
		"client_id", "client_secret", "response_type", "redirect_uri", "scope", "state", "nonce",
		"code_challenge", "code_challenge_method", "response_mode", "request", "request_uri",
	}
}
