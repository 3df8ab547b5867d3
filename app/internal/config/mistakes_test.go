package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestMistakes keeps what is said of each mistake in testdata/mistakes.golden.
func TestMistakes(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join("testdata", "mistakes.golden"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "empty", "\n")
	write(t, "large", strings.Repeat("x", 1<<17))
	write(t, "broken", "PORT=1\nHOST=x\nSECRET "+goodSecret+"\nPORT=2\n")
	write(t, "wrong", "PORT=x\n")
	write(t, "port", "x\n")
	write(t, "unclosed", "PORT=1\n# it's a comment\n\nPROJECT_NAME='two\nwords'\nSECRET='"+goodSecret+"\nPORT=2\n")
	write(t, "last", "PORT=1\nSECRET "+goodSecret)
	write(t, "ca.pem", certificate)
	write(t, "dollar", "A=1\nPROJECT_NAME=$A\nSECRET="+goodSecret+"$XY12\n")

	cases := [][]string{
		{"CONFIG_PATH=nowhere"},
		{"CONFIG_PATH=folder"},
		{"CONFIG_PATH=large"},
		{"CONFIG_PATH=broken"},
		{"CONFIG_PATH=unclosed"},
		{"CONFIG_PATH=last"},
		{"CONFIG_PATH=dollar"},
		{"CONFIG_PATH=settings.YAML"},
		{"CONFIG_PATH=wrong"},
		{"PORT_FILE=port"},
		{"PORT_FILE=nowhere"},
		{"PORT_FILE=folder"},
		{"PORT_FILE=empty"},
		{"PORT_FILE=large"},
		{"PORT=1", "PORT_FILE=port"},
		{"HASH_LENGTH=32", "HASH_HASH_LENGTH=32"},
		{"PROJECT_NAME=two\nlines"},
		{"PROJECT_NAME=\xff"},
		{"PROJECT_NAME=" + strings.Repeat("x", 101)},
		{"PROJECT_NAME=json:{}"},
		{"PORT=x"},
		{"PORT=-1"},
		{"PORT=65536"},
		{"PORT=99999999999999999999"},
		{"PORT=" + strings.Repeat("9", 100)},
		{"HOST=127.0.0.1:8055"},
		{"HOST=[::1]"},
		{"HOST=a b"},
		{"CONNECT_ADDRESS=8056"},
		{"CONNECT_ADDRESS=127.0.0.1"},
		{"CONNECT_ADDRESS=:8056"},
		{"CONNECT_ADDRESS=127.0.0.1:http"},
		{"CONNECT_ADDRESS=127.0.0.1:65536"},
		{"CONNECT_ADDRESS=http://127.0.0.1:8056"},
		{"CONNECT_ADDRESS=127.0.0.1:8055"},
		{"CONNECT_ADDRESS=localhost:08055"},
		{"CONNECT_ADDRESS=0.0.0.0:8055"},
		{"CONNECT_ADDRESS=[::]:8055"},
		{"CONNECT_ADDRESS=[::ffff:127.0.0.1]:9000", "PORT=9000"},
		{"CONNECT_ADDRESS=auth.example.com:9000", "PORT=9000", "HOST=AUTH.example.com", "EMAIL_TRANSPORT=mailbox"},
		{"PUBLIC_URL=/"},
		{"PUBLIC_URL=auth.example.com"},
		{"PUBLIC_URL=ftp://example.com"},
		{"PUBLIC_URL=https://user:" + goodSecret + "@example.com"},
		{"PUBLIC_URL=https://example.com?x=1"},
		{"PUBLIC_URL=https://example.com#"},
		{"PUBLIC_URL=https://example.com:0"},
		{"PUBLIC_URL=https://"},
		{"ROOT_REDIRECT=//evil.example"},
		{"ROOT_REDIRECT=javascript:alert(1)"},
		{"ROOT_REDIRECT=https://user:" + goodSecret + "@example.com"},
		{"ROOT_REDIRECT=./"},
		{"IP_TRUST_PROXY=true"},
		{"IP_TRUST_PROXY=0"},
		{"IP_TRUST_PROXY=17"},
		{"IP_TRUST_PROXY=99999999999999999999"},
		{"IP_TRUST_PROXY=1,10.0.0.0/8"},
		{"IP_TRUST_PROXY_FILE=port"},
		{"IP_TRUST_PROXY=10.0.0.1/8"},
		{"IP_TRUST_PROXY=10.0.0.0/8,0.0.0.0/0"},
		{"IP_TRUST_PROXY=10.0.0.0/8,proxy.example.com,10.0.0.1/8,::/0"},
		{"IP_TRUST_PROXY=fe80::1%eth0"},
		{"IP_TRUST_PROXY=::ffff:10.0.0.0/104"},
		{"CORS_ENABLED=maybe"},
		{"CORS_ENABLED=true"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=,"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=true"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=*"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=*", "CORS_CREDENTIALS=false"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com,null"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://*.example.com"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com/"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com/app"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com,app.example.com"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://user:" + goodSecret + "@a.example.com"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com,false"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com", "CORS_METHODS=GET,*"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com", "CORS_ALLOWED_HEADERS=Content Type"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com", "CORS_EXPOSED_HEADERS=*"},
		{"CORS_ENABLED=true", "CORS_ORIGIN=https://a.example.com", "CORS_MAX_AGE=5h"},
		{"MAX_PAYLOAD_SIZE=100"},
		{"MAX_PAYLOAD_SIZE=1tb"},
		{"MAX_PAYLOAD_SIZE=1b"},
		{"MAX_PAYLOAD_SIZE=99999999999gb"},
		{"DB_CLIENT=mysql"},
		{"DB_CLIENT=pg", "DB_HOST=db.example.com"},
		{"DB_CLIENT=oracle"},
		{"DB_CLIENT=cockroachdb"},
		{"DB_HOST=db.example.com", "DB_USER=sallyport", "DB_PORT=3306"},
		server("DB_HOST=db.example.com:5432"),
		server("DB_HOST=postgres://someone:" + goodSecret + "@db.example.com/x"),
		server("DB_HOST=db.example.com", "DB_SOCKET_PATH=/run/db"),
		server("DB_PORT=x"),
		{"DB_CLIENT=mysql", "DB_SOCKET_PATH=/run/mysqld.sock", "DB_PORT=3306", "DB_DATABASE=x", "DB_USER=u"},
		server("DB_POOL__MIN=5", "DB_POOL__MAX=4"),
		server("DB_POOL__MAX=0"),
		server("DB_TIMEOUT=5"),
		server("DB_CONNECT_TIMEOUT=1h"),
		server("DB_MIGRATE=never"),
		server("DB_SSL=require"),
		{"DB_CLIENT=pg", "DB_DATABASE=x", "DB_USER=u", "DB_SOCKET_PATH=/run/postgresql", "DB_SSL=true"},
		server("DB_SSL=false", "DB_SSL__CA_FILE=ca.pem"),
		server("DB_SSL__CA=" + goodSecret),
		server("DB_SSL__CA_FILE=port"),
		server("DB_SSL__CERT_FILE=ca.pem"),
		server("DB_SSL__KEY=" + goodSecret),
		server("DB_SSL__CERT_FILE=ca.pem", "DB_SSL__KEY="+goodSecret),
		server("DB_SSL__REJECT_UNAUTHORIZED=no"),
		{"DB_CONNECTION_STRING=user:" + goodSecret + "@tcp(db.example.com)/x"},
		{"DB_CONNECTION_STRING=mssql://user:" + goodSecret + "@db.example.com/x"},
		{"DB_CONNECTION_STRING=postgres://user:" + goodSecret + "@db.example.com:port/x"},
		{"DB_CONNECTION_STRING=postgres://user:" + goodSecret + "@db.example.com/x", "DB_CLIENT=mariadb"},
		{"DB_CONNECTION_STRING=mariadb://user:" + goodSecret + "@db.example.com/x", "DB_CLIENT=sqlite3"},
		{"DB_CONNECTION_STRING=host=db.example.com password=" + goodSecret, "DB_CLIENT=memory"},
		{"DB_CONNECTION_STRING=mysql://user:" + goodSecret + "@db.example.com/"},
		{"DB_CONNECTION_STRING=mysql://user@db.example.com/x", "DB_HOST=db.example.com", "DB_PORT=3306", "DB_DATABASE=x", "DB_USER=user", "DB_PASSWORD=" + goodSecret},
		{"REDIS=redis://:" + goodSecret + "@db.example.com:99999"},
		{"RATE_LIMITER_POINTS=0"},
		{"RATE_LIMITER_DURATION=1s"},
		{"RATE_LIMITER_STORE=redis"},
		{"RATE_LIMITER_STORE=memcache"},
		{"REDIS=db.example.com:6379"},
		{"REDIS=https://user:" + goodSecret + "@db.example.com"},
		{"REDIS=redis://user:" + goodSecret + "@:6379"},
		{"REDIS=redis://user:a b%zz" + goodSecret + "@db.example.com"},
		{"REDIS=unix://run/redis.sock", "SESSIONS_URL=unix:///run/redis.sock"},
		{"SESSIONS_URL=redis://db.example.com:0"},
		{"REDIS=redis://db.example.com", "REDIS_PREFIX=" + strings.Repeat("x", 65)},
		{"SESSIONS_URL=redis://db.example.com?db=1&max_retries=3"},
		{"REDIS=redis://db.example.com", "REDIS_POOL__MAX=0"},
		{"SECRET=" + goodSecret[:31]},
		{"SECRET=replace-with-secure-random-value"},
		{"SECRET=json:" + goodSecret},
		{"SECRET=" + goodSecret + "\x00"},
		{"SECRET_PREVIOUS=" + goodSecret + ",short"},
		{"DATA_KEY=" + strings.Repeat("x", 32)},
		{"DATA_KEY_PREVIOUS=short"},
		{"SECRET=" + goodSecret, "DATA_KEY=" + goodSecret},
		{"ACCESS_TOKEN_ALGORITHM=none"},
		{"ACCESS_TOKEN_ALGORITHM=RS256"},
		{"ACCESS_TOKEN_TTL=15"},
		{"ACCESS_TOKEN_TTL=0"},
		{"ACCESS_TOKEN_TTL=31d"},
		{"ACCESS_TOKEN_TTL=15 minutes"},
		{"ACCESS_TOKEN_TTL=-15m"},
		{"ACCESS_TOKEN_TTL=m"},
		{"ACCESS_TOKEN_TTL=15m30"},
		{"ACCESS_TOKEN_TTL=9223372036854775807w"},
		{"REFRESH_TOKEN_TTL=60d"},
		{"SESSION_COOKIE_TTL=60d"},
		{"SESSION_ABSOLUTE_TTL=0"},
		{"REFRESH_TOKEN_GRACE_PERIOD=6m"},
		{"SESSION_REFRESH_GRACE_PERIOD=5"},
		{"REFRESH_TOKEN_REUSE=ignore"},
		{"ACCEPT_SESSIONLESS_TOKENS=yes"},
		{"SESSION_COOKIE_NAME=a b"},
		{"SESSION_COOKIE_NAME=a;b"},
		{"SESSION_COOKIE_NAME=directus_refresh_token"},
		{"SESSION_COOKIE_NAME=__Secure-x", "SESSION_COOKIE_SECURE=false"},
		{"REFRESH_TOKEN_COOKIE_NAME=__Host-x", "REFRESH_TOKEN_COOKIE_DOMAIN=example.com"},
		{"SESSION_COOKIE_DOMAIN=localhost"},
		{"SESSION_COOKIE_DOMAIN=192.0.2.1"},
		{"SESSION_COOKIE_DOMAIN=https://example.com"},
		{"SESSION_COOKIE_DOMAIN=example.com; Secure"},
		{"SESSION_COOKIE_SAME_SITE=none", "SESSION_COOKIE_SECURE=false"},
		{"SESSION_COOKIE_SAME_SITE=maybe"},
		{"HASH_MEMORY_COST=31"},
		{"HASH_MEMORY_COST=64mb"},
		{"HASH_PARALLELISM=256"},
		{"HASH_TIME_COST=0"},
		{"LIMIT_LOGIN_ACCOUNT=10"},
		{"LIMIT_LOGIN_ACCOUNT=10/15"},
		{"LIMIT_LOGIN_ACCOUNT=0/15m"},
		{"LIMIT_LOGIN_ACCOUNT=10/0"},
		{"LIMIT_LOGIN_ACCOUNT=10/1w1y"},
		{"LIMIT_LOGIN_ADDRESS=10000000/1m"},
		{"LIMIT_LOGIN_ADDRESS=false"},
		{"PASSWORD_MIN_SCORE=5"},
		{"PASSWORD_MIN_SCORE=strong"},
		{"PASSWORD_POLICY=/^(.{8,}$/"},
		{"PASSWORD_POLICY=(?=.*x).*"},
		{"PASSWORD_POLICY_FILE=unclosed"},
		{"PASSWORD_POLICY=/^.{40,}$/", "ADMIN_PASSWORD=dog-and-pony-show"},
		{"EVENTS_TTL=-1s"},
		{"LIMIT_RESET_ACCOUNT=3"},
		{"LIMIT_RESET_ADDRESS=0/1h"},
		{"PASSWORD_RESET_TOKEN_TTL=30s"},
		{"LOGIN_RETURN_ALLOW_LIST=https://wiki.example.com,https://wiki.example.com/x,*,https://u:" + goodSecret + "@wiki.example.com"},
		{"PASSWORD_RESET_URL_ALLOW_LIST=app.example.com/reset"},
		{"PASSWORD_RESET_URL_ALLOW_LIST=https://app.example.com,https://user:" + goodSecret + "@app.example.com,https://app.example.com\\@x,https://app.example.com/../x,https://app.example.com?x,https://app.example.com#x,ftp://app.example.com,https://\u00e4.example.com"},
		{"USER_INVITE_URL_ALLOW_LIST=app.example.com/accept"},
		{"USER_REGISTER_URL_ALLOW_LIST=ftp://app.example.com"},
		{"PUBLIC_REGISTRATION_EMAIL_DOMAINS=@example.com,example"},
		{"PUBLIC_REGISTRATION=true", "PUBLIC_REGISTRATION_ROLE=Readers"},
		{"EMAIL_CHANGE_TOKEN_TTL=8d"},
		{"LIMIT_INVITE_ACCOUNT=3"},
		{"HOST=0.0.0.0"},
		{"HOST=auth.example.com"},
		{"PUBLIC_URL=https://auth.example.com"},
		{"PUBLIC_URL=http://login.localhost:8055"},
		{"PUBLIC_URL=https://auth.example.com", "HOST=0.0.0.0"},
		{"EMAIL_TRANSPORT=sendmail"},
		{"MAIL_QUEUE_LENGTH=0"},
		{"MAIL_QUEUE_LENGTH=100001"},
		{"EMAIL_TRANSPORT=pigeon", "HOST=0.0.0.0"},
		{"EMAIL_TRANSPORT=smtp"},
		{"EMAIL_TRANSPORT=smtp", "EMAIL_FROM=x@example.com", "EMAIL_SMTP_HOST=smtp.example.com:25"},
		{"EMAIL_FROM=Someone <someone@example.com>"},
		{"EMAIL_SMTP_PORT=0"},
		{"EMAIL_SMTP_SECURE=true", "EMAIL_SMTP_IGNORE_TLS=true"},
		{"EMAIL_SMTP_PASSWORD=" + goodSecret},
		{"EMAIL_SMTP_NAME=a b"},
		{"EMAIL_TRANSPORT=smtp", "EMAIL_FROM=x@example.com", "EMAIL_SMTP_HOST=smtp.example.com", "EMAIL_SMTP_USER=u", "EMAIL_SMTP_PASSWORD=" + goodSecret, "EMAIL_SMTP_IGNORE_TLS=true"},
		{"EMAIL_TRANSPORT=smtp", "EMAIL_FROM=x@example.com", "EMAIL_SMTP_HOST=smtp.example.com", "EMAIL_SMTP_USER=u"},
		{"AUTH_PROVIDERS=GitHub, Acme"},
		{"AUTH_PROVIDERS=GitHub", "AUTH_GITHUB_CLIENT_ID=x", "AUTH_GITHUB_CLIENT_SECRET_FILE=nowhere"},
		{"AUTH_PROVIDERS=GitHub,-x,git hub.com,default,github"},
		{"AUTH_PROVIDERS=a,A-first,a_first"},
		{"OAUTH_PROVIDERS=github", "AUTH_PROVIDERS=GitHub"},
		{"OAUTH_PROVIDERS=twitter okta", "OAUTH_TWITTER_KEY=x", "OAUTH_TWITTER_OAUTH=1", "OAUTH_OKTA_KEY=x", "OAUTH_OKTA_CLIENT_ID=x", "OAUTH_OKTA_SECRET=" + goodSecret},
		{"AUTH_DISABLE_DEFAULT=true"},
		provider("Acme", "DRIVER=ldap"),
		provider("Acme", "DRIVER=openid"),
		provider("Acme", "DRIVER=oauth2"),
		provider("Acme", "DRIVER=oauth2", "AUTHORIZE_URL=https://acme.example/a", "ACCESS_URL=http://acme.example/t", "PROFILE_URL=https://x:"+goodSecret+"@acme.example/p", "IDENTIFIER_KEY=email"),
		provider("Acme", "ISSUER_URL=http://acme.example", "SCOPE=profile email"),
		provider("Okta"),
		provider("Okta", "DOMAIN=https://example.okta.com", "ISSUER_URL=https://example.okta.com/oauth2/default"),
		provider("Google", "PARAMS=state=x", "MODE=token"),
		provider("Google", "PARAMS={\"a\":1}"),
		provider("Google", "PARAMS=a=1&a=2"),
		provider("Google", "DEFAULT_ROLE_ID=administrator", "ALLOW_PUBLIC_REGISTRATION=yes"),
		provider("Google", "REDIRECT_ALLOW_LIST=https://app.example.com/done,javascript:alert(1),https://x:"+goodSecret+"@app.example.com,app://done,com.example.app:/done,https://app.example.com/?a"),
		{"ADMIN_EMAIL=Someone <someone@example.com>"},
		{"ADMIN_PASSWORD=d1r3ctu5"},
		{"ADMIN_PASSWORD=" + strings.Repeat("x", 1025)},
		{"GRAPHQL_INTROSPECTION=maybe"},
		{"GRAPHQL_SINGLE_USE_MUTATIONS=auth_login,auth_logon"},
		{"GRAPHQL_SINGLE_USE_MUTATIONS=off,auth_login"},
		{"LOG_LEVEL=loud"},
		{"LOG_STYLE=json"},
		// All at once, in the order of the reference and whatever the order they are found in.
		{"LOG_LEVEL=loud", "ADMIN_EMAIL=x", "SECRET=short", "PORT=x", "PUBLIC_URL=/", "DB_CLIENT=oracle", "ACCESS_TOKEN_TTL=15", "HOST=a b", "CONFIG_PATH=nowhere"},
	}
	var b strings.Builder
	for _, environ := range cases {
		b.WriteString(printable(strings.Join(environ, " ")) + "\n")
		_, err := config.Load(config.Input{Environ: environ})
		if err == nil {
			t.Errorf("%q: got no error", environ)
			continue
		}
		b.WriteString(err.Error() + "\n\n")

		var mistakes config.Mistakes
		if !errors.As(err, &mistakes) {
			t.Errorf("%q: got %T, want Mistakes", environ, err)
		}
		if strings.Contains(err.Error(), goodSecret) || strings.Contains(err.Error(), goodSecret[:31]) || strings.Contains(err.Error(), "someone@") {
			t.Errorf("%q: the error repeats a secret or an address: %v", environ, err)
		}
	}
	if *update {
		write(t, golden, b.String())
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("the mistakes are told differently; look at the difference, and run go test -update if it is meant:\n%s", firstDifference(got, string(want)))
	}
}

// TestMistakesOfFiles names the file of a secret in place of each setting's own, as a slip
// of the pen does.
func TestMistakesOfFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, text := range []string{goodSecret, "987654321012", "987654321012d", "10.98.76.54/8", "-" + goodSecret, "9d"} {
		write(t, "secret", text+"\n")
		for _, s := range config.Settings() {
			if s.Name == "CONFIG_PATH" {
				continue
			}
			_, err := config.Load(config.Input{Environ: []string{s.Name + "_FILE=secret", "SESSION_ABSOLUTE_TTL=8d"}})
			if err != nil && strings.Contains(err.Error(), text) {
				t.Errorf("%s: the error repeats what is in the file: %v", s.Name, err)
			}
		}
	}
}

func TestDollarsInDotenv(t *testing.T) {
	for text, wrong := range map[string]bool{
		"PROJECT_NAME=$NAME":                         true,
		"PROJECT_NAME=${NAME}":                       true,
		"PROJECT_NAME=\"a $NAME\"":                   true,
		"PROJECT_NAME=$PROJECT_NAME":                 true,
		"PROJECT_NAME_FILE=$NAME":                    true,
		"PROJECT_NAME=$NAME\nNAME=late":              true,
		"NAME=x\nPROJECT_NAME=$NAME":                 false,
		"PROJECT_NAME='$NAME'":                       false,
		"PROJECT_NAME=\\$NAME":                       false,
		"PROJECT_NAME=a$":                            false,
		"PROJECT_NAME=$name":                         false,
		"PROJECT_NAME=x # not $NAME":                 false,
		"# $NAME\nPROJECT_NAME=x":                    false,
		"OF_ANOTHER_PROGRAM=$NAME":                   false,
		"PROJECT_NAME=x\nPROJECT_NAME=$PROJECT_NAME": false,
	} {
		t.Chdir(t.TempDir())
		write(t, ".env", text+"\n")
		_, err := config.Load(config.Input{})
		if (err != nil) != wrong {
			t.Errorf("%s: got %v, want a mistake: %t", text, err, wrong)
		}
	}
}

func TestWarningsBesideMistakes(t *testing.T) {
	t.Run("are kept", func(t *testing.T) {
		c, err := load(t, "PORT=x", "LOGIN_STALL_TIME=500")
		if err == nil || len(c.Warnings()) != 1 {
			t.Errorf("got %v, warnings %q", err, c.Warnings())
		}
	})
}

func TestMistakesOfFlags(t *testing.T) {
	t.Run("name the flag as the source", func(t *testing.T) {
		t.Chdir(t.TempDir())
		_, err := config.Load(config.Input{Flags: map[string]string{"PORT": "x"}, Environ: []string{"PORT=1"}})
		if err == nil || !strings.Contains(err.Error(), "\n  PORT (flag): \"x\" ") {
			t.Errorf("got %v", err)
		}
	})
}

// printable shortens a case for its headline.
func printable(text string) string {
	text = strings.ToValidUTF8(strings.NewReplacer("\n", `\n`, "\x00", `\0`).Replace(text), `\xff`)
	if len(text) > 200 {
		return text[:100] + "..."
	}
	return text
}

func firstDifference(got, want string) string {
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			return "got  " + gotLines[i] + "\nwant " + wantLines[i]
		}
	}
	return "one is longer than the other"
}
