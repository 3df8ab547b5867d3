package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// noticeTTL is how long it is tried to tell somebody about a change of their account. A mail
// server that is down for a weekend is not to hide what happened meanwhile.
const noticeTTL = 5 * 24 * time.Hour

// notices returns the letters that tell the owner of an account what has become of it, for the
// unit of work that changes it. They go to the address that the account had before the change,
// which who made the change may not be able to read, and of a new address to that one, too.
func (s *Service) notices(before, after domain.User, from domain.Client) []domain.Letter {
	var letters []domain.Letter
	tell := func(kind domain.LetterKind, to domain.Email) {
		letters = append(letters, s.notice(kind, to, before.Language, from))
	}
	isFirst := before.Password == "" && (before.Status == domain.StatusInvited || before.Status == domain.StatusUnverified)
	if after.Password != before.Password && !isFirst {
		tell(domain.LetterPasswordChanged, before.Email)
	}
	if after.Email != before.Email {
		tell(domain.LetterEmailChanged, before.Email)
	}
	switch hadTFA, hasTFA := before.TOTP != nil, after.TOTP != nil; {
	case hasTFA && !hadTFA:
		tell(domain.LetterTFAEnabled, before.Email)
	case hadTFA && !hasTFA:
		tell(domain.LetterTFADisabled, before.Email)
	case len(after.RecoveryCodes) < len(before.RecoveryCodes):
		tell(domain.LetterRecoveryUsed, before.Email)
	}
	if after.Email.Key() != before.Email.Key() {
		tell(domain.LetterEmailChanged, after.Email)
	}
	return letters
}

// notice returns a letter that tells about a change.
func (s *Service) notice(kind domain.LetterKind, to domain.Email, language string, from domain.Client) domain.Letter {
	now := s.Clock.Now()
	return domain.Letter{
		ID:        domain.NewUUID(now),
		Kind:      kind,
		To:        to,
		Language:  language,
		Client:    from.Bounded(),
		Due:       now,
		ExpiresAt: now.Add(noticeTTL),
	}
}

// queue puts letters into the queue, whether it is full or not: it was not a stranger who
// asked for them.
func queue(ctx context.Context, mail port.MailQueue, letters []domain.Letter) error {
	for _, letter := range letters {
		if err := mail.Put(ctx, letter); err != nil {
			return fmt.Errorf("queue notice: %w", err)
		}
	}
	return nil
}

// deliverNotice sends what a letter tells, to the very address that it names: the account may
// have another one by now, and somebody else this one.
func (s *Service) deliverNotice(ctx context.Context, letter domain.Letter) error {
	return s.send(ctx, letter.ID, letter.To, port.MailContent{
		Kind:     letter.Kind,
		Language: letter.Language,
		Link:     s.settings.NoticePage,
		Client:   letter.Client,
	})
}
