package intercept

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type oneTimeTokens struct {
	inner port.OneTimeTokens
	hooks Hooks
}

func (r oneTimeTokens) Put(ctx context.Context, t domain.OneTimeToken) error {
	return called(ctx, r.hooks, "OneTimeTokens.Put", func() error { return r.inner.Put(ctx, t) })
}

func (r oneTimeTokens) Get(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
	return asked(ctx, r.hooks, "OneTimeTokens.Get", func() (domain.OneTimeToken, error) { return r.inner.Get(ctx, p, h, now) })
}

func (r oneTimeTokens) Consume(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
	return asked(ctx, r.hooks, "OneTimeTokens.Consume", func() (domain.OneTimeToken, error) { return r.inner.Consume(ctx, p, h, now) })
}

func (r oneTimeTokens) SpendUser(ctx context.Context, id domain.UserID, p domain.Purpose) error {
	return called(ctx, r.hooks, "OneTimeTokens.SpendUser", func() error { return r.inner.SpendUser(ctx, id, p) })
}

func (r oneTimeTokens) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	return asked(ctx, r.hooks, "OneTimeTokens.Prune", func() (int, error) { return r.inner.Prune(ctx, before, limit) })
}

type mailQueue struct {
	inner port.MailQueue
	hooks Hooks
}

func (r mailQueue) Put(ctx context.Context, l domain.Letter) error {
	return called(ctx, r.hooks, "MailQueue.Put", func() error { return r.inner.Put(ctx, l) })
}

func (r mailQueue) Claim(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
	return asked(ctx, r.hooks, "MailQueue.Claim", func() ([]port.Lease, error) { return r.inner.Claim(ctx, now, until, limit) })
}

func (r mailQueue) Done(ctx context.Context, l port.Lease) error {
	return called(ctx, r.hooks, "MailQueue.Done", func() error { return r.inner.Done(ctx, l) })
}

func (r mailQueue) Retry(ctx context.Context, l port.Lease, next time.Time) error {
	return called(ctx, r.hooks, "MailQueue.Retry", func() error { return r.inner.Retry(ctx, l, next) })
}

func (r mailQueue) Waiting(ctx context.Context, kind domain.LetterKind, limit int) (int, error) {
	return asked(ctx, r.hooks, "MailQueue.Waiting", func() (int, error) { return r.inner.Waiting(ctx, kind, limit) })
}

func (r mailQueue) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	return asked(ctx, r.hooks, "MailQueue.Prune", func() (int, error) { return r.inner.Prune(ctx, now, limit) })
}

// Mailer returns p with hooks around its method.
func Mailer(p port.Mailer, h Hooks) port.Mailer { return mailer{p, h} }

type mailer struct {
	inner port.Mailer
	hooks Hooks
}

func (r mailer) Send(ctx context.Context, m domain.Mail) error {
	return called(ctx, r.hooks, "Mailer.Send", func() error { return r.inner.Send(ctx, m) })
}

// MailComposer returns p with hooks around its method.
func MailComposer(p port.MailComposer, h Hooks) port.MailComposer { return composer{p, h} }

type composer struct {
	inner port.MailComposer
	hooks Hooks
}

func (r composer) Compose(ctx context.Context, c port.MailContent) (subject, text, html string, err error) {
	type words struct{ subject, text, html string }
	w, err := asked(ctx, r.hooks, "MailComposer.Compose", func() (words, error) {
		subject, text, html, err := r.inner.Compose(ctx, c)
		return words{subject, text, html}, err
	})
	return w.subject, w.text, w.html, err
}
