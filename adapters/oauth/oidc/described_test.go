package oidc_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
)

// Red when knownOrAsked does not look at asking.
func TestAProviderIsAskedByOneForAll(t *testing.T) {
	at := newIssuer(t, httptest.NewServer)
	asked, answering := make(chan struct{}, 100), make(chan struct{})
	p := newProvider(t, oidc.Config{Issuer: at.URL, Transport: transport(func(r *http.Request) (*http.Response, error) {
		asked <- struct{}{}
		<-answering
		return http.DefaultTransport.RoundTrip(r)
	})})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := p.AuthURL(t.Context(), request()); err != nil {
				t.Errorf("got error %v, want none", err)
			}
		})
	}
	<-asked
	close(answering)
	all.Wait()
	if n := at.questions(); n != 1 || len(asked) > 0 {
		t.Errorf("got %d questions, want 1", n)
	}
}

// Red when put keeps no failure, and when knownOrAsked keeps it for good.
func TestAProviderThatIsDownIsLeftAloneForAWhile(t *testing.T) {
	at := newIssuer(t, httptest.NewServer)
	clock := fakes.NewClock(time.Now())
	p := newProvider(t, oidc.Config{Issuer: at.URL, Clock: clock})
	at.set(true, nil)
	for range 3 {
		if _, err := p.AuthURL(t.Context(), request()); err == nil {
			t.Error("got no error")
		}
		clock.Advance(2 * time.Second)
	}
	if got := at.questions(); got != 1 {
		t.Errorf("got %d questions, want 1", got)
	}
	at.set(false, nil)
	clock.Advance(time.Second)
	if _, err := p.AuthURL(t.Context(), request()); err != nil {
		t.Errorf("after five seconds: got error %v, want none", err)
	}
}

// Red when isWithin takes what is yet to come for what has just been.
func TestAClockThatIsPutBackShutsNoProviderOut(t *testing.T) {
	at := newIssuer(t, httptest.NewServer)
	clock := fakes.NewClock(time.Now())
	p := newProvider(t, oidc.Config{Issuer: at.URL, Clock: clock})
	at.set(true, nil)
	if _, err := p.AuthURL(t.Context(), request()); err == nil {
		t.Error("got no error")
	}
	at.set(false, nil)
	clock.Advance(-time.Hour)
	if _, err := p.AuthURL(t.Context(), request()); err != nil {
		t.Errorf("got error %v, want none", err)
	}
}

// Red when put keeps the context of who began.
func TestWhoGoesAwayTakesNoAnswerFromOthers(t *testing.T) {
	at := newIssuer(t, httptest.NewServer)
	ctx, goAway := context.WithCancel(t.Context())
	p := newProvider(t, oidc.Config{Issuer: at.URL, Transport: transport(func(r *http.Request) (*http.Response, error) {
		goAway()
		return http.DefaultTransport.RoundTrip(r)
	})})
	_, _ = p.AuthURL(ctx, request())
	if _, err := p.AuthURL(t.Context(), request()); err != nil {
		t.Errorf("got error %v, want none", err)
	}
}

// Red when knownOrAsked never looks at since.
func TestADescriptionIsAskedForDaily(t *testing.T) {
	at := newIssuer(t, httptest.NewServer)
	clock := fakes.NewClock(time.Now())
	p := newProvider(t, oidc.Config{Issuer: at.URL, Clock: clock})
	begins := func() string {
		t.Helper()
		address, err := p.AuthURL(t.Context(), request())
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(strings.Split(address, "?")[0], at.URL)
	}
	begins()
	at.set(true, map[string]any{"authorization_endpoint": at.URL + "/moved"})
	clock.Advance(24*time.Hour - time.Second)
	begins()
	if n := at.questions(); n != 1 {
		t.Fatalf("before a day has passed: got %d questions, want 1", n)
	}
	clock.Advance(time.Second)
	for end := time.Now().Add(10 * time.Second); at.questions() < 2; { // it asks beside the logins
		if got := begins(); got != "/authorize" {
			t.Fatalf("got %s, want what is known", got)
		}
		if time.Now().After(end) {
			t.Fatal("nobody asks")
		}
	}
	at.set(false, map[string]any{"authorization_endpoint": at.URL + "/moved"})
	for end := time.Now().Add(10 * time.Second); begins() != "/moved"; clock.Advance(5 * time.Second) {
		if time.Now().After(end) {
			t.Fatal("the new description is not asked for")
		}
	}
}

// Red when checkDescribed does not look at the issuer.
func TestAnIssuerWithTLSLeadsToNoPlainHTTP(t *testing.T) {
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"} {
		at := newIssuer(t, httptest.NewTLSServer)
		p := newProvider(t, oidc.Config{Issuer: at.URL, Transport: at.Client().Transport, AllowInsecure: true})
		at.set(false, map[string]any{name: "http://127.0.0.1:1/inside"})
		if _, err := p.AuthURL(t.Context(), request()); err == nil || !strings.Contains(err.Error(), "https://") {
			t.Errorf("%s: got error %v, want one about https", name, err)
		}
	}
	at := newIssuer(t, httptest.NewTLSServer)
	if _, err := exchanged(t, newProvider(t, oidc.Config{Issuer: at.URL, Transport: at.Client().Transport})); err != nil {
		t.Errorf("all at https: got error %v, want none", err)
	}
}
