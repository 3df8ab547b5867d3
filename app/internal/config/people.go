package config

import (
	"strconv"
	"strings"
	"time"
)

// People holds how people come to an account of their own, and to another address of it. The URLs
// are as those of Recovery.
type People struct {
	InviteURLs []string      `env:"USER_INVITE_URL_ALLOW_LIST" doc:"The pages, besides the service's own, that an invitation may have its link lead to; as PASSWORD_RESET_URL_ALLOW_LIST."`
	InviteTTL  time.Duration `env:"USER_INVITE_TOKEN_TTL" envDefault:"7d" min:"1m" max:"30d" doc:"How long the link of an invitation works."`

	Registration  bool          `env:"PUBLIC_REGISTRATION" envDefault:"false" doc:"Whether strangers may make an account of their own. The reference service keeps this and the next four in its database." own:"true"`
	VerifyEmail   bool          `env:"PUBLIC_REGISTRATION_VERIFY_EMAIL" envDefault:"true" doc:"Whether nobody gets in before following a link that is sent to the address. false: anybody can take an address that is not theirs, and can tell which addresses have an account." own:"true"`
	RegisterRole  string        `env:"PUBLIC_REGISTRATION_ROLE" doc:"The ID of the role that those who register get; roles list shows it. Unset: none. A role that administrates is given to nobody." own:"true"`
	EmailDomains  []string      `env:"PUBLIC_REGISTRATION_EMAIL_DOMAINS" doc:"The domains, what stands behind the @, of the addresses that may register. Unset: all. A domain does not stand for those below it." own:"true"`
	RegisterURLs  []string      `env:"USER_REGISTER_URL_ALLOW_LIST" doc:"The pages, besides the service's own, that a registration may have its link lead to; as PASSWORD_RESET_URL_ALLOW_LIST."`
	RegisterStall time.Duration `env:"REGISTER_STALL_TIME" envDefault:"0" bare:"ms" min:"0s" max:"1m" doc:"Accepted and without effect: a registration does the same work whether the address has an account or not, so there is nothing to hide behind a delay."`
	VerifyTTL     time.Duration `env:"EMAIL_VERIFICATION_TOKEN_TTL" envDefault:"7d" min:"1m" max:"30d" doc:"How long the link of a registration works."`

	ConfirmEmail bool          `env:"EMAIL_CHANGE_CONFIRM" envDefault:"true" doc:"Whether the owner of an account keeps the address before until a link has been followed that is sent to the new one. false: it changes at once, as in the reference service." own:"true"`
	ConfirmTTL   time.Duration `env:"EMAIL_CHANGE_TOKEN_TTL" envDefault:"24h" min:"1m" max:"7d" doc:"How long that link works." own:"true"`
}

// checkPeople looks at what cannot be seen in one value alone.
func (l *loader) checkPeople(p People) {
	l.checkPages("USER_INVITE_URL_ALLOW_LIST", p.InviteURLs, "accept-invite", "the link of an invitation")
	l.checkPages("USER_REGISTER_URL_ALLOW_LIST", p.RegisterURLs, "verify-email", "the link of a registration")
	for i, name := range p.EmailDomains {
		if !isHost(name) || !strings.Contains(name, ".") {
			l.mistake("PUBLIC_REGISTRATION_EMAIL_DOMAINS", "entry "+strconv.Itoa(i+1)+" is no domain", "write it like example.com, without an @")
		}
	}
	if p.RegisterStall != 0 {
		l.warn("REGISTER_STALL_TIME has no effect: a registration does the same work whether the address has an account or not")
	}
	if p.Registration && p.RegisterRole != "" && !isUUID(p.RegisterRole) {
		const name = "PUBLIC_REGISTRATION_ROLE"
		l.mistake(name, l.shownValue(name, p.RegisterRole)+" is no UUID in small letters", "copy the ID of a role, which roles list shows, or unset it")
	}
	switch {
	case !p.Registration:
		for _, name := range []string{"PUBLIC_REGISTRATION_ROLE", "PUBLIC_REGISTRATION_EMAIL_DOMAINS", "PUBLIC_REGISTRATION_VERIFY_EMAIL"} {
			if l.isSet(name) {
				l.warn("%s has no effect while PUBLIC_REGISTRATION is false", name)
			}
		}
	case !p.VerifyEmail:
		l.warn("PUBLIC_REGISTRATION_VERIFY_EMAIL is false: anybody can register with an address that is not theirs, and can tell which addresses have an account")
	}
}
