package oidc

import (
	"errors"
	"io"
	"net/http"
)

// errTooLong is what reading an answer ends with that is longer than Config.MaxAnswer.
var errTooLong = errors.New("the answer is too long")

// newClient returns a client that follows no redirect, sends no cookie and reads bounded
// answers in bounded time. The bound on the whole of a login is that of its context; keys are
// fetched beside it, for all logins that wait for them.
func newClient(c Config) *http.Client {
	transport := c.Transport
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxResponseHeaderBytes = 64 << 10
		own.MaxConnsPerHost = 64
		transport = own
	}
	return &http.Client{
		Transport:     bounded{transport, c.MaxAnswer},
		Timeout:       c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bounded is a transport whose answers end with errTooLong when they are.
type bounded struct {
	http.RoundTripper
	limit int64
}

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", "sallyport")
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "application/json") // GitHub answers with a form otherwise
	}
	answer, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &boundedBody{answer.Body, b.limit}
	return answer, nil
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(into []byte) (int, error) {
	if b.left <= 0 {
		// One byte more shows whether there is more.
		n, err := b.ReadCloser.Read(make([]byte, 1))
		if n > 0 {
			return 0, errTooLong
		}
		return 0, err
	}
	n, err := b.ReadCloser.Read(into[:min(int64(len(into)), b.left)])
	b.left -= int64(n)
	return n, err
}
