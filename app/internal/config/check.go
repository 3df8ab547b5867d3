package config

import (
	"errors"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/sallyport-auth/sallyport/app/internal/keys"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const maxProjectNameBytes = 100

// check looks at what a single value cannot tell.
func (l *loader) check(c *Config) {
	l.checkGeneral(c)
	l.checkServer(c)
	l.checkCORS(&c.CORS)
	l.checkDatabase(c.Database)
	l.checkDatabaseTimeout(c)
	l.checkRedis(c.Redis)
	l.checkKeys(c.Keys)
	l.checkDemandedKeys(c)
	l.checkSessions(c.Sessions)
	l.checkCookies(c)
	l.checkHash(c.Hash)
	l.checkRecovery(c.Recovery)
	l.checkPeople(c.People)
	l.checkMail(c)
	l.checkOAuth(c)
	l.checkAdmin(c.Admin, c.Passwords)
	l.checkGraphQL(&c.GraphQL)
	l.checkConnect(c.Connect, c.Server)
	if c.Limits.LoginStall != 0 {
		l.warn("LOGIN_STALL_TIME has no effect: a login that fails does the same work as one that succeeds")
	}
}

func (l *loader) checkGeneral(c *Config) {
	if len(c.General.ProjectName) > maxProjectNameBytes {
		l.mistake("PROJECT_NAME", "is longer than 100 bytes", "write a shorter name")
	}
}

func (l *loader) checkServer(c *Config) {
	if !isHost(c.Server.Host) {
		l.mistake("HOST", l.shownValue("HOST", c.Server.Host)+" is no address and no host name", "write an address such as 127.0.0.1, :: or 0.0.0.0, without a port and without brackets")
	}
	l.checkRootRedirect(&c.Server)
	l.checkLoginReturns(c.Server.LoginReturns)
	if !l.isSet("PUBLIC_URL") {
		if isHost(c.Server.Host) && !isLoopback(c.Server.Host) {
			l.warn("HOST lets other machines in, and PUBLIC_URL is not set: requests with cookies from pages elsewhere than on this machine may be refused as cross-site; set PUBLIC_URL to the URL at which clients reach the service")
		}
		return
	}
	publicURL, ok := parsePublicURL(c.Server.PublicURL)
	if !ok {
		// The value is not repeated: it may hold a password.
		l.mistake("PUBLIC_URL", "is not an absolute http or https URL without user, query and fragment", "write it like https://auth.example.com")
		return
	}
	c.Server.PublicURL = strings.TrimRight(publicURL.String(), "/")
	l.values["PUBLIC_URL"] = c.Server.PublicURL
	if publicURL.Scheme == "http" && !isLoopback(publicURL.Hostname()) && (c.RefreshCookie.Secure || c.SessionCookie.Secure) {
		l.warn("PUBLIC_URL is http, and browsers send the cookies over https only; serve https, or set REFRESH_TOKEN_COOKIE_SECURE and SESSION_COOKIE_SECURE to false")
	}
}

// checkDatabaseTimeout warns where a request is given up before the database is.
func (l *loader) checkDatabaseTimeout(c *Config) {
	if c.Database.Client != Memory && c.Database.Timeout >= c.Server.RequestTimeout && l.sound("DB_TIMEOUT", "REQUEST_TIMEOUT") {
		l.warn("DB_TIMEOUT is not below REQUEST_TIMEOUT: a request ends before a silent database is given up; make DB_TIMEOUT shorter, or REQUEST_TIMEOUT longer")
	}
}

func (l *loader) checkRootRedirect(s *Server) {
	const name = "ROOT_REDIRECT"
	switch {
	case strings.EqualFold(s.RootRedirect, "false"):
		s.RootRedirect = ""
	case !isDestination(s.RootRedirect):
		// The value is not repeated: it may hold a password.
		l.mistake(name, "is neither false nor a path nor an http or https URL without user", "write it like ./admin or https://www.example.com")
	case isRoot(s.RootRedirect):
		l.mistake(name, "leads back to /, and so nowhere", "write another path, such as ./admin, or false")
	}
}

// checkLoginReturns brings the origins into the form that browsers send. It repeats no entry: one
// may hold a password.
func (l *loader) checkLoginReturns(list []string) {
	const name = "LOGIN_RETURN_ALLOW_LIST"
	for i, text := range list {
		entry := "entry " + strconv.Itoa(i+1)
		origin, ok := parseOrigin(text)
		switch {
		case !ok:
			l.mistake(name, entry+" is no origin: http or https, a host, perhaps a port, and nothing behind it, no slash either", "write it like https://wiki.example.com")
			continue
		case strings.HasPrefix(origin, "http:") && !isLoopbackOrigin(origin):
			l.warn("%s of %s is http: whoever is on the way sees where people come back", entry, name)
		}
		list[i] = origin
	}
}

// isDestination reports whether browsers can be sent there, and all to the same place.
func isDestination(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Opaque != "" || strings.ContainsFunc(text, ambiguousInURL) {
		return false
	}
	switch u.Scheme {
	case "":
		return u.Host == "" && !strings.HasPrefix(text, "//")
	case "http", "https":
		return isHost(u.Hostname()) && isPortOrNone(u.Port())
	}
	return false
}

func isRoot(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host == "" && path.Join("/", u.Path) == "/"
}

func parsePublicURL(text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !isHost(u.Hostname()) ||
		!isPortOrNone(u.Port()) || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") {
		return nil, false
	}
	return u, true
}

func isPortOrNone(text string) bool {
	if text == "" {
		return true
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}

func isLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
}

// isHost reports whether host is an address or a host name (RFC 1123, section 2.1, and
// the underscore, which container networks use).
func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return !isLetterOrDigit(r) && r != '-' && r != '_' }) {
			return false
		}
	}
	return true
}

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func (l *loader) checkKeys(k Keys) {
	for name, value := range map[string]Secret{"SECRET": k.Secret, "DATA_KEY": k.DataKey} {
		if problem := domain.SecretWeakness(string(value)); value != "" && problem != "" {
			l.mistake(name, problem, keys.HowToMake(name))
		}
	}
	for name, values := range map[string][]Secret{"SECRET_PREVIOUS": k.SecretPrevious, "DATA_KEY_PREVIOUS": k.DataKeyPrevious} {
		for i, value := range values {
			if problem := domain.SecretWeakness(string(value)); problem != "" {
				l.mistake(name, "entry "+strconv.Itoa(i+1)+" "+problem, "drop it from the list")
			}
		}
	}
	if k.Secret != "" && k.Secret == k.DataKey {
		l.mistake("DATA_KEY", "is the same as SECRET, which others may hold", keys.HowToMake("DATA_KEY"))
	}
}

// checkDemandedKeys wants the keys of a service that may be one of several: what each made
// for itself would not be what the others have. Commands need none.
func (l *loader) checkDemandedKeys(c *Config) {
	if !l.serve || !c.Database.IsServer() {
		return
	}
	demanded := map[string]Secret{"DATA_KEY": c.Keys.DataKey}
	if c.Sessions.Algorithm == auth.AlgorithmHS256 || !l.sound("ACCESS_TOKEN_ALGORITHM") {
		demanded["SECRET"] = c.Keys.Secret // which signs nothing with the others
	}
	for name, value := range demanded {
		if value == "" && l.sound(name) {
			l.mistake(name, "is not set, and every instance on the database needs the same", keys.HowToMake(name))
		}
	}
}

func (l *loader) checkSessions(s Sessions) {
	switch {
	case s.AcceptSessionless && s.Algorithm != auth.AlgorithmHS256:
		l.warn("ACCEPT_SESSIONLESS_TOKENS has no effect with ACCESS_TOKEN_ALGORITHM %s: nobody but this service can sign", s.Algorithm)
	case s.AcceptSessionless:
		l.warn("ACCEPT_SESSIONLESS_TOKENS is true: tokens that others sign with SECRET are good until they expire, and no logout ends them")
	}
	if s.AbsoluteTTL < s.RefreshTTL && l.sound("SESSION_ABSOLUTE_TTL", "REFRESH_TOKEN_TTL") {
		l.mistake("SESSION_ABSOLUTE_TTL", "is shorter than REFRESH_TOKEN_TTL", "make it at least "+l.written("REFRESH_TOKEN_TTL")+", or REFRESH_TOKEN_TTL shorter")
	}
	if s.AbsoluteTTL < s.CookieTTL && l.sound("SESSION_ABSOLUTE_TTL", "SESSION_COOKIE_TTL") {
		l.mistake("SESSION_ABSOLUTE_TTL", "is shorter than SESSION_COOKIE_TTL", "make it at least "+l.written("SESSION_COOKIE_TTL")+", or SESSION_COOKIE_TTL shorter")
	}
}

// written is the value of a setting as somebody wrote it, or its default, or in words where
// it is in a file.
func (l *loader) written(name string) string {
	if l.isFromFile(name) {
		return "as long as that"
	}
	if value, set := l.values[name]; set {
		return value
	}
	return l.setting(name).Default
}

func (l *loader) checkHash(h Hash) {
	if !l.sound("HASH_MEMORY_COST", "HASH_TIME_COST", "HASH_PARALLELISM") {
		return
	}
	if h.MemoryKiB < 8*uint32(h.Parallelism) {
		l.mistake("HASH_MEMORY_COST", "is less than 8 KiB for each of HASH_PARALLELISM", "write a larger HASH_MEMORY_COST or a smaller HASH_PARALLELISM")
		return
	}
	// The least that the OWASP password storage cheat sheet recommends for argon2id,
	// in any of its combinations, is 7 MiB in 5 passes.
	if h.MemoryKiB < 7<<10 || h.MemoryKiB*h.Iterations < 35<<10 {
		l.warn("HASH_MEMORY_COST and HASH_TIME_COST are below what is recommended for passwords; only tests should use them")
	}
}

func (l *loader) checkAdmin(a Admin, p Passwords) {
	email, err := domain.ParseEmail(a.Email)
	if err != nil && l.sound("ADMIN_EMAIL") {
		l.mistake("ADMIN_EMAIL", "is not an e-mail address", "write a bare address such as admin@example.com")
	}
	if a.Password == "" {
		return
	}
	if failure, ok := errors.AsType[*domain.Error](auth.CheckNewPassword(string(a.Password), email)); ok {
		l.mistake("ADMIN_PASSWORD", strings.TrimPrefix(failure.Reason, `"password" `), "write another, or unset it to get a random one")
		return
	}
	if !p.Policy.Allows(string(a.Password)) {
		l.mistake("ADMIN_PASSWORD", "does not match PASSWORD_POLICY", "write another, or unset it to get a random one")
	}
}
