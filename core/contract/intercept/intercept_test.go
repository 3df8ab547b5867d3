package intercept_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var errHook = errors.New("the hook says no")

func user(name string) domain.User {
	return domain.User{ID: domain.UserID(name), Email: domain.Email(name + "@example.com")}
}

// TestContract wants a store with hooks that do nothing to be as good as the one in it.
func TestContract(t *testing.T) {
	contract.RunStore(t, func(testing.TB) port.Store {
		var r intercept.Recorder
		return intercept.Store(refstore.New(), intercept.Hooks{Before: r.Hook, After: r.Hook})
	})
	contract.RunHasher(t, func(testing.TB) contract.HasherWorld {
		h := fakes.NewHasher(5)
		return contract.HasherWorld{
			Hasher: intercept.Hasher(h, intercept.Hooks{}), Weaker: fakes.NewHasher(2), Work: h.Work,
			Fill: func(testing.TB) func() { return h.Fill() },
		}
	})
	contract.RunTokens(t, func(testing.TB) contract.TokensWorld {
		tokens := fakes.NewTokens("the key", "sallyport")
		return contract.TokensWorld{
			Issuer: intercept.Issuer(tokens, intercept.Hooks{}), Verifier: intercept.Verifier(tokens, intercept.Hooks{}),
			Asserter: intercept.Asserter(tokens, intercept.Hooks{}),
			ReadAssertion: func(_ testing.TB, token, audience string, now time.Time) (domain.Assertion, error) {
				return tokens.ReadAssertion(token, audience, now)
			},
			OtherKey:       fakes.NewTokens("another key", "sallyport"),
			OtherIssuer:    fakes.NewTokens("the key", "somebody else"),
			Unsigned:       func(_ testing.TB, c domain.Claims) string { return tokens.Unsigned(c) },
			OtherAlgorithm: func(_ testing.TB, c domain.Claims) string { return tokens.Signed("hs512", c) },
		}
	})
}

// callAll calls every method of every port once, in the order of allMethods.
func callAll(ctx context.Context, h intercept.Hooks) {
	s := intercept.Store(refstore.New(), h)
	users, roles, sessions, limiter, events := s.Repos().Users, s.Repos().Roles, s.Sessions(), s.Limiter(), s.Events()
	now := time.Unix(0, 0)
	_ = users.Create(ctx, user("ann"))
	_, _ = users.ByID(ctx, "ann")
	_, _ = users.ByEmail(ctx, "ann@example.com")
	_, _ = users.ByStaticToken(ctx, domain.SecretHash{})
	_, _ = users.List(ctx, "", 1)
	_, _ = users.Find(ctx, port.UserQuery{})
	_, _ = users.Count(ctx, port.UserFilter{})
	_, _ = users.Update(ctx, user("ann"))
	_ = users.Touch(ctx, "ann", now)
	_ = users.Delete(ctx, "ann", 2)
	_ = roles.Create(ctx, domain.Role{ID: "role"})
	_ = roles.Reserve(ctx, "role")
	_, _ = roles.ByID(ctx, "role")
	identities := s.Repos().Identities
	_ = identities.Link(ctx, domain.Identity{})
	_, _ = identities.Find(ctx, "", "")
	_, _ = identities.OfUser(ctx, "ann")
	_ = identities.Unlink(ctx, "", "")
	tokens, queue := s.Repos().OneTimeTokens, s.Repos().MailQueue
	_ = tokens.Put(ctx, domain.OneTimeToken{ExpiresAt: now.Add(time.Hour)})
	_, _ = tokens.Get(ctx, "", domain.SecretHash{}, now)
	_, _ = tokens.Consume(ctx, "", domain.SecretHash{}, now)
	_ = tokens.SpendUser(ctx, "ann", "")
	_, _ = tokens.Prune(ctx, now, 1)
	_ = queue.Put(ctx, domain.Letter{ID: "letter", Due: now, ExpiresAt: now.Add(time.Hour)})
	leases, _ := queue.Claim(ctx, now, now.Add(time.Minute), 1)
	for _, l := range append(leases, port.Lease{})[:1] {
		_ = queue.Retry(ctx, l, now)
		_ = queue.Done(ctx, l)
	}
	_ = sessions.Create(ctx, domain.Session{ID: "session"})
	_, _ = sessions.Get(ctx, "session", now)
	_, _ = sessions.List(ctx, "ann", now, 1)
	_, _ = sessions.Rotate(ctx, port.Rotation{ID: "session"})
	_, _ = sessions.EndReused(ctx, "session", domain.SecretHash{})
	_ = sessions.Delete(ctx, "session")
	_ = sessions.DeleteUser(ctx, "ann", "")
	_, _ = sessions.Prune(ctx, now, 1)
	_, _ = limiter.Take(ctx, "key", port.Limit{Burst: 1, Every: time.Second}, now)
	_ = limiter.Refund(ctx, "key", port.Limit{Burst: 1, Every: time.Second}, now)
	_ = limiter.Reset(ctx, "key")
	_, _ = limiter.Prune(ctx, now, 1)
	_ = events.Record(ctx, domain.Event{ID: "event"})
	_, _ = events.List(ctx, "", 1)
	keys := s.SigningKeys()
	_ = keys.Create(ctx, domain.SigningKey{ID: "key"})
	_, _ = keys.List(ctx)
	_ = keys.Delete(ctx, "key")
	_ = s.Do(ctx, func(context.Context, port.Repos) error { return nil })
	_ = s.Ping(ctx)
	_ = s.Close()

	hasher := intercept.Hasher(fakes.NewHasher(1), h)
	_, _ = hasher.Hash(ctx, "password")
	_, _, _ = hasher.Verify(ctx, "", "password")
	_, _ = intercept.PasswordChecker(fakes.NewPasswordChecker(port.PasswordBreached), h).Check(ctx, port.PasswordCandidate{})
	access := fakes.NewTokens("the key", "sallyport")
	_, _ = intercept.Issuer(access, h).Issue(ctx, domain.Claims{})
	_, _ = intercept.Asserter(access, h).Assert(ctx, domain.Assertion{})
	_, _ = intercept.Verifier(access, h).Verify(ctx, "", now)
	_ = intercept.Mailer(&fakes.Mailbox{}, h).Send(ctx, domain.Mail{})
	provider := intercept.OAuthProvider(fakes.NewOAuthProvider("GitHub"), h)
	_, _ = provider.AuthURL(ctx, port.AuthRequest{})
	_, _ = provider.Exchange(ctx, port.Callback{})
	_, _, _, _ = intercept.MailComposer(fakes.Composer{}, h).Compose(ctx, port.MailContent{Kind: domain.LetterPasswordReset})
}

func allMethods() []string {
	return []string{
		"Users.Create", "Users.ByID", "Users.ByEmail", "Users.ByStaticToken", "Users.List",
		"Users.Find", "Users.Count", "Users.Update", "Users.Touch", "Users.Delete",
		"Roles.Create", "Roles.Reserve", "Roles.ByID",
		"Identities.Link", "Identities.Find", "Identities.OfUser", "Identities.Unlink",
		"OneTimeTokens.Put", "OneTimeTokens.Get", "OneTimeTokens.Consume", "OneTimeTokens.SpendUser", "OneTimeTokens.Prune",
		"MailQueue.Put", "MailQueue.Claim", "MailQueue.Retry", "MailQueue.Done",
		"Sessions.Create", "Sessions.Get", "Sessions.List", "Sessions.Rotate", "Sessions.EndReused", "Sessions.Delete",
		"Sessions.DeleteUser", "Sessions.Prune",
		"Limiter.Take", "Limiter.Refund", "Limiter.Reset", "Limiter.Prune",
		"Events.Record", "Events.List", "SigningKeys.Create", "SigningKeys.List", "SigningKeys.Delete",
		"UnitOfWork.Do", "Store.Ping", "Store.Close",
		"Hasher.Hash", "Hasher.Verify", "PasswordChecker.Check", "Issuer.Issue", "Asserter.Assert", "Verifier.Verify",
		"Mailer.Send", "OAuthProvider.AuthURL", "OAuthProvider.Exchange", "MailComposer.Compose",
	}
}

func TestRecorder(t *testing.T) {
	t.Run("it sees every call, in order", func(t *testing.T) {
		var r intercept.Recorder
		callAll(t.Context(), intercept.Hooks{Before: r.Hook})
		if got, want := r.Calls(), allMethods(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("it sees calls inside a unit of work", func(t *testing.T) {
		var r intercept.Recorder
		s := intercept.Store(refstore.New(), intercept.Hooks{Before: r.Hook})
		err := s.Do(t.Context(), func(ctx context.Context, repos port.Repos) error {
			return errors.Join(repos.Users.Create(ctx, user("ann")), repos.Roles.Create(ctx, domain.Role{ID: "role"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := r.Calls(), []string{"UnitOfWork.Do", "Users.Create", "Roles.Create"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("it forgets", func(t *testing.T) {
		var r intercept.Recorder
		callAll(t.Context(), intercept.Hooks{Before: r.Hook})
		r.Reset()
		if got := r.Calls(); len(got) != 0 {
			t.Errorf("got %q, want none", got)
		}
	})
}

func TestBefore(t *testing.T) {
	t.Run("its error is returned and the call is not made", func(t *testing.T) {
		inner := refstore.New()
		s := intercept.Store(inner, intercept.Hooks{Before: intercept.FailMethod("Users.Create", errHook)})
		if err := s.Repos().Users.Create(t.Context(), user("ann")); !errors.Is(err, errHook) {
			t.Errorf("got error %v, want %v", err, errHook)
		}
		if _, err := inner.Repos().Users.ByID(t.Context(), "ann"); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want %v", err, port.ErrNotFound)
		}
	})
	t.Run("its error inside a unit of work rolls back though fn swallows it", func(t *testing.T) {
		inner := refstore.New()
		s := intercept.Store(inner, intercept.Hooks{Before: intercept.FailMethod("Roles.Create", errHook)})
		err := s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			if err := r.Users.Create(ctx, user("ann")); err != nil {
				return err
			}
			_ = r.Roles.Create(ctx, domain.Role{ID: "role"})
			return nil
		})
		if !errors.Is(err, errHook) {
			t.Errorf("got error %v, want %v", err, errHook)
		}
		if _, err := inner.Repos().Users.ByID(t.Context(), "ann"); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want %v", err, port.ErrNotFound)
		}
	})
}

func TestAfter(t *testing.T) {
	t.Run("the call is made and its answer is lost", func(t *testing.T) {
		inner := refstore.New()
		s := intercept.Store(inner, intercept.Hooks{After: intercept.FailMethod("UnitOfWork.Do", errHook)})
		err := s.Do(t.Context(), func(ctx context.Context, r port.Repos) error { return r.Users.Create(ctx, user("ann")) })
		if !errors.Is(err, errHook) {
			t.Errorf("got error %v, want %v", err, errHook)
		}
		if _, err := inner.Repos().Users.ByID(t.Context(), "ann"); err != nil {
			t.Errorf("got error %v, want the user to be there", err)
		}
	})
	t.Run("no value comes with the error", func(t *testing.T) {
		h := intercept.Hasher(fakes.NewHasher(1), intercept.Hooks{After: intercept.FailMethod("Hasher.Hash", errHook)})
		if got, err := h.Hash(t.Context(), "password"); got != "" || !errors.Is(err, errHook) {
			t.Errorf("got %q and error %v, want nothing and %v", got, err, errHook)
		}
	})
	t.Run("it is not called when the call fails", func(t *testing.T) {
		s := intercept.Store(refstore.New(), intercept.Hooks{After: intercept.FailMethod("Users.ByID", errHook)})
		if _, err := s.Repos().Users.ByID(t.Context(), "nobody"); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want %v", err, port.ErrNotFound)
		}
	})
}

func TestFailNth(t *testing.T) {
	t.Run("each call fails once as n goes up", func(t *testing.T) {
		var failed []string
		for n := 1; ; n++ {
			nth := intercept.FailNth(n, errHook)
			callAll(t.Context(), intercept.Hooks{Before: func(ctx context.Context, method string) error {
				err := nth.Hook(ctx, method)
				if err != nil {
					failed = append(failed, method)
				}
				return err
			}})
			if !nth.Fired() {
				break
			}
		}
		if want := allMethods(); !slices.Equal(failed, want) {
			t.Errorf("got %q, want %q", failed, want)
		}
	})
}

func TestChain(t *testing.T) {
	t.Run("the first error ends it", func(t *testing.T) {
		var before, behind intercept.Recorder
		hook := intercept.Chain(before.Hook, intercept.FailMethod("Store.Ping", errHook), behind.Hook)
		s := intercept.Store(refstore.New(), intercept.Hooks{Before: hook})
		if err := s.Ping(t.Context()); !errors.Is(err, errHook) {
			t.Errorf("got error %v, want %v", err, errHook)
		}
		if err := s.Close(); err != nil {
			t.Errorf("got error %v, want none", err)
		}
		if got, want := before.Calls(), []string{"Store.Ping", "Store.Close"}; !slices.Equal(got, want) {
			t.Errorf("in front of the failure: got %q, want %q", got, want)
		}
		if got, want := behind.Calls(), []string{"Store.Close"}; !slices.Equal(got, want) {
			t.Errorf("behind it: got %q, want %q", got, want)
		}
	})
}
