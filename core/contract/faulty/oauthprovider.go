package faulty

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// oauthProvider is a port.OAuthProvider of which single methods can be replaced.
type oauthProvider struct {
	port.OAuthProvider
	name     func() string
	authURL  func(ctx context.Context, r port.AuthRequest) (string, error)
	exchange func(ctx context.Context, c port.Callback) (domain.ExternalUser, error)
}

func (p oauthProvider) Name() string {
	if p.name != nil {
		return p.name()
	}
	return p.OAuthProvider.Name()
}

func (p oauthProvider) AuthURL(ctx context.Context, r port.AuthRequest) (string, error) {
	if p.authURL != nil {
		return p.authURL(ctx, r)
	}
	return p.OAuthProvider.AuthURL(ctx, r)
}

func (p oauthProvider) Exchange(ctx context.Context, c port.Callback) (domain.ExternalUser, error) {
	if p.exchange != nil {
		return p.exchange(ctx, c)
	}
	return p.OAuthProvider.Exchange(ctx, c)
}

// inOAuth plants a fault in a provider. pulled returns the lever that was pulled last.
func inOAuth(plant func(inner port.OAuthProvider, pulled func() contract.OAuthLever) oauthProvider) func(contract.OAuthWorld) contract.OAuthWorld {
	return func(w contract.OAuthWorld) contract.OAuthWorld {
		var levers memo[string, contract.OAuthLever]
		sound := w
		planted := plant(w.Provider, func() contract.OAuthLever {
			lever, _ := levers.get("")
			return lever
		})
		planted.OAuthProvider = w.Provider
		w.Provider = planted
		w.Pull = func(t testing.TB, lever contract.OAuthLever) {
			levers.set("", lever)
			sound.Pull(t, lever)
		}
		return w
	}
}

// exchanging plants a fault in Exchange alone.
func exchanging(exchange func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (domain.ExternalUser, error)) func(contract.OAuthWorld) contract.OAuthWorld {
	return inOAuth(func(inner port.OAuthProvider, _ func() contract.OAuthLever) oauthProvider {
		return oauthProvider{exchange: func(ctx context.Context, c port.Callback) (domain.ExternalUser, error) {
			return exchange(ctx, inner, c)
		}}
	})
}

// told changes what a provider tells of somebody.
func told(change func(who *domain.ExternalUser)) func(contract.OAuthWorld) contract.OAuthWorld {
	return exchanging(func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (domain.ExternalUser, error) {
		who, err := inner.Exchange(ctx, c)
		if err == nil {
			change(&who)
		}
		return who, err
	})
}

// answering makes Exchange return these while a lever is pulled.
func answering(lever contract.OAuthLever, who domain.ExternalUser, answer error) func(contract.OAuthWorld) contract.OAuthWorld {
	return inOAuth(func(inner port.OAuthProvider, pulled func() contract.OAuthLever) oauthProvider {
		return oauthProvider{exchange: func(ctx context.Context, c port.Callback) (domain.ExternalUser, error) {
			if pulled() == lever && ctx.Err() == nil {
				return who, answer
			}
			return inner.Exchange(ctx, c)
		}}
	})
}

// withChangedCallback makes a provider look at another callback than the one it was given.
func withChangedCallback(change func(c *port.Callback)) func(contract.OAuthWorld) contract.OAuthWorld {
	return exchanging(func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (domain.ExternalUser, error) {
		change(&c)
		return inner.Exchange(ctx, c)
	})
}

// withChangedURL changes the query of AuthURL's address.
func withChangedURL(change func(query url.Values, w contract.OAuthWorld)) func(contract.OAuthWorld) contract.OAuthWorld {
	return func(w contract.OAuthWorld) contract.OAuthWorld {
		return inOAuth(func(inner port.OAuthProvider, _ func() contract.OAuthLever) oauthProvider {
			return oauthProvider{authURL: func(ctx context.Context, r port.AuthRequest) (string, error) {
				address, err := inner.AuthURL(ctx, r)
				if err != nil {
					return "", err
				}
				at, err := url.Parse(address)
				if err != nil {
					return "", err
				}
				query := at.Query()
				change(query, w)
				at.RawQuery = query.Encode()
				return at.String(), nil
			}}
		})(w)
	}
}

func somebody() domain.ExternalUser { return domain.ExternalUser{Subject: "1001"} }

func oauthFaults() []Fault {
	var faults []Fault
	for _, list := range [][]Fault{oauthURLFaults(), oauthPersonFaults(), oauthRefusedFaults(), oauthBrokenFaults(), openIDFaults()} {
		faults = append(faults, list...)
	}
	return faults
}

func oauthURLFaults() []Fault {
	return []Fault{
		{
			Name: "provider-named-in-lower-case", Turns: []string{"oauth/name"},
			OAuth: inOAuth(func(inner port.OAuthProvider, _ func() contract.OAuthLever) oauthProvider {
				return oauthProvider{name: func() string { return strings.ToLower(inner.Name()) }}
			}),
		},
		{
			Name: "challenge-by-its-old-name", Turns: []string{"oauth/auth-url/asks-for-a-code"},
			OAuth: withChangedURL(func(query url.Values, _ contract.OAuthWorld) { query.Set("code_challenge_method", "plain") }),
		},
		{
			Name: "secret-in-the-address", Turns: []string{"oauth/auth-url/holds-no-secret"},
			OAuth: withChangedURL(func(query url.Values, w contract.OAuthWorld) { query.Set("client_secret", w.Secret) }),
		},
		{
			Name: "ignores-ctx/oauth.auth-url", Turns: []string{"ctx/cancelled/oauth.auth-url"},
			OAuth: inOAuth(func(inner port.OAuthProvider, _ func() contract.OAuthLever) oauthProvider {
				return oauthProvider{authURL: func(ctx context.Context, r port.AuthRequest) (string, error) {
					return inner.AuthURL(context.WithoutCancel(ctx), r)
				}}
			}),
		},
		{
			Name: "ignores-ctx/oauth.exchange", Turns: []string{"ctx/cancelled/oauth.exchange"},
			OAuth: exchanging(func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (domain.ExternalUser, error) {
				return inner.Exchange(context.WithoutCancel(ctx), c)
			}),
		},
	}
}

func oauthPersonFaults() []Fault {
	return []Fault{
		{
			Name: "last-name-first", Turns: []string{"oauth/exchange/who"},
			OAuth: told(func(who *domain.ExternalUser) { who.FirstName, who.LastName = who.LastName, who.FirstName }),
		},
		{
			Name: "address-is-subject", Turns: []string{"oauth/exchange/subject-stays"},
			OAuth: told(func(who *domain.ExternalUser) {
				if strings.HasSuffix(string(who.Email), "@example.org") {
					who.Subject = string(who.Email)
				}
			}),
		},
		{
			Name: "heir-of-an-address", Turns: []string{"oauth/exchange/subjects-differ"},
			OAuth: told(func(who *domain.ExternalUser) {
				if who.Subject == "1002" {
					who.Subject = "1001"
				}
			}),
		},
		{
			Name: "nobody-is-vouched-for", Turns: []string{"oauth/exchange/email-verified"},
			OAuth: told(func(who *domain.ExternalUser) { who.EmailVerified = false }),
		},
		{
			Name: "address-taken-for-verified", Turns: []string{"oauth/exchange/email-unverified"},
			OAuth: told(func(who *domain.ExternalUser) { who.EmailVerified = who.Email != "" }),
		},
		{
			// As an address of the login name at the provider's own domain.
			Name: "address-made-up", Turns: []string{"oauth/exchange/email-missing"},
			OAuth: exchangedEmail("", func(who *domain.ExternalUser) { who.Email = "1001@provider.example.com" }),
		},
		{
			Name: "address-not-parsed", Turns: []string{"oauth/exchange/email-is-no-address"},
			OAuth: exchangedEmail("ann\r\nBcc: bob@example.com", func(who *domain.ExternalUser) { who.Email = "ann\r\nBcc: bob@example.com" }),
		},
		{
			Name: "callers-share-an-answer", Turns: []string{"oauth/exchange/callers-do-not-mix"},
			OAuth: func(w contract.OAuthWorld) contract.OAuthWorld {
				var o overlap
				var first memo[string, domain.ExternalUser]
				return exchanging(func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (who domain.ExternalUser, err error) {
					err = o.during(func(shared bool) error {
						who, err = inner.Exchange(ctx, c)
						if err == nil && shared {
							who = first.change("", func(before domain.ExternalUser) domain.ExternalUser {
								if before.Subject == "" {
									return who
								}
								return before
							})
						}
						return err
					})
					return who, err
				})(w)
			},
		},
	}
}

// exchangedEmail changes what is told of people whose address at the provider is email.
func exchangedEmail(email string, change func(who *domain.ExternalUser)) func(contract.OAuthWorld) contract.OAuthWorld {
	return func(w contract.OAuthWorld) contract.OAuthWorld {
		var mine memo[string, bool] // whether the login was of such a person
		login := w.Login
		w.Login = func(t testing.TB, address string, p contract.OAuthPerson) url.Values {
			mine.set("", p.Email == email)
			return login(t, address, p)
		}
		return told(func(who *domain.ExternalUser) {
			if is, _ := mine.get(""); is {
				change(who)
			}
		})(w)
	}
}

func oauthRefusedFaults() []Fault {
	return []Fault{
		{
			Name: "unknown-code-is-unknown", Turns: []string{"oauth/exchange/unknown-code"},
			OAuth: exchanging(func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (domain.ExternalUser, error) {
				who, err := inner.Exchange(ctx, c)
				if strings.HasPrefix(c.Code, "another") {
					return who, driverError()
				}
				return who, err
			}),
		},
		{
			// A cache of answers, by code.
			Name: "code-works-twice", Turns: []string{"oauth/exchange/spent-code"},
			OAuth: func(w contract.OAuthWorld) contract.OAuthWorld {
				var answers memo[port.Callback, domain.ExternalUser]
				return exchanging(func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (domain.ExternalUser, error) {
					if who, ok := answers.get(c); ok {
						return who, nil
					}
					who, err := inner.Exchange(ctx, c)
					if err == nil {
						answers.set(c, who)
					}
					return who, err
				})(w)
			},
		},
		{Name: "verifier-not-sent", Turns: []string{"oauth/exchange/other-verifier"}, OAuth: letThrough(func(began port.AuthRequest, c port.Callback) bool {
			sum := sha256.Sum256([]byte(c.Verifier))
			return began.Challenge != base64.RawURLEncoding.EncodeToString(sum[:])
		})},
		{Name: "redirect-not-sent", Turns: []string{"oauth/exchange/other-redirect"}, OAuth: withChangedCallback(func(c *port.Callback) {
			c.RedirectURI = strings.TrimSuffix(c.RedirectURI, "/other")
		})},
		{Name: "issuer-of-the-callback-ignored", Turns: []string{"oauth/exchange/other-provider"}, OAuth: withChangedCallback(func(c *port.Callback) { c.Issuer = "" })},
		{Name: "nobody-logs-in", Turns: []string{"oauth/exchange/nobody"}, OAuth: answering(contract.OAuthNobody, domain.ExternalUser{}, nil)},
	}
}

// letThrough makes a provider take what it has refused where differs says that this alone
// may be the reason: the callback has another secret than the login began with.
func letThrough(differs func(began port.AuthRequest, c port.Callback) bool) func(contract.OAuthWorld) contract.OAuthWorld {
	return func(w contract.OAuthWorld) contract.OAuthWorld {
		var logins memo[string, port.AuthRequest] // by code
		login := w.Login
		w.Login = func(t testing.TB, address string, p contract.OAuthPerson) url.Values {
			back := login(t, address, p)
			at, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			query := at.Query()
			logins.set(back.Get("code"), port.AuthRequest{Challenge: query.Get("code_challenge"), Nonce: query.Get("nonce")})
			return back
		}
		return exchanging(func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (domain.ExternalUser, error) {
			who, err := inner.Exchange(ctx, c)
			if began, known := logins.get(c.Code); known && errors.Is(err, port.ErrInvalid) && differs(began, c) {
				return somebody(), nil
			}
			return who, err
		})(w)
	}
}

func oauthBrokenFaults() []Fault {
	faults := []Fault{
		{
			Name: "follows-to-another-host", Turns: []string{"oauth/exchange/stays-at-the-provider"},
			OAuth: func(w contract.OAuthWorld) contract.OAuthWorld {
				var asked memo[string, int]
				w = answering(contract.OAuthRedirects, domain.ExternalUser{}, driverError())(w)
				pull := w.Pull
				w.Pull = func(t testing.TB, lever contract.OAuthLever) {
					if lever == contract.OAuthRedirects {
						asked.set("", 1)
					}
					pull(t, lever)
				}
				w.Elsewhere = func() int {
					n, _ := asked.get("")
					return n
				}
				return w
			},
		},
		{
			Name: "provider-errors-repeat-the-request", Turns: []string{"oauth/exchange/errors-are-discreet"},
			OAuth: exchanging(func(ctx context.Context, inner port.OAuthProvider, c port.Callback) (domain.ExternalUser, error) {
				who, err := inner.Exchange(ctx, c)
				if err != nil {
					err = fmt.Errorf("code=%s&code_verifier=%s: %w", c.Code, c.Verifier, err)
				}
				return who, err
			}),
		},
	}
	for _, lever := range []contract.OAuthLever{
		contract.OAuthDown, contract.OAuthSlow, contract.OAuthFailing, contract.OAuthHuge, contract.OAuthNonsense,
	} {
		faults = append(faults, Fault{
			Name: "provider-" + string(lever) + "-is-invalid", Turns: []string{"oauth/exchange/" + string(lever) + "-is-no-answer"},
			OAuth: answering(lever, domain.ExternalUser{}, port.ErrInvalid),
		})
	}
	return faults
}

func openIDFaults() []Fault {
	faults := []Fault{
		{
			Name: "id-token-never-over", Turns: []string{"openid/id-token/over"},
			OAuth: func(w contract.OAuthWorld) contract.OAuthWorld {
				now := w.Now
				return withChangedCallback(func(c *port.Callback) { c.Now = now() })(w)
			},
		},
		{
			Name: "nonce-not-compared", Turns: []string{"openid/id-token/other-login"},
			OAuth: letThrough(func(began port.AuthRequest, c port.Callback) bool { return began.Nonce != c.Nonce }),
		},
		{
			Name: "keys-kept-for-ever", Turns: []string{"openid/rotated-key"},
			OAuth: answering(contract.OAuthRotatedKey, domain.ExternalUser{}, port.ErrInvalid),
		},
	}
	for _, lever := range []contract.OAuthLever{contract.OAuthOtherIssuer, contract.OAuthOtherAudience, contract.OAuthUnknownKey} {
		faults = append(faults, Fault{
			Name: "id-token-of-" + string(lever), Turns: []string{"openid/id-token/" + string(lever)},
			OAuth: answering(lever, somebody(), nil),
		})
	}
	return faults
}
