package auth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Account is an account as the caller sees it.
type Account struct {
	domain.User
	Fields domain.Fields // that the caller may read; what others show is empty in User
}

// newAccountView returns u without what the caller may not read.
func newAccountView(u domain.User, fields domain.Fields) Account {
	if fields.HasAll() {
		return Account{u, fields}
	}
	shown := domain.User{ID: u.ID, Epoch: u.Epoch, Version: u.Version, CreatedAt: u.CreatedAt}
	for name, show := range map[string]func(){
		"email":       func() { shown.Email = u.Email },
		"password":    func() { shown.Password = u.Password },
		"status":      func() { shown.Status = u.Status },
		"role":        func() { shown.Role = u.Role },
		"first_name":  func() { shown.FirstName = u.FirstName },
		"last_name":   func() { shown.LastName = u.LastName },
		"language":    func() { shown.Language = u.Language },
		"token":       func() { shown.StaticToken = u.StaticToken },
		"tfa_secret":  func() { shown.TOTP = u.TOTP },
		"last_access": func() { shown.LastAccess = u.LastAccess },
	} {
		if fields.Has(name) {
			show()
		}
	}
	shown.Preferences = keptOnly(u.Preferences, fields.Has)
	return Account{shown, fields}
}

// OwnAccount returns one's own account: all of it is one's own to read.
func OwnAccount(u domain.User) Account {
	return Account{u, domain.AdministratorAccess().Fields(domain.CollectionUsers, domain.ActionRead)}
}

// userRecord shows an account to filters.
func userRecord(u domain.User) domain.Record {
	return func(field string) (string, bool) {
		value := port.UserField(field).Of(u)
		return value, value != ""
	}
}

// seenBy returns the account as the asker may read it: one's own whole.
func (a asker) seenBy(u domain.User) (Account, error) {
	if a.User == u.ID {
		return OwnAccount(u), nil
	}
	return a.listedFor(u)
}

// listedFor returns the account as permissions alone let the asker read it, which is how lists
// have every account.
func (a asker) listedFor(u domain.User) (Account, error) {
	fields, err := a.may(domain.CollectionUsers, domain.ActionRead, userRecord(u))
	if err != nil {
		return Account{}, err
	}
	return newAccountView(u, fields), nil
}

// afterChange returns accounts that the asker has changed. Of those that it may not read it is
// told the IDs.
func (a asker) afterChange(users []domain.User) []Account {
	shown := make([]Account, len(users))
	for i, u := range users {
		var err error
		if shown[i], err = a.seenBy(u); err != nil {
			shown[i] = newAccountView(u, domain.Fields{})
		}
	}
	return shown
}

// maxLookedAt bounds how many records are looked at for one who may read some of them only.
const maxLookedAt = 10_000

// lookPage is how many of them are read at a time.
const lookPage = 500

// usersFor finds those of the accounts that q means and that the asker may read. q has passed
// mayAskBy. Where a permission has a condition that stores know nothing of, they are asked for
// what it needs at least, and the rest is looked at here, page by page.
func (s *Service) usersFor(ctx context.Context, a asker, q port.UserQuery) ([]domain.User, error) {
	if !a.access.IsConditional(domain.CollectionUsers, domain.ActionRead) {
		return s.Repos.Users.Find(ctx, q)
	}
	limit, skip := q.Limit, max(q.Offset, 0)
	wanted, possible := narrowed(q.UserFilter, a.access.Needs(domain.CollectionUsers, domain.ActionRead, a.Caller))
	if limit < 1 || !possible {
		return nil, port.CheckUserQuery(q)
	}
	q.UserFilter, q.Limit = wanted, lookPage
	var found []domain.User
	for q.Offset = 0; q.Offset < maxLookedAt; q.Offset += lookPage {
		page, err := s.Repos.Users.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, u := range page {
			if _, err := a.may(domain.CollectionUsers, domain.ActionRead, userRecord(u)); err != nil {
				continue
			}
			if skip > 0 {
				skip--
				continue
			}
			if found = append(found, u); len(found) == limit {
				return found, nil
			}
		}
		if len(page) < lookPage {
			return found, nil
		}
	}
	return nil, errTooMany
}

// errTooMany says that too many records would have to be looked at.
var errTooMany = errors.New("too many records to look at")

// narrowed returns f with what a condition needs besides, and whether anything can match both.
func narrowed(f port.UserFilter, needs map[string]string) (port.UserFilter, bool) {
	if len(needs) == 0 {
		return f, true
	}
	equal := maps.Clone(f.Equal)
	if equal == nil {
		equal = map[port.UserField]string{}
	}
	for name, value := range needs {
		field := port.UserField(name)
		if !slices.Contains(port.UserFields(), field) {
			continue
		}
		if wanted, ok := f.Value(field); ok && wanted != value {
			return f, false
		}
		equal[field] = value
	}
	f.Equal = equal
	return f, true
}

// countFor counts the accounts that f means and that the asker may read.
func (s *Service) countFor(ctx context.Context, a asker, f port.UserFilter) (int, error) {
	if !a.access.IsConditional(domain.CollectionUsers, domain.ActionRead) {
		return s.Repos.Users.Count(ctx, f)
	}
	found, err := s.usersFor(ctx, a, port.UserQuery{UserFilter: f, Limit: maxLookedAt})
	return len(found), err
}

// askedBy returns the fields that a filter looks at.
func askedBy(f port.UserFilter) []string {
	var names []string
	for field := range f.Equal {
		names = append(names, string(field))
	}
	if f.Search != "" {
		names = append(names, "email", "first_name", "last_name")
	}
	return names
}

// fields returns what the patch writes.
func (patch AccountPatch) fields() []string {
	var names []string
	for name, isWritten := range map[string]bool{
		"first_name": patch.FirstName != nil,
		"last_name":  patch.LastName != nil,
		"language":   patch.Language != nil,
		"email":      patch.Email != nil,
		"password":   patch.Password != nil,
		"status":     patch.Status != nil,
		"role":       patch.Role != nil,
		"token":      patch.Token != nil,
	} {
		if isWritten {
			names = append(names, name)
		}
	}
	for name := range patch.Preferences {
		names = append(names, name)
	}
	slices.Sort(names) // so that of two mistakes always the same is told
	return names
}

// mayName refuses a patch of fields that the asker may write of no account, before anything of
// it is looked up.
func (a asker) mayName(action domain.Action, patch AccountPatch) error {
	if a.access.IsAdmin() {
		return nil
	}
	return mayWriteFields(a.access.Fields(domain.CollectionUsers, action), patch.fields())
}

func mayWriteFields(fields domain.Fields, names []string) error {
	for _, name := range names {
		if !fields.Has(name) {
			e := domain.NewError(domain.Forbidden, nil)
			e.Field = name
			return e
		}
	}
	return nil
}

// mayWrite refuses a patch unless each of its fields may be written of the account as it was and
// as it becomes: nobody writes an account out of its own reach. before is nil for a new one.
func (s *Service) mayWrite(ctx context.Context, a asker, action domain.Action, patch AccountPatch, before *domain.User, after domain.User) error {
	if a.access.IsAdmin() {
		return nil
	}
	states := []domain.User{after}
	if before != nil {
		states = append(states, *before)
	}
	for _, u := range states {
		fields, err := a.may(domain.CollectionUsers, action, userRecord(u))
		if err != nil {
			return err
		}
		if err := mayWriteFields(fields, patch.fields()); err != nil {
			return err
		}
		if err := s.leaveToAdministrators(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// mayRemove refuses to remove an account that the asker may not.
func (s *Service) mayRemove(ctx context.Context, a asker, u domain.User) error {
	if a.access.IsAdmin() {
		return nil
	}
	if _, err := a.may(domain.CollectionUsers, domain.ActionDelete, userRecord(u)); err != nil {
		return err
	}
	return s.leaveToAdministrators(ctx, u)
}

// leaveToAdministrators refuses everybody else an account that administrates.
func (s *Service) leaveToAdministrators(ctx context.Context, u domain.User) error {
	isAdmin, err := s.isAdministrator(ctx, s.Repos.Roles, u)
	switch {
	case err != nil:
		return unavailable(fmt.Errorf("find role: %w", err))
	case isAdmin:
		return forbidden(nil)
	}
	return nil
}

// isStillIn refuses to change the asker's own account, by permission, once what let them in is
// over.
func (a asker) isStillIn(p Principal, u domain.User) error {
	if a.access.IsAdmin() || p.Anonymous() || u.ID != p.User.ID {
		return nil
	}
	return p.isStillIn(u)
}

// told returns err, without the field that another account has the value of where the asker
// does not read that of every account.
func (a asker) told(err error) error {
	e, ok := errors.AsType[*domain.Error](err)
	if !ok || e.Code != domain.RecordNotUnique || a.mayAskBy(domain.CollectionUsers, e.Field) == nil {
		return err
	}
	unnamed := domain.NewError(domain.RecordNotUnique, e.Err)
	unnamed.Element = e.Element
	return unnamed
}
