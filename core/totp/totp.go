// Package totp makes and checks the codes of authenticator apps: time-based one-time passwords
// (RFC 6238) of six digits, with HMAC-SHA-1 and periods of 30 seconds, which is what every app
// understands. It keeps nothing: that a code works once is for whoever records its step.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	// Digits is how long a code is.
	Digits = 6
	// Period is how long a step takes.
	Period = 30 * time.Second
	// SecretBytes is how long a secret is that NewSecret makes: the length of the hash, as
	// RFC 4226, section 4, recommends.
	SecretBytes = 20
	// MinSecretBytes is the shortest secret that DecodeSecret reads: other services make such.
	MinSecretBytes = 10
)

// window is how many steps a clock may be ahead or behind.
const window = 1

// NewSecret returns 160 random bits.
func NewSecret() []byte {
	secret := make([]byte, SecretBytes)
	rand.Read(secret) // never fails
	return secret
}

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// EncodeSecret returns the secret as apps take it: base32 (RFC 4648, section 6) without padding.
func EncodeSecret(secret []byte) string { return encoding.EncodeToString(secret) }

// errSecret says no more than that, since the text may be a secret.
var errSecret = errors.New("no secret of a second factor")

// DecodeSecret reads what EncodeSecret has written, also in small letters. A secret of less than
// MinSecretBytes, or of more than four times SecretBytes, is an error.
func DecodeSecret(text string) ([]byte, error) {
	const longest = 4 * SecretBytes
	if len(text) > encoding.EncodedLen(longest) {
		return nil, errSecret
	}
	secret, err := encoding.DecodeString(strings.ToUpper(text))
	if err != nil || len(secret) < MinSecretBytes || EncodeSecret(secret) != strings.ToUpper(text) {
		return nil, errSecret
	}
	return secret, nil
}

// Step returns the step of t: how many periods have passed since 1970 (RFC 6238, section 4.2).
func Step(t time.Time) int64 { return t.Unix() / int64(Period/time.Second) }

// Code returns the code of a step: HOTP (RFC 4226, section 5.3) of the secret and the step.
func Code(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", Digits, number%1_000_000)
}

// Match returns the step whose code it is: that of now, the one before or the one after, since
// clocks differ and people type slowly. A text that is not exactly six ASCII digits is the code of
// none. It takes the same time whichever step it is, and whether it is one of them.
func Match(secret []byte, code string, now time.Time) (step int64, ok bool) {
	if !IsCode(code) {
		return 0, false
	}
	current := Step(now)
	for candidate := current - window; candidate <= current+window; candidate++ {
		same := subtle.ConstantTimeCompare([]byte(Code(secret, candidate)), []byte(code))
		step = int64(subtle.ConstantTimeSelect(same, int(candidate), int(step)))
		ok = ok || same == 1
	}
	return step, ok
}

// IsCode reports whether text has the form of a code: exactly six ASCII digits.
func IsCode(text string) bool {
	isOther := func(r rune) bool { return r < '0' || r > '9' }
	return len(text) == Digits && !strings.ContainsFunc(text, isOther)
}

// URL returns what apps read from a QR code:
// otpauth://totp/<issuer>:<account>?secret=…&issuer=… with the parameters spelt out.
func URL(issuer, account string, secret []byte) string {
	issuer = strings.ReplaceAll(issuer, ":", " ") // which parts the label
	label := escape(issuer) + ":" + escape(account)
	return fmt.Sprintf("otpauth://totp/%s?secret=%s&period=%d&digits=%d&algorithm=SHA1&issuer=%s",
		label, EncodeSecret(secret), int(Period/time.Second), Digits, escape(issuer))
}

// escape writes a blank as %20, also in the query: apps show a plus sign as such.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
