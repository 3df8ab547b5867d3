package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// maxClockSkew is how far clocks may be apart. ID tokens of some providers are over after five
// minutes, and a machine that sets its clock by others is off by less than a second.
const maxClockSkew = 30 * time.Second

// ExamineOAuth implements cli.Backend.
func (b Backend) ExamineOAuth(ctx context.Context, c config.Config) ([]cli.Finding, error) {
	providers, err := wiring.OAuthProviders(c, b.Clock)
	if err != nil {
		return nil, err
	}
	findings := []cli.Finding{examinePublicURL(c)}
	for _, p := range providers {
		callbacks := callbacksOf(c, p.Name())
		e := p.Examine(ctx, b.Clock, callbacks...)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		findings = append(findings, findingsOf(p.Settings, e, callbacks)...)
	}
	return findings, nil
}

// callbacksOf are where a provider sends browsers back to, as transports have them.
func callbacksOf(c config.Config, provider string) []string {
	known := []auth.OAuthProviderInfo{{Name: provider}}
	var list []string
	for _, family := range []string{httpedge.OAuthPath, httpedge.OAuthLoginPath} {
		list = append(list, strings.TrimSuffix(c.Server.PublicURL, "/")+httpedge.OAuthCallbackPath(family, provider, known))
	}
	return list
}

func examinePublicURL(c config.Config) cli.Finding {
	f := cli.Finding{About: "PUBLIC_URL", Level: cli.FindingOK, Text: c.Server.PublicURL}
	switch {
	case c.Server.Port == 0 && !c.IsSet("PUBLIC_URL"):
		f.Level, f.Text = cli.FindingWrong, "it follows from PORT, which is another at each start, and the callbacks with it"
		f.Fix = "set PUBLIC_URL, or PORT"
	case strings.HasPrefix(c.Server.PublicURL, "https://"):
	case c.Server.IsLocal():
		f.Level, f.Text = cli.FindingNote, c.Server.PublicURL+" leads browsers to their own machine: good for trying things out"
	default:
		f.Level, f.Text = cli.FindingWrong, c.Server.PublicURL+" is not https: most providers refuse such callbacks, and whoever is on the way reads the codes"
		f.Fix = "serve https, mostly by a proxy, and write its address to PUBLIC_URL"
	}
	return f
}

func findingsOf(p config.OAuthProvider, e oidc.Examination, callbacks []string) []cli.Finding {
	var findings []cli.Finding
	add := func(level cli.FindingLevel, fix, format string, args ...any) {
		findings = append(findings, cli.Finding{About: p.Name, Level: level, Text: fmt.Sprintf(format, args...), Fix: fix})
	}
	switch fix := adviceOnDescription(p, e.Description); {
	case e.Description != nil:
		add(cli.FindingWrong, fix, "%v", e.Description)
	case p.OpenID():
		add(cli.FindingOK, "", "its description and keys can be read")
	}
	switch {
	case e.Description != nil:
	case errors.Is(e.Client, oidc.ErrClient):
		add(cli.FindingWrong, "copy "+p.Setting("CLIENT_ID")+" and "+p.Setting("CLIENT_SECRET")+" from the provider anew", "%v", e.Client)
	case e.Client != nil:
		add(cli.FindingWrong, "look at "+p.Setting("CLIENT_ID")+" and "+whereTokensAre(p)+theWay, "%v", e.Client)
	default:
		add(cli.FindingOK, "", "it refuses a made-up code, and not the client; some look at the secret only with a good one")
	}
	findings = append(findings, examineClock(p, e)...)
	return append(findings, examineCallbacks(p, e, callbacks)...)
}

const theWay = ", and whether this machine reaches the provider: DNS, firewall, HTTPS_PROXY, and SSL_CERT_FILE where an authority of your own has signed its certificate"

func whereTokensAre(p config.OAuthProvider) string {
	if p.OpenID() {
		return whereItIs(p)
	}
	if p.AccessURL == "" && p.Driver != config.DriverOAuth2 {
		return p.Setting("DOMAIN")
	}
	return p.Setting("ACCESS_URL")
}

func whereItIs(p config.OAuthProvider) string {
	if p.IssuerURL != "" || p.Driver == "google" {
		return p.Setting("ISSUER_URL")
	}
	return p.Setting("DOMAIN")
}

func adviceOnDescription(p config.OAuthProvider, err error) string {
	if other, ok := errors.AsType[*oidc.IssuerError](err); ok {
		return fmt.Sprintf("if it is yours, set %s to %.200q, to the slash", p.Setting("ISSUER_URL"), other.Own)
	}
	return "look at " + whereItIs(p) + theWay
}

func examineClock(p config.OAuthProvider, e oidc.Examination) []cli.Finding {
	if e.Clock.IsZero() {
		return nil
	}
	f := cli.Finding{About: p.Name, Level: cli.FindingOK, Text: "its clock and the one here agree"}
	// Its date is cut to the second.
	if off := e.Asked.Sub(e.Clock).Round(time.Second); off.Abs() > maxClockSkew {
		direction := "ahead of"
		if off < 0 {
			direction = "behind"
		}
		f.Level, f.Text = cli.FindingWrong, fmt.Sprintf("the clock here is %s %s its clock, so that its ID tokens seem to be over, or not to have begun", off.Abs(), direction)
		f.Fix = "let this machine set its clock by NTP"
	}
	return []cli.Finding{f}
}

// examineCallbacks shows what to register. That one of two is refused may be meant: it is
// needed where somebody begins a login on its family of routes.
func examineCallbacks(p config.OAuthProvider, e oidc.Examination, callbacks []string) []cli.Finding {
	const fix = "register it there, letter by letter"
	var findings []cli.Finding
	uses := []string{"for " + httpedge.OAuthPath + p.Name + " and its link", "for " + httpedge.OAuthLoginPath + p.Name + " and the pages at /admin"}
	for i, callback := range callbacks {
		f := cli.Finding{About: p.Name, Level: cli.FindingNote, Text: "register " + uses[i] + ": " + callback}
		for _, refused := range e.RefusedCallbacks {
			if refused != callback {
				continue
			}
			f.Text, f.Fix = "not registered, "+uses[i]+": "+callback, fix
			if len(e.RefusedCallbacks) == len(callbacks) {
				f.Level = cli.FindingWrong
			}
		}
		findings = append(findings, f)
	}
	return findings
}
