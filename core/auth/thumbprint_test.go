package auth

import (
	"crypto/ed25519"
	"encoding/hex"
	"testing"
)

// TestThumbprint takes the key of RFC 8032, section 7.1, whose thumbprint is in RFC 8037,
// appendix A.3.
func TestThumbprint(t *testing.T) {
	seed, err := hex.DecodeString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
	if err != nil {
		t.Fatal(err)
	}
	public, err := publicJWK(ed25519.NewKeyFromSeed(seed).Public(), AlgorithmEdDSA)
	if err != nil {
		t.Fatal(err)
	}
	if want := "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"; public.Kid != want {
		t.Errorf("got %s, want %s", public.Kid, want)
	}
}
