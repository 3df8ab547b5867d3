package memory

import (
	"maps"
	"slices"
	"sync"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// accounts holds what units of work can touch. Whoever writes holds the turn while it
// prepares a draft, and mu only for the moment in which the draft is taken over, so that
// readers see all of a unit or nothing of it and never wait for one.
type accounts struct {
	turn chan struct{} // holds one element while somebody writes; a channel, so that waiting can end

	mu      sync.RWMutex
	users   map[domain.UserID]domain.User
	byEmail map[string]domain.UserID // by Email.Key
	userIDs []domain.UserID          // sorted
	roles   map[domain.RoleID]domain.Role
	tokens  map[domain.SecretHash]tokenRecord
	letters map[string]letterRecord // by ID
}

func newAccounts() *accounts {
	return &accounts{
		turn:    make(chan struct{}, 1),
		users:   map[domain.UserID]domain.User{},
		byEmail: map[string]domain.UserID{},
		roles:   map[domain.RoleID]domain.Role{},
		tokens:  map[domain.SecretHash]tokenRecord{},
		letters: map[string]letterRecord{},
	}
}

// draft is what one writer would change. It reads through to the accounts, which stay as
// they are as long as the writer has the turn.
type draft struct {
	base    *accounts
	users   map[domain.UserID]domain.User
	byEmail map[string]*domain.UserID // nil where the address has become free
	newIDs  []domain.UserID           // sorted
	roles   map[domain.RoleID]domain.Role
	tokens  *overlay[domain.SecretHash, tokenRecord]
	letters *overlay[string, letterRecord]
}

func (a *accounts) draft() *draft {
	return &draft{
		base:    a,
		users:   map[domain.UserID]domain.User{},
		byEmail: map[string]*domain.UserID{},
		roles:   map[domain.RoleID]domain.Role{},
		tokens:  overlayOn(a.tokens),
		letters: overlayOn(a.letters),
	}
}

// view is a draft to read from only.
func (a *accounts) view() *draft {
	return &draft{base: a, tokens: overlayOn(a.tokens), letters: overlayOn(a.letters)}
}

func (d *draft) user(id domain.UserID) (domain.User, bool) {
	if u, ok := d.users[id]; ok {
		return u, true
	}
	u, ok := d.base.users[id]
	return u, ok
}

func (d *draft) userOf(emailKey string) (domain.User, bool) {
	if id, ok := d.byEmail[emailKey]; ok {
		if id == nil {
			return domain.User{}, false
		}
		return d.user(*id)
	}
	if id, ok := d.base.byEmail[emailKey]; ok {
		return d.user(id)
	}
	return domain.User{}, false
}

// usersAfter returns at most limit users with greater IDs, in order.
func (d *draft) usersAfter(after domain.UserID, limit int) []domain.User {
	ids := idsAfter(d.base.userIDs, after, limit)
	ids = append(ids, idsAfter(d.newIDs, after, limit)...)
	slices.Sort(ids)
	var page []domain.User
	for _, id := range ids[:min(limit, len(ids))] {
		u, _ := d.user(id)
		page = append(page, u)
	}
	return page
}

// idsAfter returns a copy of at most limit of the sorted ids, those after one.
func idsAfter(ids []domain.UserID, after domain.UserID, limit int) []domain.UserID {
	i, found := slices.BinarySearch(ids, after)
	if found {
		i++
	}
	return slices.Clone(ids[i : i+min(limit, len(ids)-i)])
}

func (d *draft) putUser(u domain.User) {
	old, known := d.user(u.ID)
	if !known {
		d.newIDs = insert(d.newIDs, u.ID)
	} else if old.Email.Key() != u.Email.Key() {
		d.byEmail[old.Email.Key()] = nil
	}
	d.byEmail[u.Email.Key()] = &u.ID
	d.users[u.ID] = u
}

func insert(ids []domain.UserID, id domain.UserID) []domain.UserID {
	i, _ := slices.BinarySearch(ids, id)
	return slices.Insert(ids, i, id)
}

func (d *draft) role(id domain.RoleID) (domain.Role, bool) {
	if r, ok := d.roles[id]; ok {
		return r, true
	}
	r, ok := d.base.roles[id]
	return r, ok
}

// commit takes the draft over, in one step for all readers.
func (d *draft) commit() {
	a := d.base
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.Copy(a.users, d.users)
	maps.Copy(a.roles, d.roles)
	d.tokens.takeOver()
	d.letters.takeOver()
	for key, id := range d.byEmail {
		if id == nil {
			delete(a.byEmail, key)
		} else {
			a.byEmail[key] = *id
		}
	}
	for _, id := range d.newIDs {
		a.userIDs = insert(a.userIDs, id)
	}
}
