package auth

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Bounds of a password. The lower one counts characters (NIST SP 800-63B-4, section
// 3.1.1.2, where a second factor may be on), the upper one bytes: it bounds the work that
// a stranger can ask for, and is looked at before any hashing.
const (
	MinPasswordRunes = 8
	MaxPasswordBytes = 1024
)

// commonPasswords are those that attackers try first: in lower case, one a line, sorted byte by
// byte. scripts/commonpasswords makes the file.
//
//go:embed common_passwords.txt
var commonPasswords string

// checkPassword refuses what cannot be anybody's password, before it costs anything.
func checkPassword(password string) error {
	switch {
	case password == "":
		return domain.InvalidPayloadError("password", `"password" is not allowed to be empty`)
	case len(password) > MaxPasswordBytes:
		return domain.InvalidPayloadError("password", fmt.Sprintf(`"password" must be at most %d bytes long`, MaxPasswordBytes))
	case !utf8.ValidString(password):
		return domain.InvalidPayloadError("password", `"password" must be valid UTF-8`)
	}
	return nil
}

// CheckNewPassword refuses what should not become the password of the account, with a
// *domain.Error that says why. There are no rules of composition: they make passwords
// worse.
func CheckNewPassword(password string, email domain.Email) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	if utf8.RuneCountInString(password) < MinPasswordRunes {
		return refusedPassword(fmt.Sprintf(`"password" must be at least %d characters long`, MinPasswordRunes))
	}
	if strings.EqualFold(password, string(email)) {
		return refusedPassword(`"password" is the e-mail address of the account`)
	}
	if isCommonPassword(password) {
		return refusedPassword(`"password" is one that is guessed first`)
	}
	return nil
}

// isCommonPassword is true of the passwords that attackers try first, whatever the case of
// their letters, and of one character many times over.
func isCommonPassword(password string) bool {
	first, _ := utf8.DecodeRuneInString(password)
	if strings.Trim(password, string(first)) == "" {
		return true
	}
	return hasLine(commonPasswords, strings.ToLower(password))
}

// hasLine reports whether one of the sorted lines of text is line.
func hasLine(text, line string) bool {
	for text != "" {
		begin := strings.LastIndexByte(text[:len(text)/2], '\n') + 1 // of the line in the middle
		middle, behind, _ := strings.Cut(text[begin:], "\n")
		switch strings.Compare(line, middle) {
		case 0:
			return true
		case -1:
			text = text[:begin]
		default:
			text = behind
		}
	}
	return false
}

// checkNewPassword refuses what this service does not take as the password of the account: what
// nobody should, what its operator does not want, and what a checker speaks against. No refusal
// repeats the password. What cannot be found out is no refusal.
func (s *Service) checkNewPassword(ctx context.Context, password string, user domain.User) error {
	if err := CheckNewPassword(password, user.Email); err != nil {
		return err
	}
	if !s.settings.PasswordPolicy.Allows(password) {
		return refusedPassword(`"password" does not meet the rules for passwords here`)
	}
	for _, checker := range s.PasswordCheckers {
		found, err := checker.Check(ctx, port.PasswordCandidate{
			Password: password,
			About:    []string{string(user.Email), user.FirstName, user.LastName},
		})
		if err != nil {
			return unavailable(fmt.Errorf("check new password: %w", err))
		}
		if found != port.PasswordSound {
			return refusedPassword(against(found))
		}
	}
	return nil
}

// against says to whoever wanted the password what speaks against it.
func against(w port.PasswordWeakness) string {
	if w == port.PasswordBreached {
		return `"password" is one of those that have leaked elsewhere`
	}
	return `"password" is too easy to guess`
}

// refusedPassword says what is wrong with a new password, as the reference service does of one
// that its pattern does not match: clients choose their words by that.
func refusedPassword(reason string) error {
	e := domain.NewError(domain.FailedValidation, nil)
	e.Message = `Validation failed for field "password". ` + reason + "."
	e.Field, e.Reason, e.Type = "password", reason, "regex"
	return e
}

// hashNew checks and hashes the password that the account is to have.
func (s *Service) hashNew(ctx context.Context, password string, user domain.User) (string, error) {
	if err := s.checkNewPassword(ctx, password, user); err != nil {
		return "", err
	}
	return s.hash(ctx, password)
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	encoded, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return "", unavailable(fmt.Errorf("hash password: %w", err))
	}
	return encoded, nil
}
