package smtp

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/port"
)

// What a server lacks that the configuration wants of it. The errors of Send wrap them.
var (
	ErrNoSTARTTLS = errors.New("the server does not offer STARTTLS")
	ErrNoLogin    = errors.New("the server offers none of AUTH SCRAM-SHA-256, PLAIN and LOGIN")
)

// failed says at which step the session broke. Of what the server said, only the codes are
// kept: the words may hold an address.
func failed(step string, err error) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return fmt.Errorf("%s: %w", step, err)
	}
	if enhanced := enhancedCode(reply); enhanced != "" {
		return fmt.Errorf("%s: the server answered %d %s", step, reply.Code, enhanced)
	}
	return fmt.Errorf("%s: the server answered %d", step, reply.Code)
}

// refusedMail is failed for the steps at which a server judges the mail: a permanent
// refusal (RFC 5321, section 4.2.1) is ErrInvalid.
func refusedMail(step string, err error) error {
	var reply *textproto.Error
	if errors.As(err, &reply) && judgesMail(reply) {
		return permanent{failed(step, err)}
	}
	return failed(step, err)
}

// permanent is a refusal that stays: it matches port.ErrInvalid.
type permanent struct{ error }

func (e permanent) Error() string      { return e.error.Error() + ", which is for good" }
func (e permanent) Unwrap() error      { return e.error }
func (permanent) Is(target error) bool { return target == port.ErrInvalid }

// judgesMail tells a refusal of the mail from one of the client, which an operator can put
// right while the mail waits: commands out of place (RFC 5321, section 4.2.2), missing or
// wrong authentication (RFC 4954, section 6) and policy (RFC 3463, section 3.8), such as a
// relay that is denied.
func judgesMail(reply *textproto.Error) bool {
	ofClient := []int{500, 502, 503, 504, 521, 530, 534, 535, 538}
	return reply.Code >= 500 && reply.Code <= 599 && !slices.Contains(ofClient, reply.Code) &&
		!strings.HasPrefix(enhancedCode(reply), "5.7.")
}

// enhancedCode returns the code of RFC 2034 at the beginning of a reply, or nothing.
func enhancedCode(reply *textproto.Error) string {
	return regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`).FindString(reply.Msg)
}
