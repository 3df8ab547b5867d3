package auth_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// The tests of this file and of its neighbours security_*_test.go are numbered after the
// promises that the service makes; each names a change of one line that turns it red.

// Red when verifyPassword's "err != nil && !isNotFound(err)" loses its second half.
func TestSecurity01_WrongPasswordAndUnknownAddressAreAlike(t *testing.T) {
	for name, refused := range refusedLogins(t) {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, auth.DefaultSettings())
			w.seedAnn(t, refused.change)
			_, unknown := w.tryLogin(t, "nobody@example.com", refused.password, domain.ModeJSON)
			_, known := w.tryLogin(t, annEmail, refused.password, domain.ModeJSON)
			want := domain.NewError(domain.InvalidCredentials, nil)
			if !reflect.DeepEqual(unknown, error(want)) || !reflect.DeepEqual(known, error(want)) {
				t.Errorf("got %#v for an unknown address, %#v for a known one; want %#v", unknown, known, want)
			}
		})
	}
}

// Red when verifyPassword's "if !ok ||" becomes "if user.TOTP == nil && !ok ||".
func TestSecurity05_SuspensionAndSecondFactorShowOnlyAfterTheRightPassword(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, func(u *domain.User) { u.TOTP = []byte("sealed") })
	for _, step := range []struct {
		status   domain.Status
		password string
		code     domain.Code
	}{
		{domain.StatusActive, "wrong", domain.InvalidCredentials},
		{domain.StatusActive, password, domain.InvalidOTP},
		{domain.StatusSuspended, "wrong", domain.InvalidCredentials},
		{domain.StatusSuspended, password, domain.InvalidCredentials},
	} {
		w.changeAnn(t, func(u *domain.User) { u.Status = step.status })
		tokens, err := w.tryLogin(t, annEmail, step.password, domain.ModeJSON)
		wantCode(t, err, step.code)
		if tokens != (auth.Tokens{}) {
			t.Error("got tokens beside an error")
		}
	}
}

// loginFrom logs in from an address that is new with each n.
func (w world) loginFrom(t *testing.T, n int, email, password string) error {
	t.Helper()
	_, err := w.service.Login(t.Context(), auth.LoginInput{
		Email: email, Password: password, Mode: domain.ModeJSON,
		Client: domain.Client{IP: fmt.Sprintf("198.51.%d.%d", n/250, n%250)},
	})
	return err
}

// Red when beginLogin's line with loginAccountKey is gone.
func TestSecurity06_GuessingAtAnAccountHasAnEnd(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	work := w.hasher.Work()
	for n := range 100 {
		want := domain.InvalidCredentials
		if n >= 10 {
			want = domain.RequestsExceeded
		}
		wantCode(t, w.loginFrom(t, n, annEmail, fmt.Sprint("guess ", n)), want)
	}
	failure := wantCode(t, w.loginFrom(t, 100, annEmail, password), domain.RequestsExceeded)
	if failure.RetryAfter <= 0 || failure.RetryAfter > 15*time.Minute {
		t.Errorf("got a wait of %v, want up to 15 minutes", failure.RetryAfter)
	}
	if got := (w.hasher.Work() - work) / 2; got != 10 {
		t.Errorf("got %d guesses that were looked at, want 10", got)
	}
}

// Red when loginAccountKey hashes string(email) in place of email.Key().
func TestSecurity07_SpellingsOfAnAddressShareOneCounter(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	for n := range 10 {
		spelling := []byte(annEmail)
		for i := range spelling {
			if n>>(i%3)&1 == 1 {
				spelling[i] = strings.ToUpper(string(spelling[i]))[0]
			}
		}
		email := strings.Repeat(" ", n) + string(spelling) + strings.Repeat(" ", n/2)
		wantCode(t, w.loginFrom(t, n, email, "wrong"), domain.InvalidCredentials)
	}
	for n, email := range []string{annEmail, "ANN@EXAMPLE.COM", " aNN@example.com"} {
		wantCode(t, w.loginFrom(t, 100+n, email, password), domain.RequestsExceeded)
	}
	// Another Unicode form is another account, and its counter is its own.
	wantCode(t, w.loginFrom(t, 200, "a\u0301nn@example.com", password), domain.InvalidCredentials)
}

// Red when Login forgives after every error: "if isUnavailable(err)" becomes "if err != nil".
// That the limiter itself counts in one step is for its contract kit.
func TestSecurity08_ParallelGuessesDoNotSlipThrough(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	work := w.hasher.Work()
	got := race(60, func(n int) error { return w.loginFrom(t, n, annEmail, fmt.Sprint("guess ", n)) })
	if a, b := countCodes(got, domain.InvalidCredentials), countCodes(got, domain.RequestsExceeded); a != 10 || b != 50 {
		t.Errorf("got %d guesses that were looked at and %d that were not, want 10 and 50", a, b)
	}
	if got := (w.hasher.Work() - work) / 2; got != 10 {
		t.Errorf("got %d hashes, want 10", got)
	}
	wantCode(t, w.loginFrom(t, 60, annEmail, password), domain.RequestsExceeded)
}

// Red when DefaultSettings gives back an attempt every 24 hours in place of 90 seconds.
func TestSecurity10_ALockIsTemporaryAndEndsNoSession(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	var all []auth.Tokens
	for _, mode := range allModes() {
		all = append(all, w.login(t, mode))
	}
	for n := range 20 {
		if err := w.loginFrom(t, n, annEmail, "wrong"); err == nil {
			t.Fatal("a wrong password was let in")
		}
	}
	wantCode(t, w.loginFrom(t, 20, annEmail, password), domain.RequestsExceeded)
	for i, held := range all {
		w.wantIn(t, held)
		all[i] = w.refresh(t, held)
	}
	w.clock.Advance(90*time.Second - time.Microsecond)
	failure := wantCode(t, w.loginFrom(t, 20, annEmail, password), domain.RequestsExceeded)
	w.clock.Advance(failure.RetryAfter)
	wantCode(t, w.loginFrom(t, 20, annEmail, password), "")
	for _, held := range all {
		w.wantIn(t, held)
	}
	if got := w.ann(t); got.Status != domain.StatusActive || got.Epoch != 0 {
		t.Errorf("got status %q and epoch %d: a lock was written to the account", got.Status, got.Epoch)
	}
}

// Red when accountBuckets does not look at the nonce, and when deviceMAC leaves out the
// address.
func TestSecurity10_StrangersDoNotKeepTheOwnerOut(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	w.seedAnn(t, func(u *domain.User) { u.ID, u.Email = "0195f2c6-7d7e-7a10-8000-0000000000b2", "bob@example.com" })
	own := w.login(t, domain.ModeJSON).Device
	others, err := w.tryLogin(t, "bob@example.com", password, domain.ModeJSON)
	wantCode(t, err, "")

	for hour := range 24 {
		for n := range 50 {
			if err := w.loginFrom(t, 50*hour+n, annEmail, "wrong"); err == nil {
				t.Fatal("a wrong password was let in")
			}
		}
		for device, want := range map[string]domain.Code{own: "", others.Device: domain.RequestsExceeded, "": domain.RequestsExceeded} {
			_, err := w.loginBy(t, device, annEmail, password)
			wantCode(t, err, want)
		}
		w.clock.Advance(time.Hour)
	}

	// It is no way to guess for ever.
	looked := 0
	for range 100 {
		_, err := w.loginBy(t, own, annEmail, "wrong")
		if codeOf(err) == domain.InvalidCredentials {
			looked++
		}
	}
	if looked != 20 {
		t.Errorf("got %d guesses that were looked at, want the device's 10 and the account's 10", looked)
	}
}

// collating finds accounts as a database does that takes all addresses for the same.
type collating struct{ port.Users }

func (c collating) ByEmail(ctx context.Context, _ domain.Email) (domain.User, error) {
	users, err := c.List(ctx, "", 1)
	if err != nil || len(users) == 0 {
		return domain.User{}, port.ErrNotFound
	}
	return users[0], nil
}

// Red when Email.Key returns strings.ToLower(string(e)); the second half when accountOf
// does not compare.
func TestSecurity11_LookAlikeAddressesAreOtherAccounts(t *testing.T) {
	lookAlikes := []string{
		"\u212aim@example.com",     // Kelvin sign
		"k\u0131m@example.com",     // dotless i
		"k\u00eem@example.com",     // i with circumflex
		"ki\u0302m@example.com",    // the same, of two characters
		"\uff4bim@example.com",     // full-width k
		"\u043aim@example.com",     // Cyrillic ka
		"kim@ex\u0430mple.com",     // Cyrillic a
		"kim@example.com\u00a0",    // no-break space
		"kim@example\u3002com",     // ideographic full stop
		"kim@e\u2093ample.com",     // subscript x
		"k\u00adim@example.com",    // soft hyphen
		"\U0001d55cim@example.com", // mathematical k
	}
	for name, change := range map[string]func(*auth.Ports){
		"a store that keeps its word":                   func(*auth.Ports) {},
		"a store that takes all addresses for the same": func(p *auth.Ports) { p.Repos.Users = collating{p.Repos.Users} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, auth.DefaultSettings(), change)
			w.seedAnn(t, func(u *domain.User) { u.Email = "Kim@example.com" })
			for n, email := range lookAlikes {
				err := w.loginFrom(t, n, email, password)
				if code := codeOf(err); code != domain.InvalidCredentials && code != domain.InvalidPayload {
					t.Errorf("%+q: got %v, want a refusal", email, err)
				}
				if _, err := w.service.SetPassword(t.Context(), email, newPassword); err == nil {
					t.Errorf("%+q: got a new password for somebody else", email)
				}
			}
			wantCode(t, w.loginFrom(t, 100, "kIM@EXAMPLE.com", password), "")
		})
	}
}

// Red when Email.Key folds nothing: "'A' <= c" becomes "'[' <= c".
func TestSecurity13_NoTwoAccountsHaveOneAddress(t *testing.T) {
	w := newWorld(t, atOnce())
	got := race(16, func(i int) error {
		email := []byte("bob@example.com")
		for bit := range 4 {
			if i>>bit&1 == 1 {
				email[4+bit] -= 'a' - 'A'
			}
		}
		_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: string(email), Password: password})
		return err
	})
	if a, b := countCodes(got, ""), countCodes(got, domain.RecordNotUnique); a != 1 || b != 15 {
		t.Errorf("got %d accounts and %d refusals, want 1 and 15: %v", a, b, got)
	}
	w.wantAccounts(t, 1)
	if got := w.count(t, domain.EventUserCreated, domain.OutcomeSuccess); got != 1 {
		t.Errorf("got %d events, want 1", got)
	}

	// Nor by a change of one's own address.
	w.seedAnn(t, nil)
	me := w.authenticate(t, w.login(t, domain.ModeJSON))
	_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Email: new("BOB@EXAMPLE.COM")}, domain.Client{})
	failure := wantCode(t, err, domain.RecordNotUnique)
	if strings.Contains(strings.ToLower(failure.Message), "bob") {
		t.Errorf("got %q, which repeats the address", failure.Message)
	}
}

// Red when checkPassword's bound is 1<<21 in place of MaxPasswordBytes.
func TestSecurity15_LongPasswordsAreTakenAndHugeOnesCostNothing(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	long := strings.Repeat("a long password \U0001F3B5", 60)[:auth.MaxPasswordBytes]
	for i, good := range []string{long[:64], long[:65], long[:90], long} {
		email := fmt.Sprintf("u%d@example.com", i)
		_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: email, Password: good})
		wantCode(t, err, "")
		wantCode(t, w.loginFrom(t, i, email, good), "")
		wantCode(t, w.loginFrom(t, i, email, good[:len(good)-1]), domain.InvalidCredentials)
	}

	w.seedAnn(t, nil)
	me := w.authenticate(t, w.login(t, domain.ModeJSON))
	work := w.hasher.Work()
	for _, huge := range []string{long + "x", strings.Repeat("x", 1<<20)} {
		wantCode(t, w.loginFrom(t, 100, annEmail, huge), domain.InvalidPayload)
		_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "eve@example.com", Password: huge})
		wantCode(t, err, domain.InvalidPayload)
		_, err = w.service.SetPassword(t.Context(), annEmail, huge)
		wantCode(t, err, domain.InvalidPayload)
		_, _, err = w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: &huge}, domain.Client{})
		wantCode(t, err, domain.InvalidPayload)
	}
	if got := w.hasher.Work() - work; got != 0 {
		t.Errorf("got %d rounds of hashing, want none", got)
	}
}

// Red when CheckNewPassword's "isCommonPassword(password) ||" is gone.
func TestSecurity17_PasswordsThatAreGuessedFirstAreRefused(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	held := w.login(t, domain.ModeJSON)
	me := w.authenticate(t, held)
	set := map[string]func(password string) error{
		"create": func(password string) error {
			_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "eve@example.com", Password: password})
			return err
		},
		"operator": func(password string) error {
			_, err := w.service.SetPassword(t.Context(), annEmail, password)
			return err
		},
		"owner": func(password string) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: &password}, domain.Client{})
			return err
		},
	}
	for name, set := range set {
		for _, bad := range []struct {
			password string
			code     domain.Code
		}{
			{"", domain.InvalidPayload},
			{"\xff\xff\xff\xff\xff\xff\xff\xff", domain.InvalidPayload},
			{"1234567", domain.FailedValidation},
			{"p\u00e4ssw\u00f6r", domain.FailedValidation}, // nine bytes, seven characters
			{"password", domain.FailedValidation},
			{"PassWord123", domain.FailedValidation},
			{"12345678", domain.FailedValidation},
			{"qwertyuiop", domain.FailedValidation},
			{"letmein123", domain.FailedValidation},
			{strings.Repeat("\u00e9", 30), domain.FailedValidation},
			{"        ", domain.FailedValidation},
		} {
			if err := set(bad.password); codeOf(err) != bad.code {
				t.Errorf("%s: %q: got %v, want %s", name, bad.password, err, bad.code)
			}
		}
	}
	for address, set := range map[string]func(string) error{"EVE@example.com": set["create"], "Ann@Example.com": set["owner"]} {
		wantCode(t, set(address), domain.FailedValidation)
	}
	w.wantAccounts(t, 1)
	w.wantIn(t, held)
	w.wantPassword(t, false)

	// There are no rules of composition.
	for i, good := range []string{"all small letters", "94857360126", "\u00e4\u00f6\u00fc\u00df\u00e9\u00e8\u00ea\u00eb"} {
		_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: fmt.Sprintf("u%d@example.com", i), Password: good})
		wantCode(t, err, "")
	}
}
