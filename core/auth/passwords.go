package auth

import (
	"bufio"
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
	lines := bufio.NewScanner(strings.NewReader(commonPasswords))
	for lines.Scan() {
		if strings.EqualFold(password, lines.Text()) {
			return true
		}
	}
	return false
}

// hashNew checks and hashes the password that the account is to have.
func (s *Service) hashNew(ctx context.Context, password string, email domain.Email) (string, error) {
	if err := CheckNewPassword(password, email); err != nil {
		return "", err
	}
	encoded, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return "", unavailable(fmt.Errorf("hash password: %w", err))
	}
	return encoded, nil
}
