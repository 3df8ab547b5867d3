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

	// mailLease is how long it may take over one of them. After that another worker may
	// have it, so it is far longer than a slow mail server is waited for.
	mailLease = 5 * time.Minute

	// The pause before a letter is tried again doubles from one to the other.
	firstMailRetry = 10 * time.Second
	lastMailRetry  = 10 * time.Minute
)

// DeliverMail implements Worker. It takes letters on loan one at a time, so that no loan runs
// out while others are delivered. A letter that is begun is finished, even if ctx is done
// meanwhile: half a delivery is one that is made twice.
func (s *Service) DeliverMail(ctx context.Context) (Delivered, error) {
	var done Delivered
	for range mailBatch {
		if ctx.Err() != nil {
			return done, nil
		}
		now := s.Clock.Now()
		leases, err := s.Repos.MailQueue.Claim(ctx, now, now.Add(mailLease), 1)
		if err != nil {
			return done, unavailable(fmt.Errorf("claim letter: %w", err))
		}
		if len(leases) == 0 {
			return done, nil
		}
		s.deliverOne(context.WithoutCancel(ctx), leases[0], &done)
	}
	done.More = true
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
	switch letter.Kind {
	case domain.LetterPasswordReset, domain.LetterInvitation:
		return s.deliverLink(ctx, letter)
	case domain.LetterRegistration:
		return s.deliverRegistration(ctx, letter)
	case domain.LetterEmailConfirm:
		return s.deliverEmailConfirm(ctx, letter)
	case domain.LetterPasswordChanged, domain.LetterEmailChanged,
		domain.LetterTFAEnabled, domain.LetterTFADisabled, domain.LetterRecoveryUsed,
		domain.LetterIdentityLinked, domain.LetterIdentityUnlinked:
		return true, s.deliverNotice(ctx, letter)
	}
	return false, fmt.Errorf("letter of kind %q: %w", letter.Kind, port.ErrInvalid)
}

// deliverLink is deliver for the links with which a password can be set.
func (s *Service) deliverLink(ctx context.Context, letter domain.Letter) (sent bool, err error) {
	user, err := s.Repos.Users.ByEmail(ctx, letter.To)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find account: %w", err)
	}
	isReset := letter.Kind == domain.LetterPasswordReset
	switch {
	case isReset && (user.Status != domain.StatusActive || user.Password == "" || s.settings.DisableDefault):
		return false, nil // who may not log in, or not by password, has none to reset
	case !isReset && user.Status != domain.StatusInvited:
		return false, nil // who has accepted, or has been shut out meanwhile
	}
	now := s.Clock.Now() // of the link and of what is said of it: a moment later it is good for less
	link, expiresAt, err := s.passwordLink(ctx, user, letter, now)
	if err != nil {
		return false, err
	}
	content := port.MailContent{
		Kind:      letter.Kind,
		Language:  preferred(user.Language, letter.Language),
		FirstName: greeted(user),
		Link:      link,
		ExpiresIn: expiresAt.Sub(now),
		Client:    letter.Client,
	}
	// To the address that is stored, never to the one that was typed.
	if err := s.send(ctx, letter.ID, user.Email, content); err != nil {
		return false, err
	}
	if isReset {
		s.record(ctx, domain.Event{Kind: domain.EventResetMailed, Outcome: domain.OutcomeSuccess, Subject: user.ID, Client: letter.Client})
	}
	return true, nil
}

// greeted returns the name by which a mail calls the user, but none where the address is only what
// they say: it may be that of somebody else, to whom a stranger would write in the name of the service.
func greeted(user domain.User) string {
	if user.Status == domain.StatusActive && !user.EmailProven {
		return ""
	}
	return user.FirstName
}

// send puts a mail into words and hands it over.
func (s *Service) send(ctx context.Context, id string, to domain.Email, content port.MailContent) error {
	subject, text, html, err := s.Composer.Compose(ctx, content)
	if err != nil {
		return fmt.Errorf("compose mail: %w", err)
	}
	if err := s.Mailer.Send(ctx, domain.Mail{ID: id, To: to, Subject: subject, Text: text, HTML: html}); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return nil
}

// preferred puts the user's own language before those of the request, in the form of
// Accept-Language (RFC 9110, section 12.5.4).
func preferred(own, requested string) string {
	if own == "" || requested == "" {
		return own + requested
	}
	return own + ", " + requested
}

// passwordLink returns the link of the letter, and when it ends. The first attempt at the letter
// stores its token, and further ones find it there. Earlier tokens of the user are left
// alone: what is sent now may never arrive, and a stranger may have asked for it.
func (s *Service) passwordLink(ctx context.Context, user domain.User, letter domain.Letter, now time.Time) (string, time.Time, error) {
	use := s.linkUseOf(letter.Kind)
	secret := s.keys.linkSecrets(use.purpose, letter.ID)[0]
	link, err := s.linkTo(ctx, use, letter, secret)
	if err != nil {
		return "", time.Time{}, err
	}
	token := domain.OneTimeToken{
		Hash:      domain.HashSecret(secret),
		Purpose:   use.purpose,
		UserID:    user.ID,
		Payload:   epochPayload(user),
		ExpiresAt: now.Add(use.ttl),
	}
	err = s.Repos.OneTimeTokens.Put(ctx, token)
	if errors.Is(err, port.ErrConflict) {
		token, err = s.Repos.OneTimeTokens.Get(ctx, token.Purpose, token.Hash, now)
		if isRefusedToken(err) {
			// It has arrived, and was used, or it is too late for it.
			return "", time.Time{}, fmt.Errorf("token of the letter: %w: %w", port.ErrInvalid, err)
		}
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("make token: %w", err)
	}
	return link, token.ExpiresAt, nil
}
