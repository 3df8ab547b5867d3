package port

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Lease is a letter on loan to one worker.
type Lease struct {
	Letter domain.Letter
	Token  string // proves the loan to Done and Retry
}

// MailQueue keeps letters until a mail server has taken them. A letter that tells about a
// change is queued in the same unit of work. Delivery is at least once: twice only if the
// worker dies, or the server's answer is lost, between the server's acceptance and Done.
type MailQueue interface {
	// Put stores l, due at l.Due, or returns ErrConflict when its ID is taken, and then
	// stores nothing.
	Put(ctx context.Context, l domain.Letter) error

	// Claim lends at most limit letters that are due at now, oldest first, until the
	// time until: before it nobody else is given them, from then on they are due again.
	// A letter whose ExpiresAt is not after now is lent to nobody, and not removed
	// either. Of many concurrent callers each letter goes to one. Who is beaten to a
	// letter is lent the next: none at all are lent only when no more are due and free.
	// Fewer than limit are lent only then, or when others are faster time after time. A
	// loan changes nothing in the letter, and a limit below 1 lends none.
	Claim(ctx context.Context, now, until time.Time, limit int) ([]Lease, error)

	// Done removes the letter, or returns ErrStale when the loan is over: somebody else
	// has claimed the letter since, or it is gone.
	Done(ctx context.Context, l Lease) error

	// Retry makes the letter due again at next, counts the attempt and ends the loan, or
	// returns ErrStale when the loan is over.
	Retry(ctx context.Context, l Lease, next time.Time) error

	// Waiting counts the letters of that kind that are there, whatever their times and
	// whether on loan or not, but only up to limit; a limit below 1 counts none.
	Waiting(ctx context.Context, kind domain.LetterKind, limit int) (int, error)

	// Prune removes at most limit letters whose ExpiresAt is not after now, save those
	// on loan at now, and returns how many it removed.
	Prune(ctx context.Context, now time.Time, limit int) (int, error)
}

// Mailer sends mail.
type Mailer interface {
	// Send returns nil once another party has taken charge of m. ErrInvalid says that m
	// will never be taken, however often it is tried: one that CheckMail refuses, an
	// address that the server refuses for good. Any other error may pass.
	Send(ctx context.Context, m domain.Mail) error
}

// MailContent is what a mail says, before it is put into words.
type MailContent struct {
	Kind      domain.LetterKind
	Language  string // the user's (BCP 47), or the request's Accept-Language; empty: no preference
	FirstName string
	Link      string        // complete, with its token if it has one
	ExpiresIn time.Duration // of the link; 0: it has no end
	Client    domain.Client // who asked for it, or made the change that it tells about
}

// MailComposer puts mails into words.
type MailComposer interface {
	// Compose returns the subject and both bodies of the mail, in the language nearest to
	// the one asked for. Both bodies hold the link. Whatever comes from outside is
	// escaped in the HTML body and brings no line breaks into the subject. Each kind has a
	// subject of its own. A kind that it has no words for is ErrNotFound.
	Compose(ctx context.Context, c MailContent) (subject, text, html string, err error)
}
