// Package moving takes accounts, and what belongs to them, out of a store and into one: as JSON
// lines between any two of our own, and from other services.
//
// Whatever comes in is looked at line by line or row by row. What cannot be kept is told by its
// place and left out as a whole; what is there already stays as it is, so that each way in can be
// gone again.
package moving

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Place is where things are moved to or from. All its fields are needed.
type Place struct {
	Work        port.UnitOfWork
	Repos       port.Repos
	Sessions    port.Sessions
	Events      port.Events
	SigningKeys port.SigningKeys
	Clock       port.Clock

	// CheckPassword returns port.ErrInvalid unless the service can verify passwords against the
	// encoding.
	CheckPassword func(encoded string) error

	// SessionTTL is how long a session that comes from another service lasts at most.
	SessionTTL time.Duration

	// Seals are those of the data key that the service has.
	Seals Seals
}

// Seals opens and seals what a store keeps sealed.
type Seals interface {
	OpensSigningKey(k domain.SigningKey) bool
	OpensSecondFactor(u domain.User) bool
	SealSecondFactor(id domain.UserID, secret []byte) []byte
}

// Kind is what a line or row is about, in the word that people read.
type Kind string

// The kinds of things that are moved, in the order in which they are.
const (
	KindRole       Kind = "role"
	KindPermission Kind = "permission"
	KindSigningKey Kind = "signing key"
	KindUser       Kind = "user"
	KindSession    Kind = "session"
	KindEvent      Kind = "event"
	KindUnknown    Kind = "line" // nobody can tell what it is
)

// Kinds returns all of them.
func Kinds() []Kind {
	return []Kind{KindRole, KindPermission, KindSigningKey, KindUser, KindSession, KindEvent, KindUnknown}
}

// Count is how many of a kind had which fate.
type Count struct {
	Stored  int // or would be, in a dry run
	Present int // there already, and left as they are
	Over    int // by themselves, so that nothing is lost with them
	LeftOut int
}

// Summary counts by kind.
type Summary map[Kind]Count

// LeftOut is how many of all kinds were left out.
func (s Summary) LeftOut() (n int) {
	for _, c := range s {
		n += c.LeftOut
	}
	return n
}

// Note says of one line or row what of it was left out, and why. It holds no secret, and no address.
type Note struct {
	Line  int // from 1 on; 0 where it comes from no file
	Kind  Kind
	Name  string // its ID, as far as it has one
	Why   string
	Whole bool // nothing of it was stored; otherwise a part is missing
}

// String is a line for people.
func (n Note) String() string {
	text := string(n.Kind)
	if n.Name != "" {
		text += " " + n.Name
	}
	if n.Line > 0 {
		text = fmt.Sprintf("line %d, %s", n.Line, text)
	}
	if n.Whole {
		return text + ": left out: " + n.Why
	}
	return text + ": " + n.Why
}

// Options is how something is moved in.
type Options struct {
	DryRun bool       // change nothing, and tell what would come of it
	Tell   func(Note) // is called for each thing that is left out, at once
}

// refusal is why a line or row is left out. Any other error ends the move.
type refusal string

func (r refusal) Error() string { return string(r) }

// over is why something is left out that has ended where it comes from.
type over string

func (o over) Error() string { return string(o) }

func refuse(format string, arguments ...any) error {
	return refusal(fmt.Sprintf(format, arguments...))
}

// fate is what becomes of a line or row that is not refused.
type fate int

const (
	stored fate = iota
	present
)

// isUUID reports whether text has the form of an ID (RFC 9562, section 4), in small letters.
func isUUID(text string) bool {
	const form = "00000000-0000-0000-0000-000000000000"
	if len(text) != len(form) {
		return false
	}
	for i := range len(text) {
		isDash, isDigit := text[i] == '-', '0' <= text[i] && text[i] <= '9' || 'a' <= text[i] && text[i] <= 'f'
		if wantsDash := form[i] == '-'; wantsDash && !isDash || !wantsDash && !isDigit {
			return false
		}
	}
	return true
}

func isStatus(s domain.Status) bool { return slices.Contains(domain.Statuses(), s) }

// eachUser hands over all users, page by page.
func eachUser(ctx context.Context, users port.Users, use func(domain.User) error) error {
	const page = 200
	for after := domain.UserID(""); ; {
		list, err := users.List(ctx, after, page)
		if err != nil {
			return err
		}
		for _, u := range list {
			after = u.ID
			if err := use(u); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}
