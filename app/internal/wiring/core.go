package wiring

import (
	"context"
	"log/slog"
	"strings"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func provideAuthKeys(k Keys) (auth.Keys, error) {
	return auth.NewKeys(k.Data.Current, k.Data.Previous...)
}

func provideSettings(c config.Config) auth.Settings {
	return auth.Settings{
		AccessTTL:         c.Sessions.AccessTTL,
		RefreshTTL:        c.Sessions.RefreshTTL,
		SessionTTL:        c.Sessions.CookieTTL,
		AbsoluteTTL:       c.Sessions.AbsoluteTTL,
		RefreshGrace:      c.Sessions.RefreshGrace,
		SessionGrace:      c.Sessions.SessionGrace,
		KeepReused:        c.Sessions.Reuse == config.ReuseRefuses,
		AcceptSessionless: c.Sessions.AcceptSessionless,
		Requests:          c.Limits.Requests(),
		LoginAccount:      c.Limits.LoginAccount,
		TFAAccount:        c.Limits.TFAAccount,
		TFAIssuer:         c.General.ProjectName,
		LoginAddress:      c.Limits.LoginAddress,
		PasswordPolicy:    c.Passwords.Policy,
		ResetTTL:          c.Recovery.ResetTTL,
		ResetPage:         strings.TrimRight(c.Server.PublicURL, "/") + "/admin/reset-password",
		PublicURL:         c.Server.PublicURL,
		DisableDefault:    c.OAuth.DefaultDisabled,
		EventsTTL:         c.Audit.EventsTTL,
		NoticePage:        strings.TrimRight(c.Server.PublicURL, "/") + "/admin/forgot-password",
		ResetURLs:         c.Recovery.ResetURLs,
		ResetAccount:      c.Limits.ResetAccount,
		ResetAddress:      c.Limits.ResetAddress,
		NoticeAccount:     c.Limits.NoticeAccount,
		MailQueue:         c.Mail.QueueLength,
		InviteTTL:         c.People.InviteTTL,
		InvitePage:        strings.TrimRight(c.Server.PublicURL, "/") + "/admin/accept-invite",
		InviteURLs:        c.People.InviteURLs,
		InviteAccount:     c.Limits.InviteAccount,
		ConfirmEmail:      c.People.ConfirmEmail,
		EmailTTL:          c.People.ConfirmTTL,
		EmailPage:         strings.TrimRight(c.Server.PublicURL, "/") + "/admin/confirm-email",

		Registration: auth.Registrations{
			Open:    c.People.Registration,
			Verify:  c.People.VerifyEmail,
			Role:    domain.RoleID(c.People.RegisterRole),
			Domains: c.People.EmailDomains,
			TTL:     c.People.VerifyTTL,
			Page:    strings.TrimRight(c.Server.PublicURL, "/") + "/admin/verify-email",
			URLs:    c.People.RegisterURLs,
			Account: c.Limits.RegisterAccount,
			Address: c.Limits.RegisterAddress,
		},
	}
}

func providePorts(
	store port.Store, sessions port.Sessions, limiter port.RateLimiter, hasher port.PasswordHasher, checkers []port.PasswordChecker,
	places []auth.OAuthPlace, issuer port.TokenIssuer, verifier port.TokenVerifier, asserter port.AssertionIssuer, mailer port.Mailer, composer port.MailComposer,
	clock port.Clock, probes []auth.Probe, log *slog.Logger,
) auth.Ports {
	return auth.Ports{
		Work:     store,
		Repos:    store.Repos(),
		Sessions: sessions,
		Limiter:  limiter,
		Events:   store.Events(),
		Hasher:   hasher,

		PasswordCheckers: checkers,
		OAuth:            places,

		Issuer:   issuer,
		Verifier: verifier,
		Asserter: asserter,
		Mailer:   mailer,
		Composer: composer,
		Clock:    clock,
		Probes:   probes,
		Log:      log,
	}
}

// provideProbes returns one for each server that the service cannot do without.
func provideProbes(store port.Store, r Redis, clock port.Clock, c config.Config) []auth.Probe {
	probe := func(name string, ping func(context.Context) error) auth.Probe {
		shared := &sharedProbe{ping: ping, clock: clock, limit: c.Database.Timeout}
		return auth.Probe{Name: name, Ping: shared.Ping}
	}
	probes := []auth.Probe{probe(c.Database.Client, store.Ping)}
	for _, server := range r.servers() {
		probes = append(probes, probe(server.name, server.store.Ping))
	}
	return probes
}
