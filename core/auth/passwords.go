package auth

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
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
		return failedValidation("password", fmt.Sprintf(`"password" must be at least %d characters long`, MinPasswordRunes))
	}
	if isCommonPassword(password) || strings.EqualFold(password, string(email)) {
		return failedValidation("password", `"password" is one that is guessed first`)
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

// checkNewPassword refuses what this service does not take as a password: what nobody should,
// and what its operator does not want. No refusal repeats the password.
func (s *Service) checkNewPassword(_ context.Context, password string, email domain.Email) error {
	if err := CheckNewPassword(password, email); err != nil {
		return err
	}
	if !s.settings.PasswordPolicy.Allows(password) {
		return failedValidation("password", `"password" does not meet the rules for passwords here`)
	}
	return nil
}

// hashNew checks and hashes the password that the account is to have.
func (s *Service) hashNew(ctx context.Context, password string, email domain.Email) (string, error) {
	if err := s.checkNewPassword(ctx, password, email); err != nil {
		return "", err
	}
	encoded, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return "", unavailable(fmt.Errorf("hash password: %w", err))
	}
	return encoded, nil
}
