package contract

import (
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// at returns the time d after the moment at which every case begins. The moment has whole
// milliseconds; cases about microseconds add them.
func at(d time.Duration) time.Time {
	return time.Date(2026, time.March, 14, 9, 26, 53, 589_000_000, time.UTC).Add(d)
}

// sampleUser returns a user with every field set, and with an ID and address of its own
// for each name.
func sampleUser(name string) domain.User {
	token := domain.HashSecret("static token of " + name)
	return domain.User{
		ID:          domain.UserID("id-of-" + name),
		Email:       domain.Email(name + "@example.com"),
		Password:    "encoded password of " + name,
		Status:      domain.StatusActive,
		Role:        "role-of-" + domain.RoleID(name),
		FirstName:   "First " + name,
		LastName:    "Last " + name,
		Language:    "en-GB",
		StaticToken: &token,
		TOTP:        []byte{0x00, 0xff, 0x01, 0x80},

		RecoveryCodes: []domain.SecretHash{domain.HashSecret("one of " + name), {}},

		Epoch:       7,
		Version:     1, // what the store makes of it
		CreatedAt:   at(-48 * time.Hour),
		LastAccess:  at(-time.Hour),
		Preferences: []byte(`{"theme":"dark"}`),
	}
}

func sampleRole(name string) domain.Role {
	return domain.Role{ID: domain.RoleID("id-of-" + name), Name: "Role " + name, App: true, Admin: true, EnforceTFA: true}
}

// sampleIdentity returns the identity of user at the provider "GitHub".
func sampleIdentity(name string, user domain.UserID) domain.Identity {
	return domain.Identity{Provider: "GitHub", Subject: "subject of " + name, UserID: user}
}

// sampleSession returns a session of user with every field set, live from at(0) for an
// hour.
func sampleSession(name string, user domain.UserID) domain.Session {
	return domain.Session{
		ID:         domain.SessionID("id-of-" + name),
		UserID:     user,
		Mode:       domain.ModeCookie,
		Epoch:      7,
		Generation: 3,
		Secret:     domain.HashSecret("secret of " + name),
		CreatedAt:  at(-time.Hour),
		RotatedAt:  at(-time.Minute),
		ExpiresAt:  at(time.Hour),
		EndsAt:     at(30 * 24 * time.Hour),
		Client:     sampleClient("then"),
	}
}

func sampleClient(name string) domain.Client {
	return domain.Client{IP: "2001:db8::1", UserAgent: "Agent/1 " + name, Origin: "https://" + name + ".example.com"}
}

// oddClient returns one with what databases and their drivers take for something else: the
// marks of SQL, blanks at the ends, and runes of four bytes.
func oddClient() domain.Client {
	return domain.Client{
		IP:        " ::1 ",
		UserAgent: "it's \"odd\" \\ \\' -- /* ? :name $1 @x %s `; \t\r\n\u00e9e\u0301 \U0001F511 ",
		Origin:    "\\",
	}
}

// longClient returns one whose texts do not fit into 64 KiB.
func longClient() domain.Client {
	return domain.Client{IP: "::1", UserAgent: strings.Repeat("\u00e9", 1<<15) + "x", Origin: strings.Repeat("o", 1<<16) + "x"}
}

func sampleEvent(id string) domain.Event {
	return domain.Event{
		ID:      id,
		At:      at(0),
		Kind:    domain.EventLogin,
		Outcome: domain.OutcomeSuccess,
		Actor:   "id-of-ann",
		Subject: "id-of-bob",
		Client:  sampleClient("then"),
	}
}

// elsewhere returns t as somebody in another time zone writes it.
func elsewhere(t time.Time) time.Time {
	return t.In(time.FixedZone("elsewhere", 5*60*60+45*60))
}

// sampleToken returns a token of user with every field set, good from the beginning until
// at(time.Hour).
func sampleToken(name string, user domain.UserID) domain.OneTimeToken {
	return domain.OneTimeToken{
		Hash:      domain.HashSecret("token " + name),
		Purpose:   domain.PurposePasswordReset,
		UserID:    user,
		Payload:   []byte{0x00, 0xff, 0x01, 0x80},
		ExpiresAt: at(time.Hour),
	}
}

// sampleSigningKey returns a key with every field set, the n-th of EdDSA.
func sampleSigningKey(name string, n int64) domain.SigningKey {
	return domain.SigningKey{
		ID:        "id-of-" + name,
		Algorithm: "EdDSA",
		Number:    n,
		Sealed:    "sealed key pair of " + name,
		CreatedAt: at(-time.Hour),
		SignsFrom: at(0),
	}
}

// sampleLetter returns a letter with every field set, due from at(0) on and good until
// at(time.Hour).
func sampleLetter(name string) domain.Letter {
	return domain.Letter{
		ID:        "id-of-" + name,
		Kind:      domain.LetterPasswordReset,
		To:        domain.Email(name + "@example.com"),
		URL:       "https://example.com/reset?for=" + name,
		Language:  "de-AT",
		Client:    sampleClient("then"),
		Due:       at(0),
		ExpiresAt: at(time.Hour),
		Attempts:  3,
	}
}
