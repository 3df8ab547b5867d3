package fakes

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Mailer = (*Mailbox)(nil)

// Mailbox is a port.Mailer that keeps what it is sent. The zero value is ready for use, and
// safe for concurrent use.
type Mailbox struct {
	mu       sync.Mutex
	mails    []domain.Mail
	failures []failure
}

type failure struct {
	err   error
	taken bool
}

// Send keeps m, unless it is told to fail or port.CheckMail refuses m.
func (b *Mailbox) Send(ctx context.Context, m domain.Mail) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("fakes: send mail: %w", err)
	}
	if err := port.CheckMail(m); err != nil {
		return fmt.Errorf("fakes: send mail: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var f failure
	if len(b.failures) > 0 {
		f, b.failures = b.failures[0], b.failures[1:]
	}
	if f.err == nil || f.taken {
		b.mails = append(b.mails, m)
	}
	return f.err
}

// FailNext makes the next n sends fail with err and send nothing. Orders to fail queue up.
func (b *Mailbox) FailNext(n int, err error) { b.fail(n, failure{err: err}) }

// LoseNext makes the next n sends fail with err after the mail has been taken, as when a
// connection breaks between the end of the mail and the server's answer.
func (b *Mailbox) LoseNext(n int, err error) { b.fail(n, failure{err: err, taken: true}) }

func (b *Mailbox) fail(n int, f failure) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = append(b.failures, slices.Repeat([]failure{f}, n)...)
}

// Mails returns what has been taken so far, in order.
func (b *Mailbox) Mails() []domain.Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}
