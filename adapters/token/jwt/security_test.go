package jwt

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"hash"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

func TestSecurity36OnlyTheOneAlgorithm(t *testing.T) {
	secret := testSecret(t)
	tokens := newTokens(t, Config{Secret: secret})
	key := rsaKey(t)

	// First that forge makes tokens that are accepted, or the rest would prove nothing.
	if _, err := tokens.Verify(t.Context(), forge(secret, goodHeader, goodPayload(t)), now); err != nil {
		t.Fatalf("the honest token: %v", err)
	}

	for _, header := range []string{
		`{"alg":"none","typ":"JWT"}`, `{"alg":"None"}`, `{"alg":"NONE"}`, `{"alg":"nOnE"}`,
		`{"alg":"none "}`, `{"alg":""}`, `{"alg":null}`, `{"typ":"JWT"}`, `{}`,
		`{"alg":"hs256"}`, `{"alg":"HS256 "}`, `{"alg":"HS256\u0000"}`, `{"ALG":"HS256"}`,
		`{"alg":["HS256"]}`, `{"alg":{"HS256":1}}`, `{"alg":256}`, `{"alg":true}`,
		`{"alg":"HS384"}`, `{"alg":"HS512"}`, `{"alg":"RS256"}`, `{"alg":"ES256"}`, `{"alg":"EdDSA"}`, `{"alg":"PS256"}`,
		`{"alg":"HS256","alg":"none"}`,
	} {
		t.Run(header, func(t *testing.T) {
			signed := segment(header) + "." + segment(goodPayload(t))
			for name, signature := range map[string]string{
				"signed with the secret": sign(secret, signed),
				"without a signature":    "",
				"with an empty key":      sign(nil, signed),
			} {
				t.Run(name, func(t *testing.T) {
					refuse(t, tokens, signed+"."+segment(signature), now, port.ErrInvalid)
				})
			}
		})
	}

	t.Run("longer hashes under the right secret", func(t *testing.T) {
		for alg, newHash := range map[string]func() hash.Hash{"HS384": sha512.New384, "HS512": sha512.New} {
			signed := segment(`{"alg":"`+alg+`"}`) + "." + segment(goodPayload(t))
			mac := hmac.New(newHash, secret)
			mac.Write([]byte(signed))
			refuse(t, tokens, signed+"."+segment(string(mac.Sum(nil))), now, port.ErrInvalid)
		}
	})

	t.Run("a real signature with RSA", func(t *testing.T) {
		signed := segment(`{"alg":"RS256"}`) + "." + segment(goodPayload(t))
		sum := sha256.Sum256([]byte(signed))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatalf("sign: %v", err)
		}
		refuse(t, tokens, signed+"."+segment(string(signature)), now, port.ErrInvalid)
	})
}

func TestSecurity37KeysAreNeverMixed(t *testing.T) {
	tokens := newTokens(t, Config{Secret: testSecret(t)})
	key := rsaKey(t)
	pkix, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatalf("public key: %v", err)
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(&key.PublicKey)
	for name, public := range map[string][]byte{
		"PKIX in DER":  pkix,
		"PKIX in PEM":  pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}),
		"PKCS1 in DER": pkcs1,
		"PKCS1 in PEM": pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: pkcs1}),
		"modulus":      key.N.Bytes(),
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, tokens, forge(public, goodHeader, goodPayload(t)), now, port.ErrInvalid)
		})
	}
}

func TestSecurity38TheHeaderNeverPicksAKey(t *testing.T) {
	secret, attacker := testSecret(t), testSecret(t)
	tokens := newTokens(t, Config{Secret: secret})
	own := `"` + base64.RawURLEncoding.EncodeToString(attacker) + `"`

	for _, header := range []string{
		`"kid":"../../../../dev/null"`,
		`"kid":"/proc/sys/kernel/randomize_va_space"`,
		`"kid":"x' UNION SELECT 'secret"`,
		`"kid":` + own,
		`"kid":""`,
		`"kid":0`,
		`"jwk":{"kty":"oct","k":` + own + `}`,
		`"jku":"https://attacker.example/keys.json"`,
		`"x5u":"https://attacker.example/cert.pem"`,
		`"x5c":[` + own + `]`,
	} {
		t.Run(header, func(t *testing.T) {
			header := `{"alg":"HS256","typ":"JWT",` + header + `}`
			for name, key := range map[string][]byte{"empty": nil, "zeros": make([]byte, 32), "zero digit": []byte("0"), "attacker's": attacker} {
				t.Run("signed with "+name, func(t *testing.T) {
					refuse(t, tokens, forge(key, header, goodPayload(t)), now, port.ErrInvalid)
				})
			}
			t.Run("does not disturb the right key", func(t *testing.T) {
				if _, err := tokens.Verify(t.Context(), forge(secret, header, goodPayload(t)), now); err != nil {
					t.Errorf("Verify: %v", err)
				}
			})
		})
	}
}

func TestSecurity39TheSignatureIsVerifiedFirst(t *testing.T) {
	secret := testSecret(t)
	tokens := newTokens(t, Config{Secret: secret})
	good := issue(t, tokens, testClaims())
	header, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")

	t.Run("other claims under a good signature", func(t *testing.T) {
		for claim, value := range map[string]string{
			"admin_access": "false", "id": `"other"`, "exp": "4102444800", "role": "null", "gen": "4", "session": `"other"`,
		} {
			refuse(t, tokens, header+"."+segment(replaceClaim(t, claim, value))+"."+signature, now, port.ErrInvalid)
		}
	})

	t.Run("cut, empty, foreign and doubled parts", func(t *testing.T) {
		foreign := issue(t, newTokens(t, Config{Secret: testSecret(t)}), testClaims())
		for name, token := range map[string]string{
			"no signature":       header + "." + payload + ".",
			"no third part":      header + "." + payload,
			"half a signature":   header + "." + payload + "." + signature[:len(signature)/2],
			"one character less": good[:len(good)-1],
			"one character more": good + "A",
			"a fourth part":      good + "." + signature,
			"foreign signature":  header + "." + payload + foreign[strings.LastIndex(foreign, "."):],
			"foreign token":      foreign,
			"no payload":         header + ".." + signature,
			"no header":          "." + payload + "." + signature,
			"zero signature":     header + "." + payload + "." + segment(string(make([]byte, sha256.Size))),
		} {
			t.Run(name, func(t *testing.T) { refuse(t, tokens, token, now, port.ErrInvalid) })
		}
	})

	t.Run("any changed character", func(t *testing.T) {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		for i := range len(good) {
			if good[i] == '.' {
				continue
			}
			// The neighbour differs in the last bit only, the other in the first: together
			// they reach the bits that a lenient decoder throws away.
			at := strings.IndexByte(alphabet, good[i])
			for _, c := range []byte{alphabet[at^1], alphabet[at^32]} {
				changed := good[:i] + string(c) + good[i+1:]
				if got, err := tokens.Verify(t.Context(), changed, now); err == nil {
					t.Errorf("character %d changed: accepted as %+v", i, got)
				}
			}
		}
	})

	t.Run("another spelling of the same bytes", func(t *testing.T) {
		for name, token := range map[string]string{
			"padding":            good + "=",
			"padding inside":     header + "=." + payload + "." + signature,
			"padding, signed":    padded(secret, goodPayload(t)),
			"a line feed":        good + "\n",
			"a line feed inside": header + "\n." + payload + "." + signature,
			"a carriage return":  header + "." + payload + ".\r" + signature,
			"a blank before":     " " + good,
			"a blank after":      good + " ",
			"the other alphabet": header + "." + payload + "." + strings.NewReplacer("-", "+", "_", "/").Replace(signature) + "+",
			"percent":            header + "." + payload + "." + "%" + signature,
		} {
			t.Run(name, func(t *testing.T) {
				if got, err := tokens.Verify(t.Context(), token, now); err == nil {
					t.Errorf("accepted as %+v", got)
				}
			})
		}
	})
}

func TestSecurity40ClaimsAreRequiredAndTyped(t *testing.T) {
	secret := testSecret(t)
	tokens := newTokens(t, Config{Secret: secret})

	payloads := map[string]string{
		"no exp":          replaceClaim(t, "exp", ""),
		"null exp":        replaceClaim(t, "exp", "null"),
		"text exp":        replaceClaim(t, "exp", `"4102444800"`),
		"date exp":        replaceClaim(t, "exp", `"2100-01-01T00:00:00Z"`),
		"true exp":        replaceClaim(t, "exp", "true"),
		"list exp":        replaceClaim(t, "exp", "[4102444800]"),
		"object exp":      replaceClaim(t, "exp", "{}"),
		"fraction exp":    replaceClaim(t, "exp", "4102444800.5"),
		"power exp":       replaceClaim(t, "exp", "4e9"),
		"huge exp":        replaceClaim(t, "exp", "99999999999999999999999"),
		"far exp":         replaceClaim(t, "exp", "9223372036854775807"),
		"negative exp":    replaceClaim(t, "exp", "-1"),
		"zero exp":        replaceClaim(t, "exp", "0"),
		"exp in capitals": strings.Replace(goodPayload(t), `"exp"`, `"EXP"`, 1),

		"nbf in the future": addClaim(t, "nbf", strconv.FormatInt(now.Unix()+1, 10)),
		"text nbf":          addClaim(t, "nbf", `"1"`),
		"list nbf":          addClaim(t, "nbf", "[]"),
		"text iat":          replaceClaim(t, "iat", `"1"`),

		"no id":              replaceClaim(t, "id", ""),
		"null id":            replaceClaim(t, "id", "null"),
		"empty id":           replaceClaim(t, "id", `""`),
		"number id":          replaceClaim(t, "id", "1"),
		"id with NUL":        replaceClaim(t, "id", `"a\u0000"`),
		"long id":            replaceClaim(t, "id", `"`+strings.Repeat("x", port.MaxKeyBytes+1)+`"`),
		"number role":        replaceClaim(t, "role", "1"),
		"text admin_access":  replaceClaim(t, "admin_access", `"true"`),
		"number app_access":  replaceClaim(t, "app_access", "1"),
		"number session":     replaceClaim(t, "session", "1"),
		"text gen":           replaceClaim(t, "gen", `"1"`),
		"negative gen":       replaceClaim(t, "gen", "-1"),
		"fraction gen":       replaceClaim(t, "gen", "1.5"),
		"more after the end": goodPayload(t) + `{}`,
	}
	for name, payload := range payloads {
		t.Run(name, func(t *testing.T) {
			refuse(t, tokens, forge(secret, goodHeader, payload), now, port.ErrInvalid)
		})
	}

	t.Run("nbf that has come", func(t *testing.T) {
		token := forge(secret, goodHeader, addClaim(t, "nbf", strconv.FormatInt(now.Unix(), 10)))
		if _, err := tokens.Verify(t.Context(), token, now); err != nil {
			t.Errorf("at nbf: %v", err)
		}
		refuse(t, tokens, token, now.Add(-time.Microsecond), port.ErrInvalid)
	})

	t.Run("crit", func(t *testing.T) {
		for _, crit := range []string{`["exp"]`, `["b64"]`, `["x"],"x":1`, `[]`, `null`, `"x"`} {
			refuse(t, tokens, forge(secret, `{"alg":"HS256","crit":`+crit+`}`, goodPayload(t)), now, port.ErrInvalid)
		}
	})
}

func TestSecurity41TokensForOtherPurposesAreNoAccessTokens(t *testing.T) {
	secret := testSecret(t)
	tokens := newTokens(t, Config{Secret: secret})
	const common = `"iat":1772600000,"exp":4102444800,"iss":"directus"}`

	for name, payload := range map[string]string{
		"password reset":       `{"email":"a@example.com","scope":"password-reset","hash":"1a2b",` + common,
		"invitation":           `{"email":"a@example.com","scope":"invite",` + common,
		"registration":         `{"email":"a@example.com","scope":"pending-registration",` + common,
		"share":                `{"share":"s","share_scope":{},"role":null,"app_access":false,"admin_access":false,` + common,
		"reset with a user":    `{"id":"u","email":"a@example.com","scope":"password-reset",` + common,
		"share with a user":    `{"id":"u","share":"s",` + common,
		"single sign-on state": `{"verifier":"v","redirect":"/",` + common,
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, tokens, forge(secret, goodHeader, payload), now, port.ErrInvalid)
		})
	}

	t.Run("another typ", func(t *testing.T) {
		for _, typ := range []string{`"at+jwt"`, `"reset+jwt"`, `""`, `1`, `null`, `["JWT"]`} {
			refuse(t, tokens, forge(secret, `{"alg":"HS256","typ":`+typ+`}`, goodPayload(t)), now, port.ErrInvalid)
		}
	})
}

func TestSecurity44HugeTokensCostNothing(t *testing.T) {
	secret := testSecret(t)
	tokens := newTokens(t, Config{Secret: secret})
	const mega = 1 << 20

	for name, token := range map[string]string{
		"dots":                  strings.Repeat(".", mega),
		"dots after a header":   segment(goodHeader) + strings.Repeat(".", mega),
		"a great payload":       forge(secret, goodHeader, addClaim(t, "x", `"`+strings.Repeat("x", mega)+`"`)),
		"a byte over the bound": strings.Repeat("A", MaxTokenBytes+1),
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, tokens, token, now, port.ErrInvalid)
			if got := allocatedBy(func() { _, _ = tokens.Verify(t.Context(), token, now) }); got > 64<<10 {
				t.Errorf("allocated %d bytes, want next to none", got)
			}
		})
	}

	t.Run("nested and dotted ones within the bound", func(t *testing.T) {
		deep := strings.Repeat("[", 3000)
		for _, token := range []string{
			strings.Repeat(".", MaxTokenBytes),
			segment(deep) + "." + segment(`{"a":1}`) + ".",
			forge(secret, goodHeader, addClaim(t, "x", strings.Repeat("[", 2000)+strings.Repeat("]", 2000)))[:MaxTokenBytes/4],
		} {
			if got, err := tokens.Verify(t.Context(), token, now); err == nil {
				t.Errorf("accepted as %+v", got)
			}
		}
	})

	t.Run("an honest token of great length", func(t *testing.T) {
		token := forge(secret, goodHeader, addClaim(t, "x", `"`+strings.Repeat("x", 5000)+`"`))
		if _, err := tokens.Verify(t.Context(), token, now); err != nil {
			t.Errorf("%d bytes: %v", len(token), err)
		}
	})
}

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatalf("RSA key: %v", err)
	}
	return key
}

// allocatedBy returns how many bytes do takes from the heap.
func allocatedBy(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
