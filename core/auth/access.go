package auth

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// accessAge is how long an instance goes by the permissions and roles that it has read, so that
// what another instance has changed counts there after that long at the latest. What it changes
// itself counts at once.
const accessAge = time.Second

// rights are the roles and permissions as they were at one moment, ready to be asked.
type rights struct {
	at     time.Time
	roles  map[domain.RoleID]domain.Role
	rows   []domain.Permission
	byRole map[domain.RoleID]domain.Access
}

// rightsCache keeps the rights that were read last. The zero value is ready for use, and safe
// for concurrent use.
type rightsCache struct {
	loading sync.Mutex // held by the one who reads; the others wait for what it finds

	mu      sync.RWMutex
	known   *rights // nil: none
	changes int64   // how often they were forgotten
}

// get returns the rights that are known and not too old, or nil, and how often they were
// forgotten until now.
func (c *rightsCache) get(now time.Time) (*rights, int64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.known == nil || now.Before(c.known.at) || now.Sub(c.known.at) >= accessAge {
		return nil, c.changes
	}
	return c.known, c.changes
}

// put keeps r unless something has changed since the moment at which there were that many
// changes: it may have been read before.
func (c *rightsCache) put(r *rights, changes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == changes {
		c.known = r
	}
}

func (c *rightsCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = nil
	c.changes++
}

// rights returns what every role may do. Not to find out is an error and no answer: nobody is
// let in, or shut out, by permissions that may have changed.
func (s *Service) rights(ctx context.Context) (*rights, error) {
	if r, _ := s.known.get(s.Clock.Now()); r != nil {
		return r, nil
	}
	s.known.loading.Lock()
	defer s.known.loading.Unlock()
	r, changes := s.known.get(s.Clock.Now())
	if r != nil {
		return r, nil
	}
	r, err := s.readRights(ctx)
	if err != nil {
		return nil, unavailable(fmt.Errorf("read permissions: %w", err))
	}
	s.known.put(r, changes)
	return r, nil
}

func (s *Service) readRights(ctx context.Context) (*rights, error) {
	r := &rights{at: s.Clock.Now(), roles: map[domain.RoleID]domain.Role{}}
	roles, err := s.Repos.Roles.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		r.roles[role.ID] = role
	}
	if r.rows, err = s.Repos.Permissions.List(ctx); err != nil {
		return nil, err
	}
	r.byRole = s.compiled(ctx, r.rows)
	return r, nil
}

// compiled returns what each role may do by the rows: as it was compiled before, as long as
// they are the same.
func (s *Service) compiled(ctx context.Context, rows []domain.Permission) map[domain.RoleID]domain.Access {
	s.known.mu.RLock()
	before := s.known.known
	s.known.mu.RUnlock()
	if before != nil && slices.EqualFunc(before.rows, rows, samePermission) {
		return before.byRole
	}
	byRole := map[domain.RoleID][]domain.Permission{}
	for _, p := range rows {
		byRole[p.Role] = append(byRole[p.Role], p)
	}
	compiled := map[domain.RoleID]domain.Access{}
	for role, of := range byRole {
		access, err := domain.CompileAccess(of)
		if err != nil { // as an import may leave one
			s.Log.ErrorContext(ctx, "a permission allows nothing, since it cannot be read", "role", role, "error", err)
		}
		compiled[role] = access
	}
	return compiled
}

func samePermission(a, b domain.Permission) bool {
	return a.ID == b.ID && a.Role == b.Role && a.Collection == b.Collection && a.Action == b.Action &&
		a.Filter == b.Filter && slices.Equal(a.Fields, b.Fields)
}

// asker is who asks, and what it may do.
type asker struct {
	access domain.Access
	domain.Caller
}

// asker returns what the caller may do. Whether its role administrates is read each time, so
// that one who has lost that can do nothing more.
func (s *Service) asker(ctx context.Context, p Principal) (asker, error) {
	a := asker{Caller: domain.Caller{User: p.User.ID, Role: p.User.Role}}
	if !p.Anonymous() {
		role, err := s.roleOf(ctx, p.User)
		if err != nil {
			return asker{}, unavailable(fmt.Errorf("find role: %w", err))
		}
		if role.Admin {
			a.access = domain.AdministratorAccess()
			return a, nil
		}
	}
	known, err := s.rights(ctx)
	if err != nil {
		return asker{}, err
	}
	a.access = known.byRole[p.User.Role]
	return a, nil
}

// who returns what the caller may do, or FORBIDDEN where the action may be done to no record of
// the collection.
func (s *Service) who(ctx context.Context, p Principal, collection string, action domain.Action) (asker, error) {
	a, err := s.asker(ctx, p)
	if err != nil {
		return asker{}, err
	}
	if !a.access.Allows(collection, action) {
		return asker{}, forbidden(nil)
	}
	return a, nil
}

// may returns the fields that the action may read or write of the record, or FORBIDDEN where
// it may not be done to it.
func (a asker) may(collection string, action domain.Action, r domain.Record) (domain.Fields, error) {
	fields, ok := a.access.FieldsOf(collection, action, r, a.Caller)
	if !ok {
		return domain.Fields{}, forbidden(nil)
	}
	return fields, nil
}

// mayAskBy refuses to find or sort records by fields that the caller does not read of every one
// of them: which are found, and in which order, would tell what they hold.
func (a asker) mayAskBy(collection string, fields ...string) error {
	everywhere := a.access.Everywhere(collection, domain.ActionRead)
	for _, name := range fields {
		if !everywhere.Has(name) {
			return forbidden(nil)
		}
	}
	return nil
}

// RequireAccess implements PermissionsAPI.
func (s *Service) RequireAccess(ctx context.Context, p Principal, collection string, action domain.Action) error {
	_, err := s.who(ctx, p, collection, action)
	return err
}

// isAdministrator reports whether the account's role administrates. Such accounts are for
// administrators alone, whatever a permission says: to change one is to become one.
func (s *Service) isAdministrator(ctx context.Context, roles port.Roles, u domain.User) (bool, error) {
	if u.Role == "" {
		return false, nil
	}
	role, err := roles.ByID(ctx, u.Role)
	if isNotFound(err) {
		return false, nil
	}
	return role.Admin, err
}
