package argon2id

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/sallyport-auth/sallyport/core/port"
)

// variant names an Argon2 function as PHC strings spell it.
type variant string

const (
	argon2id variant = "argon2id"
	argon2i  variant = "argon2i"
)

// encoding is a PHC string taken apart.
type encoding struct {
	variant   variant
	cost      cost
	salt, tag []byte
}

// maxEncodedBytes is above the longest PHC string within the ceilings.
const maxEncodedBytes = 512

// phcBase64 is unpadded, and strict about the bits that do not fit a byte.
func phcBase64() *base64.Encoding { return base64.RawStdEncoding.Strict() }

func (e encoding) String() string {
	return fmt.Sprintf("$%s$v=%d$m=%d,t=%d,p=%d$%s$%s", e.variant, argon2.Version,
		e.cost.memoryKiB, e.cost.iterations, e.cost.lanes,
		phcBase64().EncodeToString(e.salt), phcBase64().EncodeToString(e.tag))
}

// parsePHC reads a PHC string of version 19 within the ceilings. What it accepts has one
// spelling only: anything that String would not write the same is ErrInvalid.
func parsePHC(text string) (encoding, error) {
	malformed := fmt.Errorf("encoded password is no PHC string within bounds: %w", port.ErrInvalid)
	if len(text) > maxEncodedBytes {
		return encoding{}, malformed
	}
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return encoding{}, malformed
	}
	memory, iterations, lanes, ok := parseParameters(parts[3])
	if !ok {
		return encoding{}, malformed
	}
	salt, saltErr := phcBase64().DecodeString(parts[4])
	tag, tagErr := phcBase64().DecodeString(parts[5])
	if saltErr != nil || tagErr != nil {
		return encoding{}, malformed
	}
	e := encoding{
		variant: variant(parts[1]),
		cost:    cost{memoryKiB: memory, iterations: iterations, lanes: lanes, tagLength: uint32(len(tag))},
		salt:    salt,
		tag:     tag,
	}
	if !e.withinCeilings() || e.String() != text {
		return encoding{}, malformed
	}
	return e, nil
}

// parseParameters reads "m=65536,t=3,p=4"; what it lets pass too much, the comparison with
// the canonical spelling catches.
func parseParameters(text string) (memory, iterations uint32, lanes uint8, ok bool) {
	fields := strings.Split(text, ",")
	if len(fields) != 3 {
		return 0, 0, 0, false
	}
	m, mErr := strconv.ParseUint(strings.TrimPrefix(fields[0], "m="), 10, 32)
	t, tErr := strconv.ParseUint(strings.TrimPrefix(fields[1], "t="), 10, 32)
	p, pErr := strconv.ParseUint(strings.TrimPrefix(fields[2], "p="), 10, 8)
	if mErr != nil || tErr != nil || pErr != nil {
		return 0, 0, 0, false
	}
	return uint32(m), uint32(t), uint8(p), true
}

func (e encoding) withinCeilings() bool {
	c := e.cost
	return (e.variant == argon2id || e.variant == argon2i) &&
		c.lanes >= 1 && c.lanes <= MaxParallelism &&
		c.memoryKiB >= 8*uint32(c.lanes) && c.memoryKiB <= MaxMemoryKiB &&
		c.iterations >= 1 && c.iterations <= MaxIterations &&
		len(e.salt) >= minSaltLength && len(e.salt) <= maxSaltLength &&
		len(e.tag) >= minTagLength && len(e.tag) <= maxTagLength
}
