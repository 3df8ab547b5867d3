package oidc

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/sallyport-auth/sallyport/core/port"
)

// Examination is what asking a provider has shown. Its errors are as the port's: they hold
// nothing secret, and nothing that the provider has said.
type Examination struct {
	// Description is why an OpenID provider's description or keys could not be had: an
	// *IssuerError, or a failure. Nil: they could, or there are none.
	Description error

	// Client is why the provider does not trade codes for this client: ErrClient, or a failure.
	// Nil: a code that there is not was refused, as it has to be; some providers do so before
	// they look at the secret. It is nil beside a Description.
	Client error

	// RefusedCallbacks are those of the callbacks asked about at which the provider lets no
	// login begin. That the others are registered is not certain: many a provider looks only
	// when somebody has logged in.
	RefusedCallbacks []string

	// Clock is the time at the provider when it answered last, to the second, and Asked the time
	// by clock then; both are zero where it has named none.
	Clock, Asked time.Time
}

// Examine asks the provider what a login would, as far as nobody has to log in: for its
// description and keys, for tokens with a code that there is not, and whether a login may begin
// that comes back at each of callbacks. What it learns is not kept.
func (p *Provider) Examine(ctx context.Context, clock port.Clock, callbacks ...string) Examination {
	watched := &watchedClock{RoundTripper: p.client.Transport, clock: clock}
	client := *p.client
	client.Transport = watched
	fresh := &Provider{config: p.config, client: &client}

	var e Examination
	d, err := fresh.examineDescription(ctx)
	if err != nil {
		e.Description = p.failure("examine the provider", err)
	} else {
		if err := fresh.examineClient(ctx, d, callbacks); err != nil {
			e.Client = p.failure("examine the client", err)
		}
		for _, callback := range callbacks {
			if fresh.refusesToBegin(ctx, callback) {
				e.RefusedCallbacks = append(e.RefusedCallbacks, callback)
			}
		}
	}
	e.Clock, e.Asked = watched.last()
	return e
}

func (p *Provider) examineDescription(ctx context.Context) (*description, error) {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	d, err := p.describe(ctx)
	if err != nil || !p.OpenID() {
		return d, err
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := p.ask(ctx, "the keys of the provider", d.keysURL, nil, &set); err != nil {
		return nil, err
	}
	if len(set.Keys) == 0 {
		return nil, errors.New("the keys of the provider: there is none")
	}
	return d, nil
}

// examineClient tries to trade a code that nobody has been given.
func (p *Provider) examineClient(ctx context.Context, d *description, callbacks []string) error {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	callback := ""
	if len(callbacks) > 0 {
		callback = callbacks[0]
	}
	_, err := p.oauth(d, callback).Exchange(
		context.WithValue(ctx, oauth2.HTTPClient, p.client), "no-code-"+rand.Text(), oauth2.VerifierOption(oauth2.GenerateVerifier()))
	if err == nil {
		return errors.New("the token endpoint: it takes a code that there is not")
	}
	if err := notExchanged(err); !errors.Is(err, port.ErrInvalid) {
		return err
	}
	return nil
}

// refusesToBegin reports whether a browser would be shown an error instead of a way to log in.
func (p *Provider) refusesToBegin(ctx context.Context, callback string) bool {
	address, err := p.AuthURL(ctx, port.AuthRequest{
		State: rand.Text(), Nonce: rand.Text(), RedirectURI: callback,
		Challenge: oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier()),
	})
	if err != nil {
		return false
	}
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	request.Header.Set("Accept", "text/html")
	answer, err := p.client.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode >= 400 && answer.StatusCode < 500
}

// watchedClock keeps what answers say of the time.
type watchedClock struct {
	http.RoundTripper
	clock port.Clock

	mu           sync.Mutex
	there, asked time.Time
}

func (w *watchedClock) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := w.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		// One that a cache has kept is as old as the cache says: RFC 9111, section 5.1.
		age, _ := strconv.Atoi(answer.Header.Get("Age"))
		w.mu.Lock()
		w.there, w.asked = date.Add(time.Duration(age)*time.Second), w.clock.Now()
		w.mu.Unlock()
	}
	return answer, nil
}

func (w *watchedClock) last() (there, asked time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.there, w.asked
}
