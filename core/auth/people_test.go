package auth_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// administrator makes an account that administrates, and returns it as the caller of a
// session.
func (w world) administrator(t testing.TB, email string) auth.Principal {
	t.Helper()
	if _, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: email, Password: password, Admin: true}); err != nil {
		t.Fatal(err)
	}
	held, err := w.tryLogin(t, email, password, domain.ModeJSON)
	wantCode(t, err, "")
	return w.authenticate(t, held)
}

// byAdministrator returns the changes of Ann's account that an administrator may make and that
// end her sessions.
func byAdministrator() map[string]func(t *testing.T, w world) error {
	update := func(patch auth.AccountPatch) func(*testing.T, world) error {
		return func(t *testing.T, w world) error {
			root := w.administrator(t, "root@example.com")
			_, err := w.service.UpdateAccount(t.Context(), root, annID, patch, domain.Client{})
			return err
		}
	}
	return map[string]func(*testing.T, world) error{
		"administrator, password": update(auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}}),
		"administrator, address":  update(auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("anna@example.com")}}),
		"administrator, among others": func(t *testing.T, w world) error {
			root := w.administrator(t, "root@example.com")
			_, err := w.service.UpdateAccounts(t.Context(), root, []auth.AccountUpdate{
				{root.User.ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{LastName: new("Root")}}},
				{annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}}},
			}, domain.Client{})
			return err
		},
	}
}

func TestAnAdministratorSuspendsAndDeletes(t *testing.T) {
	for name, act := range map[string]func(t *testing.T, w world, root auth.Principal) error{
		"suspends": func(t *testing.T, w world, root auth.Principal) error {
			_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Status: new(domain.StatusSuspended)}, domain.Client{})
			return err
		},
		"suspends, and takes back": func(t *testing.T, w world, root auth.Principal) error {
			for _, status := range []domain.Status{domain.StatusArchived, domain.StatusActive} {
				if _, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Status: &status}, domain.Client{}); err != nil {
					return err
				}
			}
			return nil
		},
		"deletes": func(t *testing.T, w world, root auth.Principal) error {
			return w.service.DeleteAccount(t.Context(), root, annID, domain.Client{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var v valve
			w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			root := w.administrator(t, "root@example.com")
			w.forgot(t, annEmail)
			w.deliver(t)
			token := w.resetToken(t)
			var all []auth.Tokens
			for _, mode := range allModes() {
				all = append(all, w.login(t, mode))
			}
			v.set(intercept.Hooks{Before: intercept.FailMethod("Sessions.DeleteUser", errBroken)})
			wantCode(t, act(t, w, root), "")
			for _, held := range all {
				w.wantOut(t, held)
				w.wantRefused(t, held)
			}
			wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), domain.Forbidden)
		})
	}
	t.Run("nobody who is gone gets the mail that was asked for before", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		root := w.administrator(t, "root@example.com")
		held := w.login(t, domain.ModeJSON)
		w.forgot(t, annEmail)
		wantCode(t, w.service.DeleteAccount(t.Context(), root, annID, domain.Client{}), "")
		if got := w.deliver(t); got.Sent != 0 || got.Dropped != 1 {
			t.Errorf("got %+v, want the letter dropped", got)
		}
		if _, err := w.store.Sessions().Get(t.Context(), w.sessionOf(t, held), w.clock.Now()); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got %v, want no session", err)
		}
	})
}

// sessionOf returns the ID of the session that the access token names.
func (w world) sessionOf(t testing.TB, held auth.Tokens) domain.SessionID {
	t.Helper()
	claims, err := w.ports.Verifier.Verify(t.Context(), held.Access, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return claims.Session
}

func TestWhatAnAdministratorDoesIsRecordedWithBoth(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	root := w.administrator(t, "root@example.com")
	before := len(w.events(t))
	w.clock.Advance(time.Second) // events of one millisecond have no order
	patch := auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(newPassword), Email: new("anna@example.com")}}
	_, err := w.service.UpdateAccount(t.Context(), root, annID, patch, forged)
	wantCode(t, err, "")
	wantCode(t, w.service.DeleteAccount(t.Context(), root, annID, forged), "")
	made, err := w.service.CreateAccounts(t.Context(), root, []auth.AccountPatch{
		{ProfilePatch: auth.ProfilePatch{Email: new("bob@example.com")}},
		{ProfilePatch: auth.ProfilePatch{Email: new("cid@example.com")}},
	}, forged)
	wantCode(t, err, "")
	want := map[string][]domain.UserID{
		domain.EventUserUpdated:     {annID},
		domain.EventPasswordChanged: {annID},
		domain.EventEmailChanged:    {annID},
		domain.EventUserDeleted:     {annID},
		domain.EventUserCreated:     {made[0].ID, made[1].ID},
	}
	got := map[string][]domain.UserID{}
	for _, e := range w.events(t)[before:] {
		got[e.Kind] = append(got[e.Kind], e.Subject)
		if e.Actor != root.User.ID || e.Outcome != domain.OutcomeSuccess || e.Client != forged.Bounded() {
			t.Errorf("got %+v, want it by the administrator, and from where", e)
		}
	}
	for kind := range want {
		slices.Sort(got[kind])
		slices.Sort(want[kind])
		if !slices.Equal(got[kind], want[kind]) {
			t.Errorf("%s: got %q, want %q", kind, got[kind], want[kind])
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// askedUsers notes how many accounts are asked for.
type askedUsers struct {
	port.Users
	limit *int
}

func (a askedUsers) Find(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
	*a.limit = q.Limit
	return a.Users.Find(ctx, q)
}

// askedEvents notes how many events are asked for.
type askedEvents struct {
	port.Events
	limit *int
}

func (a askedEvents) Latest(ctx context.Context, f port.EventFilter, offset, limit int) ([]domain.Event, error) {
	*a.limit = limit
	return a.Events.Latest(ctx, f, offset, limit)
}

func (a askedEvents) List(ctx context.Context, after string, limit int) ([]domain.Event, error) {
	*a.limit = limit
	return a.Events.List(ctx, after, limit)
}

// Red when ListAccounts, LatestActivity or ActivityAfter passes on the limit that it is given.
func TestNobodyListsMoreThanTheMost(t *testing.T) {
	var limit int
	w := newWorld(t, auth.DefaultSettings(), func(p *auth.Ports) {
		p.Repos.Users, p.Events = askedUsers{p.Repos.Users, &limit}, askedEvents{p.Events, &limit}
	})
	root := w.administrator(t, "root@example.com")
	for name, list := range map[string]struct {
		of   func(limit int) error
		most int
	}{
		"accounts": {func(limit int) error {
			_, err := w.service.ListAccounts(t.Context(), root, port.UserQuery{Limit: limit})
			return err
		}, auth.MaxListedAccounts},
		"events": {func(limit int) error {
			_, err := w.service.Activity(t.Context(), root, auth.ActivityQuery{Limit: limit})
			return err
		}, auth.MaxActivity},
		"events as they come": {func(limit int) error {
			_, err := w.service.ActivityAfter(t.Context(), "", limit)
			return err
		}, auth.MaxActivity},
	} {
		for asked, want := range map[int]int{list.most + 1: list.most, list.most: list.most, 1: 1} {
			if wantCode(t, list.of(asked), ""); limit != want {
				t.Errorf("%s: %d are asked of the store for %d, want %d", name, limit, asked, want)
			}
		}
	}
}

// Red when CreateAccounts or UpdateAccounts loses checkPasswordCount, or has it after the hashes.
func TestSoManyPasswordsAsCanBeHashedInTimeAreSetAtOnce(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	root := w.administrator(t, "root@example.com")
	create := func(from, passwords, others int) ([]auth.Account, error) {
		var patches []auth.AccountPatch
		for n := range passwords + others {
			patch := auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(fmt.Sprintf("u%d@example.com", from+n))}}
			if n < passwords {
				patch.Password = new(newPassword)
			}
			patches = append(patches, patch)
		}
		return w.service.CreateAccounts(t.Context(), root, patches, domain.Client{})
	}
	wantRefused := func(err error, work int64) {
		t.Helper()
		if failure := wantCode(t, err, domain.InvalidPayload); failure.Field != "password" {
			t.Errorf("got field %q, want password", failure.Field)
		}
		if got := w.hasher.Work() - work; got != 0 {
			t.Errorf("got %d rounds of hashing, want none", got)
		}
	}
	work := w.hasher.Work()
	_, err := create(0, auth.MaxChangedPasswords+1, 0)
	wantRefused(err, work)
	_, err = create(0, 0, auth.MaxChangedAccounts)
	wantCode(t, err, "")
	made, err := create(100, auth.MaxChangedPasswords, 1)
	wantCode(t, err, "")

	var updates []auth.AccountUpdate
	for _, user := range made {
		updates = append(updates, auth.AccountUpdate{user.ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(password)}}})
	}
	work = w.hasher.Work()
	_, err = w.service.UpdateAccounts(t.Context(), root, updates, domain.Client{})
	wantRefused(err, work)
	_, err = w.service.UpdateAccounts(t.Context(), root, updates[1:], domain.Client{})
	wantCode(t, err, "")
}

// Red when storeAll's Work.Do is gone, or checkCount.
func TestSeveralAccountsAreChangedAllOrNone(t *testing.T) {
	type accounts struct {
		world
		root, ann, bob domain.UserID
		as             auth.Principal
	}
	seed := func(t *testing.T) accounts {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		root := w.administrator(t, "root@example.com")
		bob, err := w.service.CreateAccount(t.Context(), root, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("bob@example.com")}}, domain.Client{})
		wantCode(t, err, "")
		return accounts{w, root.User.ID, annID, bob.ID, root}
	}
	snapshot := func(t *testing.T, w world) string {
		t.Helper()
		users, err := w.store.Repos().Users.List(t.Context(), "", 100)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, u := range users {
			text.WriteString(string(u.ID) + string(u.Email) + u.LastName + string(u.Role) + string(u.Status) + u.Password + "\n")
		}
		return text.String()
	}
	named := func(name string) auth.AccountPatch {
		return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{LastName: &name}}
	}
	with := func(email string) auth.AccountPatch {
		return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: &email}}
	}
	update := func(updates ...auth.AccountUpdate) func(*testing.T, accounts) error {
		return func(t *testing.T, w accounts) error {
			users, err := w.service.UpdateAccounts(t.Context(), w.as, updates, domain.Client{})
			if err != nil && users != nil {
				t.Error("got accounts beside an error")
			}
			return err
		}
	}
	const nobody domain.UserID = "0195f2c6-7d7e-7a10-8000-00000000ffff"
	for name, test := range map[string]struct {
		act  func(t *testing.T, w accounts) error
		want domain.Code
	}{
		"make: the second has an address that is taken": {func(t *testing.T, w accounts) error {
			_, err := w.service.CreateAccounts(t.Context(), w.as, []auth.AccountPatch{with("new@example.com"), with("ANN@example.com")}, domain.Client{})
			return err
		}, domain.RecordNotUnique},
		"make: both have one address": {func(t *testing.T, w accounts) error {
			_, err := w.service.CreateAccounts(t.Context(), w.as, []auth.AccountPatch{with("new@example.com"), with("NEW@example.com")}, domain.Client{})
			return err
		}, domain.RecordNotUnique},
		"make: the second has a bad password": {func(t *testing.T, w accounts) error {
			second := with("other@example.com")
			second.Password = new("short")
			_, err := w.service.CreateAccounts(t.Context(), w.as, []auth.AccountPatch{with("new@example.com"), second}, domain.Client{})
			return err
		}, domain.FailedValidation},
		"make: none": {func(t *testing.T, w accounts) error {
			_, err := w.service.CreateAccounts(t.Context(), w.as, nil, domain.Client{})
			return err
		}, domain.InvalidPayload},
		"make: too many": {func(t *testing.T, w accounts) error {
			_, err := w.service.CreateAccounts(t.Context(), w.as, make([]auth.AccountPatch, auth.MaxChangedAccounts+1), domain.Client{})
			return err
		}, domain.InvalidPayload},
		"change: the second is not there": {update(auth.AccountUpdate{annID, named("Archer")}, auth.AccountUpdate{nobody, named("Archer")}), domain.Forbidden},
		"change: the second is refused":   {update(auth.AccountUpdate{annID, named("Archer")}, auth.AccountUpdate{annID + "x", named("Archer")}), domain.Forbidden},
		"change: one twice":               {update(auth.AccountUpdate{annID, named("Archer")}, auth.AccountUpdate{annID, named("Baker")}), domain.InvalidPayload},
		"change: both to one address": {func(t *testing.T, w accounts) error {
			return update(auth.AccountUpdate{w.ann, with("new@example.com")}, auth.AccountUpdate{w.bob, with("new@example.com")})(t, w)
		}, domain.RecordNotUnique},
		"change: the last administrator among others": {func(t *testing.T, w accounts) error {
			out := auth.AccountPatch{Status: new(domain.StatusSuspended)}
			return update(auth.AccountUpdate{w.ann, out}, auth.AccountUpdate{w.root, out})(t, w)
		}, domain.UnprocessableContent},
		"remove: the last administrator among others": {func(t *testing.T, w accounts) error {
			return w.service.DeleteAccounts(t.Context(), w.as, []domain.UserID{w.bob, w.root, w.ann}, domain.Client{})
		}, domain.UnprocessableContent},
		"remove: the second is not there": {func(t *testing.T, w accounts) error {
			return w.service.DeleteAccounts(t.Context(), w.as, []domain.UserID{w.bob, nobody}, domain.Client{})
		}, domain.Forbidden},
		"remove: none": {func(t *testing.T, w accounts) error {
			return w.service.DeleteAccounts(t.Context(), w.as, nil, domain.Client{})
		}, domain.InvalidPayload},
		"by nobody": {func(t *testing.T, w accounts) error {
			return w.service.DeleteAccounts(t.Context(), auth.Principal{}, []domain.UserID{w.bob}, domain.Client{})
		}, domain.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			w := seed(t)
			before, events := snapshot(t, w.world), len(w.events(t))
			wantCode(t, test.act(t, w), test.want)
			if got := snapshot(t, w.world); got != before {
				t.Errorf("got accounts\n%swant those of before\n%s", got, before)
			}
			if got := len(w.events(t)); got != events {
				t.Errorf("got %d events, want none", got-events)
			}
		})
	}
	t.Run("in the order that was asked for", func(t *testing.T) {
		w := seed(t)
		users, err := w.service.UpdateAccounts(t.Context(), w.as, []auth.AccountUpdate{{w.bob, named("Baker")}, {w.ann, named("Archer")}}, domain.Client{})
		if wantCode(t, err, ""); len(users) != 2 || users[0].LastName != "Baker" || users[1].LastName != "Archer" {
			t.Errorf("got %+v, want Baker and Archer", users)
		}
		wantCode(t, w.service.DeleteAccounts(t.Context(), w.as, []domain.UserID{w.bob, w.ann}, domain.Client{}), "")
		if got := strings.Count(snapshot(t, w.world), "\n"); got != 1 {
			t.Errorf("%d accounts are left, want that of the administrator", got)
		}
	})
	t.Run("one administrator takes the place of another", func(t *testing.T) {
		w := seed(t)
		_, err := w.service.UpdateAccounts(t.Context(), w.as, []auth.AccountUpdate{
			{w.root, auth.AccountPatch{Role: new(domain.RoleID(""))}},
			{w.ann, auth.AccountPatch{Role: new(domain.AdministratorRole)}},
		}, domain.Client{})
		wantCode(t, err, "")
	})
	t.Run("from what another change has left of one of them", func(t *testing.T) {
		var v valve
		w := seed(t)
		w.service = auth.New(func() auth.Ports {
			ports := w.ports
			intercepted(v.hooks())(&ports)
			return ports
		}(), auth.DefaultSettings(), newKeys(t, dataKey))
		v.set(intercept.Hooks{Before: once("UnitOfWork.Do", func() {
			w.changeAnn(t, func(u *domain.User) { u.FirstName = "Anna" })
		})})
		users, err := w.service.UpdateAccounts(t.Context(), w.as, []auth.AccountUpdate{{w.bob, named("Baker")}, {w.ann, named("Archer")}}, domain.Client{})
		wantCode(t, err, "")
		if users[1].FirstName != "Anna" || users[1].LastName != "Archer" || users[0].LastName != "Baker" {
			t.Errorf("got %+v, want both changes", users)
		}
	})
}

// Red when leftRoles finds none, and when keepAdministrators does not count. That two
// reservations of one role wait for each other is for the kit of the stores.
func TestTheLastAdministratorStaysWhoeverIsFaster(t *testing.T) {
	for range 20 {
		w := newWorld(t, auth.DefaultSettings())
		principals := []auth.Principal{w.administrator(t, "a@example.com"), w.administrator(t, "b@example.com"), w.administrator(t, "c@example.com")}
		w.clock.Advance(time.Second)
		errs := race(3, func(i int) error {
			of := principals[(i+1)%3].User.ID
			switch i {
			case 0:
				return w.service.DeleteAccount(t.Context(), principals[i], of, domain.Client{})
			case 1:
				_, err := w.service.UpdateAccount(t.Context(), principals[i], of, auth.AccountPatch{Status: new(domain.StatusArchived)}, domain.Client{})
				return err
			}
			_, err := w.service.UpdateAccounts(t.Context(), principals[i], []auth.AccountUpdate{{of, auth.AccountPatch{Role: new(domain.RoleID(""))}}}, domain.Client{})
			return err
		})
		left, err := w.store.Repos().Users.Count(t.Context(), port.UserFilter{Equal: map[port.UserField]string{
			port.UserFieldRole: string(domain.AdministratorRole), port.UserFieldStatus: string(domain.StatusActive),
		}})
		if err != nil || left != 3-countCodes(errs, "") || left < 1 {
			t.Fatalf("got %d administrators and errors %v, %v", left, errs, err)
		}
	}
}
