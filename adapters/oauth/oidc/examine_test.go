package oidc_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/contract"
)

// shifted is the machine's clock with what it is off.
type shifted time.Duration

func (s shifted) Now() time.Time { return time.Now().Add(time.Duration(s)) }

func TestExamine(t *testing.T) {
	kinds := map[string]func(t testing.TB) (*oidctest.Provider, oidc.Config){
		"GitHub": func(t testing.TB) (*oidctest.Provider, oidc.Config) {
			at := oidctest.GitHub(t, callback)
			return at, gitHub(t, at)
		},
		"OpenID": func(t testing.TB) (*oidctest.Provider, oidc.Config) {
			at := oidctest.OpenID(t, false, callback)
			return at, oidc.Config{Issuer: at.URL}
		},
	}
	for kind, start := range kinds {
		t.Run(kind+" that is in order", func(t *testing.T) {
			_, c := start(t)
			e := newProvider(t, c).Examine(t.Context(), shifted(0), callback)
			if e.Description != nil || e.Client != nil || e.RefusedCallbacks != nil {
				t.Errorf("got %+v, want nothing wrong", e)
			}
			if off := e.Clock.Sub(e.Asked); off > 2*time.Second || off < -2*time.Second {
				t.Errorf("got clocks %v apart, want none", off)
			}
		})
		t.Run(kind+" whose clock is another", func(t *testing.T) {
			_, c := start(t)
			e := newProvider(t, c).Examine(t.Context(), shifted(-time.Hour))
			if off := e.Clock.Sub(e.Asked); off < 59*time.Minute {
				t.Errorf("got clocks %v apart, want an hour", off)
			}
		})
		t.Run(kind+" at which a callback is not registered", func(t *testing.T) {
			_, c := start(t)
			e := newProvider(t, c).Examine(t.Context(), shifted(0), callback, callback+"/other")
			if len(e.RefusedCallbacks) != 1 || e.RefusedCallbacks[0] != callback+"/other" {
				t.Errorf("got %q, want the other one", e.RefusedCallbacks)
			}
		})
		t.Run(kind+" that is down", func(t *testing.T) {
			at, c := start(t)
			at.Pull(contract.OAuthDown)
			e := newProvider(t, c).Examine(t.Context(), shifted(0), callback)
			if e.Description == nil && e.Client == nil || !e.Clock.IsZero() || !e.Asked.IsZero() {
				t.Errorf("got %+v, want an error and no time", e)
			}
		})
	}
	// That of OpenID looks at the code first, as some do.
	t.Run("GitHub that knows another secret", func(t *testing.T) {
		at := oidctest.GitHub(t, callback)
		c := gitHub(t, at)
		c.Name, c.ClientID, c.ClientSecret = "Name", oidctest.ClientID, "another-secret"
		p, err := oidc.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if e := p.Examine(t.Context(), shifted(0), callback); !errors.Is(e.Client, oidc.ErrClient) || strings.Contains(e.Client.Error(), "another-secret") {
			t.Errorf("got error %v, want %v", e.Client, oidc.ErrClient)
		}
	})
	t.Run("an issuer that calls itself otherwise says how", func(t *testing.T) {
		at := oidctest.OpenID(t, false, callback)
		e := newProvider(t, oidc.Config{Issuer: at.URL + "/"}).Examine(t.Context(), shifted(0), callback)
		var other *oidc.IssuerError
		if !errors.As(e.Description, &other) || other.Own != at.URL || strings.Contains(e.Description.Error(), at.URL) {
			t.Errorf("got error %v", e.Description)
		}
	})
}
