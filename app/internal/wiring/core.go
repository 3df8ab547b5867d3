package wiring

import (
	"log/slog"
	"strings"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
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
		LoginAccount:      c.Limits.LoginAccount,
		LoginAddress:      c.Limits.LoginAddress,
		ResetTTL:          c.Recovery.ResetTTL,
		ResetPage:         strings.TrimRight(c.Server.PublicURL, "/") + "/admin/reset-password",
		ResetURLs:         c.Recovery.ResetURLs,
		ResetAccount:      c.Limits.ResetAccount,
		ResetAddress:      c.Limits.ResetAddress,
		MailQueue:         c.Mail.QueueLength,
	}
}

func providePorts(
	store port.Store, hasher port.PasswordHasher, issuer port.TokenIssuer, verifier port.TokenVerifier,
	mailer port.Mailer, composer port.MailComposer, clock port.Clock, log *slog.Logger, c config.Config,
) auth.Ports {
	return auth.Ports{
		Work:     store,
		Repos:    store.Repos(),
		Sessions: store.Sessions(),
		Limiter:  store.Limiter(),
		Events:   store.Events(),
		Hasher:   hasher,
		Issuer:   issuer,
		Verifier: verifier,
		Mailer:   mailer,
		Composer: composer,
		Clock:    clock,
		Probes:   []auth.Probe{{Name: c.Database.Client, Ping: (&sharedProbe{ping: store.Ping, clock: clock}).Ping}},
		Log:      log,
	}
}
