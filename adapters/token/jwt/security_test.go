package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
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
	eachScheme(t, func(t *testing.T, s scheme) {
		// First that forge makes tokens that are accepted, or the rest would prove nothing.
		s.accept(t, s.forge(s.header(), goodPayload(t)))

		headers := []string{
			`{"typ":"JWT"}`, `{}`, `{"ALG":"` + s.algorithm + `"}`, s.headerOf(`"`+s.algorithm+`"`, `"alg":"none"`),
		}
		for _, alg := range []string{
			`"none"`, `"None"`, `"NONE"`, `"nOnE"`, `"none "`, `""`, `null`,
			`"` + strings.ToLower(s.algorithm) + `"`, `"` + s.algorithm + ` "`, `"` + s.algorithm + `\u0000"`,
			`["` + s.algorithm + `"]`, `{"` + s.algorithm + `":1}`, `256`, `true`,
			`"HS256"`, `"HS384"`, `"HS512"`, `"RS256"`, `"PS256"`, `"ES256"`, `"ES256K"`, `"ES384"`, `"EdDSA"`, `"Ed25519"`,
		} {
			if alg != `"`+s.algorithm+`"` {
				headers = append(headers, s.headerOf(alg))
			}
		}
		for _, header := range headers {
			t.Run(header, func(t *testing.T) {
				signed := segment(header) + "." + segment(goodPayload(t))
				for name, signature := range map[string]string{
					"signed with the right key": string(s.sign([]byte(signed))),
					"without a signature":       "",
					"with an empty key":         sign(nil, signed),
				} {
					t.Run(name, func(t *testing.T) {
						refuse(t, s.tokens, signed+"."+segment(signature), now, port.ErrInvalid)
					})
				}
			})
		}
	})

	t.Run("longer hashes under the right secret", func(t *testing.T) {
		s := newScheme(t, HS256)
		for alg, newHash := range map[string]func() hash.Hash{"HS384": sha512.New384, "HS512": sha512.New} {
			signed := segment(`{"alg":"`+alg+`"}`) + "." + segment(goodPayload(t))
			mac := hmac.New(newHash, s.secret)
			mac.Write([]byte(signed))
			refuse(t, s.tokens, signed+"."+segment(string(mac.Sum(nil))), now, port.ErrInvalid)
		}
	})

	t.Run("a longer hash under the right key of ES256", func(t *testing.T) {
		s := newScheme(t, ES256)
		refuse(t, s.tokens, otherAlgorithm(t, s, goodPayload(t)), now, port.ErrInvalid)
	})

	t.Run("a real signature with RSA", func(t *testing.T) {
		s := newScheme(t, HS256)
		signed := segment(`{"alg":"RS256"}`) + "." + segment(goodPayload(t))
		sum := sha256.Sum256([]byte(signed))
		signature, err := rsa.SignPKCS1v15(rand.Reader, rsaKey(t), crypto.SHA256, sum[:])
		if err != nil {
			t.Fatalf("sign: %v", err)
		}
		refuse(t, s.tokens, signed+"."+segment(string(signature)), now, port.ErrInvalid)
	})

	t.Run("honest tokens of the other algorithms", func(t *testing.T) {
		for _, ours := range []string{HS256, EdDSA, ES256} {
			for _, other := range []string{HS256, EdDSA, ES256} {
				if ours != other {
					token := issue(t, newScheme(t, other).tokens, testClaims())
					refuse(t, newScheme(t, ours).tokens, token, now, port.ErrInvalid)
				}
			}
		}
	})
}

func TestSecurity37KeysAreNeverMixed(t *testing.T) {
	eachScheme(t, func(t *testing.T, s scheme) {
		public := map[string]crypto.PublicKey{"RSA": rsaKey(t).Public()}
		for _, algorithm := range []string{EdDSA, ES256} {
			public[algorithm] = newKey(t, algorithm).Public()
		}
		if s.key != nil {
			public["the service's own"] = s.key.Public()
		}
		for whose, key := range public {
			for form, secret := range publicForms(t, key, s) {
				t.Run(whose+" in "+form, func(t *testing.T) {
					for _, header := range []string{goodHeader, s.headerOf(`"HS256"`), s.header()} {
						refuse(t, s.tokens, forge(secret, header, goodPayload(t)), now, port.ErrInvalid)
					}
				})
			}
		}
	})

	t.Run("nobody is given a secret and key pairs", func(t *testing.T) {
		secret := testSecret(t)
		for name, c := range map[string]Config{
			"HS256 with key pairs":       {Secret: secret, Keys: heldKeys{}},
			"EdDSA with a secret":        {Algorithm: EdDSA, Keys: heldKeys{}, Secret: secret},
			"ES256 with an earlier one":  {Algorithm: ES256, Keys: heldKeys{}, Previous: [][]byte{secret}},
			"EdDSA without key pairs":    {Algorithm: EdDSA},
			"an algorithm there is not":  {Algorithm: "none", Keys: heldKeys{}},
			"HS256 in another spelling":  {Algorithm: "hs256", Secret: secret},
			"a longer hash of a secret":  {Algorithm: "HS512", Secret: secret},
			"RSA, which is not built in": {Algorithm: "RS256", Keys: heldKeys{}},
		} {
			if _, err := New(c); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
	})

	t.Run("a key of the other algorithm neither signs nor verifies", func(t *testing.T) {
		for ours, other := range map[string]string{EdDSA: ES256, ES256: EdDSA} {
			key := newKey(t, other)
			mixed := newTokens(t, Config{Algorithm: ours, Keys: heldKeys{"k", map[string]crypto.Signer{"k": key}}})
			if token, err := mixed.Issue(t.Context(), testClaims()); err == nil {
				t.Errorf("%s: issued %q under a key of %s", ours, token, other)
			}
			signed := segment(`{"alg":"`+ours+`","kid":"k"}`) + "." + segment(goodPayload(t))
			if _, err := mixed.Verify(t.Context(), signed+"."+segment(string(signWith(t, key, []byte(signed)))), now); err == nil {
				t.Errorf("%s: verified under a key of %s", ours, other)
			}
		}
	})
}

// publicForms returns the public key in every form in which it is handed out.
func publicForms(t testing.TB, key crypto.PublicKey, s scheme) map[string][]byte {
	t.Helper()
	pkix, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatalf("public key: %v", err)
	}
	forms := map[string][]byte{
		"DER": pkix,
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}),
		"PEM without its last line feed": []byte(strings.TrimSpace(string(
			pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})))),
	}
	text := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	var jwk string
	switch key := key.(type) {
	case *rsa.PublicKey:
		pkcs1 := x509.MarshalPKCS1PublicKey(key)
		forms["PKCS1 in DER"] = pkcs1
		forms["PKCS1 in PEM"] = pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: pkcs1})
		forms["modulus"] = key.N.Bytes()
		jwk = `{"kty":"RSA","n":"` + text(key.N.Bytes()) + `","e":"AQAB"}`
	case ed25519.PublicKey:
		forms["bytes"], forms["base64"] = key, []byte(text(key))
		jwk = `{"crv":"Ed25519","kty":"OKP","x":"` + text(key) + `","kid":"` + s.kid + `","alg":"EdDSA","use":"sig"}`
	case *ecdsa.PublicKey:
		point, err := key.Bytes()
		if err != nil {
			t.Fatalf("point: %v", err)
		}
		forms["point"], forms["x"] = point, point[1:33]
		jwk = `{"crv":"P-256","kty":"EC","x":"` + text(point[1:33]) + `","y":"` + text(point[33:]) + `","kid":"` + s.kid + `","alg":"ES256","use":"sig"}`
	}
	forms["JWK"], forms["JWKS"] = []byte(jwk), []byte(`{"keys":[`+jwk+`]}`)
	return forms
}

// otherAlgorithm returns a token that is rightly signed with the key of s by an algorithm
// that s does not use.
func otherAlgorithm(t testing.TB, s scheme, payload string) string {
	t.Helper()
	switch s.algorithm {
	case EdDSA:
		return s.forge(s.headerOf(`"Ed25519"`), payload) // its other name (RFC 9864)
	case ES256:
		signed := segment(s.headerOf(`"ES384"`)) + "." + segment(payload)
		sum := sha512.Sum384([]byte(signed))
		return signed + "." + segment(string(signHash(t, s.key.(*ecdsa.PrivateKey), sum[:])))
	}
	signed := segment(s.headerOf(`"HS512"`)) + "." + segment(payload)
	mac := hmac.New(sha512.New, s.secret)
	mac.Write([]byte(signed))
	return signed + "." + segment(string(mac.Sum(nil)))
}

func TestSecurity38TheHeaderBringsNoKey(t *testing.T) {
	eachScheme(t, func(t *testing.T, s scheme) {
		attacker := s.stranger(t)
		for _, header := range []string{
			`"jwk":` + jwkOf(t, attacker),
			`"jku":"https://attacker.example/keys.json"`,
			`"x5u":"https://attacker.example/cert.pem"`,
			`"x5c":["` + base64.StdEncoding.EncodeToString([]byte(jwkOf(t, attacker))) + `"]`,
			`"x5t":"AAAA","x5t#S256":"AAAA"`,
		} {
			t.Run(header[:5], func(t *testing.T) {
				header := s.headerOf(`"`+s.algorithm+`"`, header)
				refuse(t, s.tokens, attacker.forge(header, goodPayload(t)), now, port.ErrInvalid)
				refuse(t, s.tokens, forge(nil, header, goodPayload(t)), now, port.ErrInvalid)
				s.accept(t, s.forge(header, goodPayload(t))) // it does not disturb the right key
			})
		}
	})

	t.Run("with HS256 kid is not looked at", func(t *testing.T) {
		s, attacker := newScheme(t, HS256), newScheme(t, HS256)
		for _, kid := range append(foreignKids(), `"`+base64.RawURLEncoding.EncodeToString(attacker.secret)+`"`) {
			header := s.headerOf(`"HS256"`, `"kid":`+kid)
			for name, key := range map[string][]byte{"empty": nil, "zeros": make([]byte, 32), "zero digit": []byte("0"), "attacker's": attacker.secret} {
				t.Run(kid+" signed with "+name, func(t *testing.T) {
					refuse(t, s.tokens, forge(key, header, goodPayload(t)), now, port.ErrInvalid)
				})
			}
			s.accept(t, s.forge(header, goodPayload(t)))
		}
	})
}

// foreignKids are kids, as JSON, that are none of ours: whoever reads a file, a table or a
// page by one of them finds something that an attacker knows.
func foreignKids() []string {
	return []string{
		`"../../../../dev/null"`, `"/proc/sys/kernel/randomize_va_space"`, `"x' UNION SELECT 'secret"`,
		`"https://attacker.example/key"`, `"file:///dev/null"`, `"*"`, `"%"`, `""`, `" "`, `0`, `null`, `true`, `["kid-of-ours"]`, `{"kid-of-ours":1}`,
	}
}

func TestSecurity38KidPicksByExactMatch(t *testing.T) {
	for _, algorithm := range []string{EdDSA, ES256} {
		t.Run(algorithm, func(t *testing.T) {
			first, second := newKey(t, algorithm), newKey(t, algorithm)
			tokens := newTokens(t, Config{Algorithm: algorithm, Keys: heldKeys{"second", map[string]crypto.Signer{"first": first, "second": second}}})
			token := func(kid string, key crypto.Signer) string {
				signed := segment(`{"alg":"`+algorithm+`","typ":"JWT","kid":`+kid+`}`) + "." + segment(goodPayload(t))
				return signed + "." + segment(string(signWith(t, key, []byte(signed))))
			}
			for kid, key := range map[string]crypto.Signer{`"first"`: first, `"second"`: second} {
				if _, err := tokens.Verify(t.Context(), token(kid, key), now); err != nil {
					t.Errorf("the right key of %s: %v", kid, err)
				}
			}
			kids := append(foreignKids(), `"First"`, `"first "`, `" first"`, `"firs"`, `"first\u0000"`, `"first/"`, `"second"`, `"first","kid":"second"`)
			for _, kid := range kids {
				t.Run(kid, func(t *testing.T) { refuse(t, tokens, token(kid, first), now, port.ErrInvalid) })
			}
			t.Run("none", func(t *testing.T) {
				signed := segment(`{"alg":"`+algorithm+`","typ":"JWT"}`) + "." + segment(goodPayload(t))
				refuse(t, tokens, signed+"."+segment(string(signWith(t, second, []byte(signed)))), now, port.ErrInvalid)
			})
		})
	}
}

func jwkOf(t testing.TB, s scheme) string {
	t.Helper()
	if s.secret != nil {
		return `{"kty":"oct","k":"` + base64.RawURLEncoding.EncodeToString(s.secret) + `"}`
	}
	return string(publicForms(t, s.key.Public(), s)["JWK"])
}

func TestSecurity39TheSignatureIsVerifiedFirst(t *testing.T) {
	eachScheme(t, signatureIsVerifiedFirst)
}

func signatureIsVerifiedFirst(t *testing.T, s scheme) {
	tokens := s.tokens
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
		foreign := issue(t, s.stranger(t).tokens, testClaims())
		for name, token := range map[string]string{
			"no signature":         header + "." + payload + ".",
			"no third part":        header + "." + payload,
			"ones for a signature": header + "." + payload + "." + segment(strings.Repeat("\x01", len(s.sign([]byte("any"))))),
			"half a signature":     header + "." + payload + "." + signature[:len(signature)/2],
			"one character less":   good[:len(good)-1],
			"one character more":   good + "A",
			"a fourth part":        good + "." + signature,
			"foreign signature":    header + "." + payload + foreign[strings.LastIndex(foreign, "."):],
			"foreign token":        foreign,
			"no payload":           header + ".." + signature,
			"no header":            "." + payload + "." + signature,
			"zero signature":       header + "." + payload + "." + segment(string(make([]byte, len(s.sign([]byte("any")))))),
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
			"padding, signed":    s.padded(goodPayload(t)),
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
	eachScheme(t, claimsAreRequiredAndTyped)
}

func claimsAreRequiredAndTyped(t *testing.T, s scheme) {
	tokens := s.tokens

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
			refuse(t, tokens, s.forge(s.header(), payload), now, port.ErrInvalid)
		})
	}

	t.Run("nbf that has come", func(t *testing.T) {
		token := s.forge(s.header(), addClaim(t, "nbf", strconv.FormatInt(now.Unix(), 10)))
		if _, err := tokens.Verify(t.Context(), token, now); err != nil {
			t.Errorf("at nbf: %v", err)
		}
		refuse(t, tokens, token, now.Add(-time.Microsecond), port.ErrInvalid)
	})

	t.Run("crit", func(t *testing.T) {
		for _, crit := range []string{`["exp"]`, `["b64"]`, `["x"],"x":1`, `[]`, `null`, `"x"`} {
			refuse(t, tokens, s.forge(s.headerOf(`"`+s.algorithm+`"`, `"crit":`+crit), goodPayload(t)), now, port.ErrInvalid)
		}
	})
}

func TestSecurity41TokensForOtherPurposesAreNoAccessTokens(t *testing.T) {
	eachScheme(t, otherPurposesAreNoAccessTokens)
}

func otherPurposesAreNoAccessTokens(t *testing.T, s scheme) {
	tokens := s.tokens
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
			refuse(t, tokens, s.forge(s.header(), payload), now, port.ErrInvalid)
		})
	}

	t.Run("another typ", func(t *testing.T) {
		for _, typ := range []string{`"at+jwt"`, `"reset+jwt"`, `""`, `1`, `null`, `["JWT"]`} {
			refuse(t, tokens, s.forge(s.headerOf(`"`+s.algorithm+`"`, `"typ":`+typ), goodPayload(t)), now, port.ErrInvalid)
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
