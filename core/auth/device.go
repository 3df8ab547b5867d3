package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// DeviceTTL is how long after its latest login to an account a client counts as one of the
// account's own.
const DeviceTTL = 30 * 24 * time.Hour

// A device is what a client keeps to show that it has logged in to an account: a nonce,
// when it ends (Unix seconds), and a MAC of both and of the account's address. It opens
// nothing: all that it is good for is a limit of its own when logging in to that account
// again, so that strangers who use up the account's do not keep its owner out.
const (
	deviceNonceLength = 22 // URL-safe characters
	maxDeviceLength   = deviceNonceLength + 1 + 20 + 1 + 43
)

// deviceNonce returns the nonce of what a client has shown, if it is a device of the
// account of that address and not over at now; otherwise "".
func (k Keys) deviceNonce(shown string, email domain.Email, now time.Time) string {
	if len(shown) > maxDeviceLength {
		return ""
	}
	parts := strings.Split(shown, ".")
	if len(parts) != 3 {
		return ""
	}
	nonce, end, mac := parts[0], parts[1], parts[2]
	ends, err := strconv.ParseInt(end, 10, 64)
	if err != nil || now.Unix() >= ends {
		return ""
	}
	for key := range k.device {
		if hmac.Equal([]byte(mac), []byte(k.deviceMAC(key, nonce+"."+end, email))) {
			return nonce
		}
	}
	return ""
}

// newDevice returns what a client shall keep that has logged in to the account at now. It
// goes on with the nonce that the client has shown, and with a fresh one for "".
func (k Keys) newDevice(nonce string, email domain.Email, now time.Time) string {
	if nonce == "" {
		nonce = randomText(deviceNonceLength)
	}
	signed := nonce + "." + strconv.FormatInt(now.Add(DeviceTTL).Unix(), 10)
	return signed + "." + k.deviceMAC(0, signed, email)
}

func (k Keys) deviceMAC(key int, signed string, email domain.Email) string {
	mac := hmac.New(sha256.New, k.device[key])
	mac.Write([]byte(signed))
	mac.Write([]byte{0}) // neither part holds a NUL, so that no two pairs make one input
	mac.Write([]byte(email.Key()))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
