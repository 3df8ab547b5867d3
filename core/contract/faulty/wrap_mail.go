package faulty

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type oneTimeTokens struct {
	port.OneTimeTokens
	put       func(ctx context.Context, t domain.OneTimeToken) error
	get       func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error)
	consume   func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error)
	spendUser func(ctx context.Context, id domain.UserID, p domain.Purpose) error
	prune     func(ctx context.Context, before time.Time, limit int) (int, error)
}

func (r oneTimeTokens) Put(ctx context.Context, t domain.OneTimeToken) error {
	if r.put != nil {
		return r.put(ctx, t)
	}
	return r.OneTimeTokens.Put(ctx, t)
}

func (r oneTimeTokens) Get(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
	if r.get != nil {
		return r.get(ctx, p, h, now)
	}
	return r.OneTimeTokens.Get(ctx, p, h, now)
}

func (r oneTimeTokens) Consume(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
	if r.consume != nil {
		return r.consume(ctx, p, h, now)
	}
	return r.OneTimeTokens.Consume(ctx, p, h, now)
}

func (r oneTimeTokens) SpendUser(ctx context.Context, id domain.UserID, p domain.Purpose) error {
	if r.spendUser != nil {
		return r.spendUser(ctx, id, p)
	}
	return r.OneTimeTokens.SpendUser(ctx, id, p)
}

func (r oneTimeTokens) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if r.prune != nil {
		return r.prune(ctx, before, limit)
	}
	return r.OneTimeTokens.Prune(ctx, before, limit)
}

type mailQueue struct {
	port.MailQueue
	put   func(ctx context.Context, l domain.Letter) error
	claim func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error)
	done  func(ctx context.Context, l port.Lease) error
	retry func(ctx context.Context, l port.Lease, next time.Time) error

	waiting func(ctx context.Context, kind domain.LetterKind, limit int) (int, error)
	prune   func(ctx context.Context, now time.Time, limit int) (int, error)
}

func (r mailQueue) Put(ctx context.Context, l domain.Letter) error {
	if r.put != nil {
		return r.put(ctx, l)
	}
	return r.MailQueue.Put(ctx, l)
}

func (r mailQueue) Claim(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
	if r.claim != nil {
		return r.claim(ctx, now, until, limit)
	}
	return r.MailQueue.Claim(ctx, now, until, limit)
}

func (r mailQueue) Done(ctx context.Context, l port.Lease) error {
	if r.done != nil {
		return r.done(ctx, l)
	}
	return r.MailQueue.Done(ctx, l)
}

func (r mailQueue) Retry(ctx context.Context, l port.Lease, next time.Time) error {
	if r.retry != nil {
		return r.retry(ctx, l, next)
	}
	return r.MailQueue.Retry(ctx, l, next)
}

func (r mailQueue) Waiting(ctx context.Context, kind domain.LetterKind, limit int) (int, error) {
	if r.waiting != nil {
		return r.waiting(ctx, kind, limit)
	}
	return r.MailQueue.Waiting(ctx, kind, limit)
}

func (r mailQueue) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	if r.prune != nil {
		return r.prune(ctx, now, limit)
	}
	return r.MailQueue.Prune(ctx, now, limit)
}

// tokens returns inner with t in every method.
func (t tap) tokens(inner port.OneTimeTokens) oneTimeTokens {
	return oneTimeTokens{
		OneTimeTokens: inner,
		put: func(ctx context.Context, token domain.OneTimeToken) error {
			return t.tappedError(ctx, "tokens.put", func(ctx context.Context) error { return inner.Put(ctx, token) })
		},
		get: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
			return tapped(ctx, t, "tokens.get", func(ctx context.Context) (domain.OneTimeToken, error) { return inner.Get(ctx, p, h, now) })
		},
		consume: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
			return tapped(ctx, t, "tokens.consume", func(ctx context.Context) (domain.OneTimeToken, error) { return inner.Consume(ctx, p, h, now) })
		},
		spendUser: func(ctx context.Context, id domain.UserID, p domain.Purpose) error {
			return t.tappedError(ctx, "tokens.spend-user", func(ctx context.Context) error { return inner.SpendUser(ctx, id, p) })
		},
		prune: func(ctx context.Context, before time.Time, limit int) (int, error) {
			return tapped(ctx, t, "tokens.prune", func(ctx context.Context) (int, error) { return inner.Prune(ctx, before, limit) })
		},
	}
}

// queue returns inner with t in every method.
func (t tap) queue(inner port.MailQueue) mailQueue {
	return mailQueue{
		MailQueue: inner,
		put: func(ctx context.Context, l domain.Letter) error {
			return t.tappedError(ctx, "queue.put", func(ctx context.Context) error { return inner.Put(ctx, l) })
		},
		claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
			return tapped(ctx, t, "queue.claim", func(ctx context.Context) ([]port.Lease, error) { return inner.Claim(ctx, now, until, limit) })
		},
		done: func(ctx context.Context, l port.Lease) error {
			return t.tappedError(ctx, "queue.done", func(ctx context.Context) error { return inner.Done(ctx, l) })
		},
		retry: func(ctx context.Context, l port.Lease, next time.Time) error {
			return t.tappedError(ctx, "queue.retry", func(ctx context.Context) error { return inner.Retry(ctx, l, next) })
		},
		waiting: func(ctx context.Context, kind domain.LetterKind, limit int) (int, error) {
			return tapped(ctx, t, "queue.waiting", func(ctx context.Context) (int, error) { return inner.Waiting(ctx, kind, limit) })
		},
		prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
			return tapped(ctx, t, "queue.prune", func(ctx context.Context) (int, error) { return inner.Prune(ctx, now, limit) })
		},
	}
}
