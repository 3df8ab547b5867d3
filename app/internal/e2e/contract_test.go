package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/port"
)

// stories is how many the inbound kit has.
const stories = 181

// TestContract tells every story of the inbound kit to the whole program, on each database that
// it runs on over REST, each exchange of which it compares with docs/api/openapi.yaml, and over
// GraphQL on one of them. The test reaches into the database as the commands of an operator do,
// from beside.
func TestContract(t *testing.T) {
	overREST := func(t testing.TB, p *process) contract.Client {
		compare(t, p.HTTP)
		return p.Client
	}
	for name, test := range map[string]struct {
		home   func(t testing.TB) home
		client func(t testing.TB, p *process) contract.Client
	}{
		"sqlite3":       {inFile, overREST},
		"mysql":         {inMariaDB, overREST},
		"pg":            {inPostgreSQL, overREST},
		"pg with redis": {inPostgreSQLAndRedis, overREST},
		"sqlite3 by GraphQL": {inFile, func(_ testing.TB, p *process) contract.Client {
			return graphqlclient.Client{URL: p.URL, HTTP: p.HTTP}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			contract.RunTransport(t, func(t testing.TB, s auth.Settings) contract.World {
				return tellStories(t, test.home(t), s, test.client)
			}, contract.Expect(stories))
		})
	}
}

func cheapHasher(t testing.TB) port.PasswordHasher {
	t.Helper()
	hasher, err := argon2id.New(argon2id.Config{MemoryKiB: 8, Iterations: 1, Parallelism: 1})
	if err != nil {
		t.Fatal(err)
	}
	return hasher
}

// environment says the same as s in the program's own variables.
func environment(s auth.Settings) []string {
	reuse := "end"
	if s.KeepReused {
		reuse = "refuse"
	}
	return []string{
		"ACCESS_TOKEN_TTL=" + s.AccessTTL.String(),
		"REFRESH_TOKEN_TTL=" + s.RefreshTTL.String(),
		"SESSION_COOKIE_TTL=" + s.SessionTTL.String(),
		"SESSION_ABSOLUTE_TTL=" + s.AbsoluteTTL.String(),
		"REFRESH_TOKEN_GRACE_PERIOD=" + s.RefreshGrace.String(),
		"SESSION_REFRESH_GRACE_PERIOD=" + s.SessionGrace.String(),
		"REFRESH_TOKEN_REUSE=" + reuse,
		fmt.Sprintf("ACCEPT_SESSIONLESS_TOKENS=%t", s.AcceptSessionless),
		"LIMIT_LOGIN_ACCOUNT=" + limit(s.LoginAccount),
		"LIMIT_LOGIN_ADDRESS=" + limit(s.LoginAddress),
		"LIMIT_TFA_ACCOUNT=" + limit(s.TFAAccount),
		"LIMIT_RESET_ACCOUNT=" + limit(s.ResetAccount),
		"LIMIT_RESET_ADDRESS=" + limit(s.ResetAddress),
		"LIMIT_NOTICE_ACCOUNT=" + limit(s.NoticeAccount),
		"LIMIT_INVITE_ACCOUNT=" + limit(s.InviteAccount),
		"LIMIT_REGISTER_ACCOUNT=" + limit(s.Registration.Account),
		"LIMIT_REGISTER_ADDRESS=" + limit(s.Registration.Address),
		"USER_INVITE_TOKEN_TTL=" + s.InviteTTL.String(),
		"USER_INVITE_URL_ALLOW_LIST=" + strings.Join(s.InviteURLs, ","),
		fmt.Sprintf("PUBLIC_REGISTRATION=%t", s.Registration.Open),
		fmt.Sprintf("PUBLIC_REGISTRATION_VERIFY_EMAIL=%t", s.Registration.Verify),
		"PUBLIC_REGISTRATION_EMAIL_DOMAINS=" + strings.Join(s.Registration.Domains, ","),
		"USER_REGISTER_URL_ALLOW_LIST=" + strings.Join(s.Registration.URLs, ","),
		"EMAIL_VERIFICATION_TOKEN_TTL=" + s.Registration.TTL.String(),
		fmt.Sprintf("EMAIL_CHANGE_CONFIRM=%t", s.ConfirmEmail),
		"EMAIL_CHANGE_TOKEN_TTL=" + s.EmailTTL.String(),
		fmt.Sprintf("MAIL_QUEUE_LENGTH=%d", s.MailQueue),
		"PASSWORD_RESET_TOKEN_TTL=" + s.ResetTTL.String(),
		"PASSWORD_RESET_URL_ALLOW_LIST=" + strings.Join(s.ResetURLs, ","),
		fmt.Sprintf("AUTH_DISABLE_DEFAULT=%t", s.DisableDefault),
	}
}

func limit(l port.Limit) string {
	if l == (port.Limit{}) {
		return "off"
	}
	return fmt.Sprintf("%d/%s", l.Burst, time.Duration(l.Burst)*l.Every)
}
