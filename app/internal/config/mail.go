package config

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

const transportFix = "write smtp, and name the mail server in EMAIL_SMTP_HOST; or write mailbox to keep mail in DATA_DIR/mailbox, for development"

func (l *loader) checkMail(c *Config) {
	l.checkTransport(c)
	if _, err := domain.ParseEmail(c.Mail.From); err != nil {
		l.mistake("EMAIL_FROM", "is not an e-mail address", "write a bare address such as no-reply@example.com")
	}
	l.checkMailServer(c.Mail)
	switch {
	case c.Mail.Transport == SMTP:
		l.checkSMTP(c.Mail)
	case c.Mail.Transport != Mailbox:
	case c.Mail.SMTPHost != "":
		l.warn("EMAIL_SMTP_HOST has no effect while EMAIL_TRANSPORT is mailbox")
	}
}

// checkTransport wants a choice where the service is not for this machine alone.
func (l *loader) checkTransport(c *Config) {
	const name = "EMAIL_TRANSPORT"
	switch {
	case c.Mail.Transport != "" || !l.sound("HOST", "PUBLIC_URL", name):
	case !isThisMachine(c.Server.Host):
		l.mistake(name, "is not set, and HOST "+l.shownValue("HOST", c.Server.Host)+" serves more than this machine", transportFix)
	default:
		l.mistake(name, "is not set, and PUBLIC_URL leads to more than this machine", transportFix)
	}
}

// checkMailServer looks at the settings of the mail server alone.
func (l *loader) checkMailServer(m Mail) {
	if m.SMTPHost != "" && !isHost(m.SMTPHost) {
		l.mistake("EMAIL_SMTP_HOST", l.shownValue("EMAIL_SMTP_HOST", m.SMTPHost)+" is no address and no host name", "write a name such as smtp.example.com, without a port")
	}
	if m.SMTPName != "" && !isHost(m.SMTPName) {
		l.mistake("EMAIL_SMTP_NAME", l.shownValue("EMAIL_SMTP_NAME", m.SMTPName)+" is no address and no host name", "write the name of this machine, or unset it")
	}
	if m.SMTPSecure && m.SMTPIgnoreTLS {
		l.mistake("EMAIL_SMTP_IGNORE_TLS", "contradicts EMAIL_SMTP_SECURE", "set one of them to false")
	}
	if m.SMTPPassword != "" && m.SMTPUser == "" && l.sound("EMAIL_SMTP_USER") {
		l.mistake("EMAIL_SMTP_PASSWORD", "is set without EMAIL_SMTP_USER", "set both of them, or none")
	}
	if m.SMTPUser != "" && m.SMTPPassword == "" && l.sound("EMAIL_SMTP_PASSWORD") {
		l.mistake("EMAIL_SMTP_USER", "is set without EMAIL_SMTP_PASSWORD", "set both of them, or none")
	}
}

// checkSMTP looks at what smtp needs.
func (l *loader) checkSMTP(m Mail) {
	if m.SMTPHost == "" && l.sound("EMAIL_SMTP_HOST") {
		l.mistake("EMAIL_SMTP_HOST", "is not set, and EMAIL_TRANSPORT is smtp", "name the mail server")
	}
	if !l.isSet("EMAIL_FROM") {
		l.mistake("EMAIL_FROM", "is not set, and EMAIL_TRANSPORT is smtp", "write the address that mail comes from")
	}
	if !m.SMTPIgnoreTLS || isLoopback(m.SMTPHost) || !l.sound("EMAIL_SMTP_HOST", "EMAIL_SMTP_IGNORE_TLS") {
		return
	}
	if m.SMTPUser != "" {
		l.mistake("EMAIL_SMTP_IGNORE_TLS", "would send EMAIL_SMTP_PASSWORD in the clear", "set it to false, or unset EMAIL_SMTP_USER")
		return
	}
	l.warn("EMAIL_SMTP_IGNORE_TLS sends mail in the clear: whoever is on the way to EMAIL_SMTP_HOST can read the links in it")
}

// IsLocal reports whether the service is for this machine alone: HOST and the host of
// PUBLIC_URL are both localhost or loopback addresses. A PUBLIC_URL elsewhere means that
// there is a proxy, even one that leaves no trace in the requests it passes on.
func (s Server) IsLocal() bool {
	u, err := url.Parse(s.PublicURL)
	return err == nil && isThisMachine(u.Hostname()) && isThisMachine(s.Host)
}

// isThisMachine is stricter than isLoopback: what is below localhost may be resolved by
// whoever likes.
func isThisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

func (l *loader) checkRecovery(r Recovery) {
	l.checkPages("PASSWORD_RESET_URL_ALLOW_LIST", r.ResetURLs, "reset-password", "the link for a new password")
}

// checkPages repeats no entry of the list: one may hold a password.
func (l *loader) checkPages(name string, pages []string, example, link string) {
	for i, text := range pages {
		entry := "entry " + strconv.Itoa(i+1)
		page, ok := parsePage(text)
		switch {
		case !ok:
			l.mistake(name, entry+" is not an absolute http or https URL without user, query and fragment", "write it like https://app.example.com/"+example)
		case page.Scheme == "http" && !isLoopback(page.Hostname()):
			l.warn("%s of %s is http: whoever is on the way can read %s", entry, name, link)
		}
	}
}

// parsePage reads a URL that two readers cannot take for different places.
func parsePage(text string) (*url.URL, bool) {
	if strings.ContainsFunc(text, ambiguousInURL) {
		return nil, false
	}
	page, ok := parsePublicURL(text)
	if !ok {
		return nil, false
	}
	for segment := range strings.SplitSeq(page.Path, "/") {
		if segment == "." || segment == ".." {
			return nil, false
		}
	}
	return page, true
}

// ambiguousInURL is true of characters that have no place in a URL (RFC 3986, section 2), of
// the backslash, which browsers read as a slash, and of what ends user information.
func ambiguousInURL(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`\@"<>^{|}`+"`", r)
}
