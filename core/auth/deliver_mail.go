package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	// mailBatch is how many letters one DeliverMail takes on.
	mailBatch = 10

	// mailLease is how long it may take over them. After that another worker may have
	// them, so it is longer than a batch takes on a slow mail server.
	mailLease = 5 * time.Minute

	// The pause before a letter is tried again doubles from one to the other.
	firstMailRetry = 10 * time.Second
	lastMailRetry  = 10 * time.Minute
)

// DeliverMail implements Worker. A letter that is begun is finished, even if ctx is done
// meanwhile: half a delivery is one that is made twice. The others go back.
func (s *Service) DeliverMail(ctx context.Context) (Delivered, error) {
	now := s.Clock.Now()
	leases, err := s.Repos.MailQueue.Claim(ctx, now, now.Add(mailLease), mailBatch)
	if err != nil {
		return Delivered{}, unavailable(fmt.Errorf("claim letters: %w", err))
	}
	done := Delivered{More: len(leases) == mailBatch}
	finish := context.WithoutCancel(ctx)
	for _, lease := range leases {
		if ctx.Err() != nil {
			s.putBack(finish, lease, s.Clock.Now())
			continue
		}
		s.deliverOne(finish, lease, &done)
	}
	return done, nil
}

// deliverOne deals with one letter and counts what came of it.
func (s *Service) deliverOne(ctx context.Context, lease port.Lease, done *Delivered) {
	letter := lease.Letter
	log := s.Log.With("letter", letter.ID, "kind", letter.Kind)
	switch sent, err := s.deliver(ctx, letter); {
	case err != nil && !errors.Is(err, port.ErrInvalid):
		done.Failed++
		log.WarnContext(ctx, "a letter is tried again later", "attempts", letter.Attempts+1, "error", err)
		s.putBack(ctx, lease, s.Clock.Now().Add(mailPause(letter.Attempts)))
		return
	case err != nil:
		done.Dropped++
		log.ErrorContext(ctx, "a letter was refused for good and is dropped", "error", err)
	case sent:
		done.Sent++
	default:
		done.Dropped++
	}
	if err := s.Repos.MailQueue.Done(ctx, lease); err != nil {
		log.WarnContext(ctx, "a letter that is done with may be delivered twice", "error", err)
	}
}

// mailPause doubles from one attempt to the next.
func mailPause(attempts int) time.Duration {
	const doublings = 6 // 10 s << 6 is above the longest
	return min(firstMailRetry<<min(attempts, doublings), lastMailRetry)
}

// putBack makes a letter due again. Where that fails it is when the loan is over.
func (s *Service) putBack(ctx context.Context, lease port.Lease, next time.Time) {
	if err := s.Repos.MailQueue.Retry(ctx, lease, next); err != nil {
		s.Log.WarnContext(ctx, "a letter was not put back", "letter", lease.Letter.ID, "error", err)
	}
}

// deliver writes and sends the mail of a letter, and reports false where there is nobody
// to write to. An error that matches port.ErrInvalid is for good.
func (s *Service) deliver(ctx context.Context, letter domain.Letter) (sent bool, err error) {
	if letter.Kind != domain.LetterPasswordReset {
		return false, fmt.Errorf("letter of kind %q: %w", letter.Kind, port.ErrInvalid)
	}
	user, err := s.Repos.Users.ByEmail(ctx, letter.To)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find account: %w", err)
	}
	if user.Status != domain.StatusActive || user.Password == "" {
		return false, nil // who may not log in, or not by password, has none to reset
	}
	link, err := s.newResetLink(ctx, user, letter.URL)
	if err != nil {
		return false, err
	}
	content := port.MailContent{
		Kind:      letter.Kind,
		Language:  user.Language,
		FirstName: user.FirstName,
		Link:      link,
		ExpiresIn: s.settings.ResetTTL,
		Client:    letter.Client,
	}
	if content.Language == "" {
		content.Language = letter.Language
	}
	subject, text, html, err := s.Composer.Compose(ctx, content)
	if err != nil {
		return false, fmt.Errorf("compose mail: %w", err)
	}
	// To the address that is stored, never to the one that was typed.
	mail := domain.Mail{ID: letter.ID, To: user.Email, Subject: subject, Text: text, HTML: html}
	if err := s.Mailer.Send(ctx, mail); err != nil {
		return false, fmt.Errorf("send mail: %w", err)
	}
	return true, nil
}

// newResetLink makes a token and spends the user's earlier ones: of several mails, and of
// several attempts at one, only the link of the newest works.
func (s *Service) newResetLink(ctx context.Context, user domain.User, page string) (string, error) {
	secret := randomText(resetTokenLength)
	link, err := withToken(page, secret)
	if err != nil {
		return "", fmt.Errorf("make link: %w", err)
	}
	token := domain.OneTimeToken{
		Hash:      domain.HashSecret(secret),
		Purpose:   domain.PurposePasswordReset,
		UserID:    user.ID,
		ExpiresAt: s.Clock.Now().Add(s.settings.ResetTTL),
	}
	err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		if err := r.OneTimeTokens.SpendUser(ctx, user.ID, token.Purpose); err != nil {
			return err
		}
		return r.OneTimeTokens.Put(ctx, token)
	})
	if err != nil {
		return "", fmt.Errorf("make reset token: %w", err)
	}
	return link, nil
}
