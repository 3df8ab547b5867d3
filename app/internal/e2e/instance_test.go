package e2e

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// instance is one place where the service runs, as its clients and a load balancer see it: the
// process there may be killed, and another one takes its place.
type instance struct {
	env     []string
	running atomic.Pointer[process]
}

var _ history.Service = (*instance)(nil)

func startInstance(t testing.TB, env []string) *instance {
	t.Helper()
	i := &instance{env: env}
	i.start(t)
	return i
}

// start waits until the new process is ready.
func (i *instance) start(t testing.TB) {
	t.Helper()
	i.running.Store(serve(t, i.env))
}

func (i *instance) kill() { i.running.Load().kill() }

func (i *instance) client() restclient.Client { return i.running.Load().Client }

// Refresh implements history.Service.
func (i *instance) Refresh(ctx context.Context, token string) (string, error) {
	reply, err := i.client().Refresh(ctx, domain.ModeJSON, token)
	return reply.Token, told(err)
}

// Logout implements history.Service.
func (i *instance) Logout(ctx context.Context, token string) error {
	return told(i.client().Logout(ctx, domain.ModeJSON, token))
}

// Ready implements history.Service.
func (i *instance) Ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := i.client().Do(ctx, restclient.Call{Method: http.MethodGet, Path: "/readyz"})
	return err == nil
}

// told says what an error means to a client: a refusal, nobody there, or anything. Whatever is
// answered but SERVICE_UNAVAILABLE is a refusal: an honest token that gets one is lost.
func told(err error) error {
	if code := codeOf(err); code != "" && code != domain.ServiceUnavailable {
		return errors.Join(history.ErrRefused, err)
	}
	if failure, ok := errors.AsType[*net.OpError](err); ok && failure.Op == "dial" {
		return errors.Join(history.ErrUnsent, err)
	}
	return err
}

// awaitReady waits until every instance says that it is ready.
func awaitReady(t *testing.T, instances []*instance) {
	t.Helper()
	limit, look := time.NewTimer(patience), time.NewTicker(20*time.Millisecond)
	defer limit.Stop()
	defer look.Stop()
	for n, i := range instances {
		for !i.Ready(t.Context()) {
			select {
			case <-look.C:
			case <-limit.C:
				t.Fatalf("instance %d was not ready within %v", n+1, patience)
			}
		}
	}
}
