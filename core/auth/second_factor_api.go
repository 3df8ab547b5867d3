package auth

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// TFASetupTTL is how long a secret that GenerateTFA has shown can be enabled.
const TFASetupTTL = 15 * time.Minute

// TFASetup is what an authenticator app is set up with. It is shown once.
type TFASetup struct {
	Secret string // base32
	URL    string // the same for a QR code: otpauth://totp/…
}

// TFAEnable is what shows that an authenticator app has been set up.
type TFAEnable struct {
	Secret string // TFASetup.Secret
	OTP    string // the app's code
}

// SecondFactorAPI is the second factor of an account: codes of an authenticator app (RFC 6238)
// and, in place of one, recovery codes. A code works once, for whichever of these and of logins
// it is shown first; a recovery code works once and for all. The anonymous caller gets
// INVALID_CREDENTIALS. Codes that are wrong, spent or of no form are INVALID_PAYLOAD, and count:
// too many are REQUESTS_EXCEEDED, whatever the next one is.
type SecondFactorAPI interface {
	// GenerateTFA shows a new secret to who knows the password of the account; who has none, and
	// logs in elsewhere, must have done so within RecentLogin, or gets FORBIDDEN. It changes
	// nothing: see EnableTFA. INVALID_CREDENTIALS where the password is wrong, which counts as a
	// failed login; INVALID_PAYLOAD where a second factor is on.
	GenerateTFA(ctx context.Context, p Principal, password string, from domain.Client) (TFASetup, error)

	// EnableTFA turns the second factor on with a secret that GenerateTFA has shown for this
	// account, and returns RecoveryCodes of which nobody can read again. INVALID_PAYLOAD where
	// the secret is another or too old, and where a second factor is on.
	EnableTFA(ctx context.Context, p Principal, in TFAEnable, from domain.Client) ([]string, error)

	// DisableTFA turns it off with a code or a recovery code. INVALID_PAYLOAD where it is off;
	// FORBIDDEN where the role of the account asks for it.
	DisableTFA(ctx context.Context, p Principal, otp string, from domain.Client) error

	// RenewRecoveryCodes puts new recovery codes in the place of those that are left, for who
	// shows both the password and a code. Its errors are those of GenerateTFA and DisableTFA.
	RenewRecoveryCodes(ctx context.Context, p Principal, password, otp string, from domain.Client) ([]string, error)

	// DisableAccountTFA turns off that of another account, whether it is on or not; it is for
	// administrators, and FORBIDDEN to all others and for one's own.
	DisableAccountTFA(ctx context.Context, p Principal, id domain.UserID, from domain.Client) error
}
