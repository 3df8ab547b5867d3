package memory

import (
	"slices"
	"sync"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// accounts holds what units of work can touch. Whoever writes holds the turn while it
// prepares a draft, and mu only for the moment in which the draft is taken over, so that
// readers see all of a unit or nothing of it and never wait for one.
type accounts struct {
	turn chan struct{} // holds one element while somebody writes; a channel, so that waiting can end

	mu          sync.RWMutex
	users       map[domain.UserID]domain.User
	totpSteps   map[domain.UserID]int64  // the latest that each has spent
	byEmail     map[string]domain.UserID // by Email.Key
	byToken     map[domain.SecretHash]domain.UserID
	userIDs     []domain.UserID // sorted
	roles       map[domain.RoleID]domain.Role
	permissions map[domain.PermissionID]domain.Permission
	identities  map[account]domain.UserID
	ofUser      map[domain.UserID][]account // sorted, never empty
	tokens      map[domain.SecretHash]tokenRecord
	letters     map[string]letterRecord // by ID
}

func newAccounts() *accounts {
	return &accounts{
		turn:        make(chan struct{}, 1),
		users:       map[domain.UserID]domain.User{},
		totpSteps:   map[domain.UserID]int64{},
		byEmail:     map[string]domain.UserID{},
		byToken:     map[domain.SecretHash]domain.UserID{},
		roles:       map[domain.RoleID]domain.Role{},
		permissions: map[domain.PermissionID]domain.Permission{},
		identities:  map[account]domain.UserID{},
		ofUser:      map[domain.UserID][]account{},
		tokens:      map[domain.SecretHash]tokenRecord{},
		letters:     map[string]letterRecord{},
	}
}

// draft is what one writer would change. It reads through to the accounts, which stay as
// they are as long as the writer has the turn.
type draft struct {
	base        *accounts
	users       *overlay[domain.UserID, domain.User]
	totpSteps   *overlay[domain.UserID, int64]
	byEmail     *overlay[string, domain.UserID]
	byToken     *overlay[domain.SecretHash, domain.UserID]
	newIDs      []domain.UserID // sorted; those that the accounts have not
	roles       *overlay[domain.RoleID, domain.Role]
	permissions *overlay[domain.PermissionID, domain.Permission]
	identities  *overlay[account, domain.UserID]
	ofUser      *overlay[domain.UserID, []account]
	tokens      *overlay[domain.SecretHash, tokenRecord]
	letters     *overlay[string, letterRecord]
}

func (a *accounts) draft() *draft {
	return &draft{
		base:        a,
		users:       overlayOn(a.users),
		totpSteps:   overlayOn(a.totpSteps),
		byEmail:     overlayOn(a.byEmail),
		byToken:     overlayOn(a.byToken),
		roles:       overlayOn(a.roles),
		permissions: overlayOn(a.permissions),
		identities:  overlayOn(a.identities),
		ofUser:      overlayOn(a.ofUser),
		tokens:      overlayOn(a.tokens),
		letters:     overlayOn(a.letters),
	}
}

// view is a draft to read from only.
func (a *accounts) view() *draft { return a.draft() }

func (d *draft) user(id domain.UserID) (domain.User, bool) { return d.users.get(id) }

func (d *draft) userOf(emailKey string) (domain.User, bool) {
	id, ok := d.byEmail.get(emailKey)
	if !ok {
		return domain.User{}, false
	}
	return d.user(id)
}

func (d *draft) userWithToken(h domain.SecretHash) (domain.User, bool) {
	id, ok := d.byToken.get(h)
	if !ok {
		return domain.User{}, false
	}
	return d.user(id)
}

// tokenOfAnother reports whether somebody but u has u's static token.
func (d *draft) tokenOfAnother(u domain.User) bool {
	if u.StaticToken == nil {
		return false
	}
	owner, taken := d.userWithToken(*u.StaticToken)
	return taken && owner.ID != u.ID
}

// usersAfter returns at most limit users with greater IDs, in order.
func (d *draft) usersAfter(after domain.UserID, limit int) []domain.User {
	known, added := idsAfter(d.base.userIDs, after), idsAfter(d.newIDs, after)
	var page []domain.User
	for len(page) < limit && len(known)+len(added) > 0 {
		var id domain.UserID
		if len(added) == 0 || len(known) > 0 && known[0] < added[0] {
			id, known = known[0], known[1:]
		} else {
			id, added = added[0], added[1:]
		}
		if u, ok := d.user(id); ok { // or it was removed
			page = append(page, u)
		}
	}
	return page
}

// idsAfter returns those of the sorted ids that come after one.
func idsAfter(ids []domain.UserID, after domain.UserID) []domain.UserID {
	i, found := slices.BinarySearch(ids, after)
	if found {
		i++
	}
	return ids[i:]
}

func (d *draft) putUser(u domain.User) {
	if old, known := d.user(u.ID); known {
		d.forgetKeys(old)
	} else if i, found := slices.BinarySearch(d.newIDs, u.ID); !found && !d.base.has(u.ID) {
		d.newIDs = slices.Insert(d.newIDs, i, u.ID)
	}
	d.byEmail.put(u.Email.Key(), u.ID)
	if u.StaticToken != nil {
		d.byToken.put(*u.StaticToken, u.ID)
	}
	d.users.put(u.ID, u)
}

func (d *draft) removeUser(u domain.User) {
	d.forgetKeys(u)
	d.users.remove(u.ID)
	d.totpSteps.remove(u.ID)
}

func (d *draft) forgetKeys(u domain.User) {
	d.byEmail.remove(u.Email.Key())
	if u.StaticToken != nil {
		d.byToken.remove(*u.StaticToken)
	}
}

func (a *accounts) has(id domain.UserID) bool {
	_, ok := a.users[id]
	return ok
}

func (d *draft) role(id domain.RoleID) (domain.Role, bool) {
	return d.roles.get(id)
}

// commit takes the draft over, in one step for all readers.
func (d *draft) commit() {
	a := d.base
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, u := range d.users.changed {
		switch i, listed := slices.BinarySearch(a.userIDs, id); {
		case u == nil && listed:
			a.userIDs = slices.Delete(a.userIDs, i, i+1)
		case u != nil && !listed:
			a.userIDs = slices.Insert(a.userIDs, i, id)
		}
	}
	d.users.takeOver()
	d.totpSteps.takeOver()
	d.byEmail.takeOver()
	d.byToken.takeOver()
	d.roles.takeOver()
	d.permissions.takeOver()
	d.identities.takeOver()
	d.ofUser.takeOver()
	d.tokens.takeOver()
	d.letters.takeOver()
}
