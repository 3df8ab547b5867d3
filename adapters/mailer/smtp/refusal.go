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
		return fmt.Errorf("%w: %w", failed(step, err), port.ErrInvalid)
	}
	return failed(step, err)
}

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
