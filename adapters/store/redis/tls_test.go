package redis_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

// certificate writes one for 127.0.0.1 that vouches for itself, with its key, into folder.
func certificate(folder, name string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	for suffix, block := range map[string]*pem.Block{
		".crt": {Type: "CERTIFICATE", Bytes: signed},
		".key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(folder, name+suffix), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// trust makes a certificate and lets this process trust it, as it does those of the machine.
func trust() (folder string, err error) {
	folder, err = testserver.MakeFolder("")
	if err != nil {
		return "", err
	}
	if err := certificate(folder, "trusted"); err != nil {
		return folder, err
	}
	return folder, os.Setenv("SSL_CERT_FILE", filepath.Join(folder, "trusted.crt"))
}

func TestTLS(t *testing.T) {
	t.Run("with a certificate that is trusted", func(t *testing.T) {
		openAt(t, redis.Config{URL: withTLS(t, filepath.Join(certificates, "trusted"), "--tls-auth-clients", "no")})
	})

	t.Run("not with one that is not", func(t *testing.T) {
		_, err := redis.Open(t.Context(), redis.Config{URL: stranger(t)})
		wantDiscreet(t, err, "127.0.0.1:")
		if !strings.Contains(err.Error(), "certificate is not trusted") {
			t.Errorf("got error %v, want one that says so", err)
		}
	})

	t.Run("not with one for another name", func(t *testing.T) {
		url := withTLS(t, filepath.Join(certificates, "trusted"), "--tls-auth-clients", "no")
		_, err := redis.Open(t.Context(), redis.Config{URL: strings.Replace(url, "127.0.0.1", "localhost", 1)})
		wantDiscreet(t, err, "localhost")
		if !strings.Contains(err.Error(), "is for another name") {
			t.Errorf("got error %v, want one that says so", err)
		}
	})

	t.Run("not without", func(t *testing.T) {
		server := shared.Get(t)
		_, err := redis.Open(t.Context(), redis.Config{URL: "rediss://" + server.Address(), Timeout: time.Second})
		wantDiscreet(t, err, server.Address())
	})
}

func stranger(t *testing.T) (url string) {
	t.Helper()
	folder := testserver.Folder(t, "")
	must(t, certificate(folder, "stranger"))
	return withTLS(t, filepath.Join(folder, "stranger"), "--tls-auth-clients", "no")
}

// withTLS starts a server with the certificate and key of that name, without their endings.
func withTLS(t *testing.T, file string, settings ...string) (url string) {
	t.Helper()
	port := testserver.FreePort(t)
	redistest.Start(t, append(settings, "--tls-port", strconv.Itoa(port),
		"--tls-cert-file", file+".crt", "--tls-key-file", file+".key", "--tls-ca-cert-file", file+".crt")...)
	return fmt.Sprintf("rediss://127.0.0.1:%d", port)
}
