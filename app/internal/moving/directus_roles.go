package moving

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// rights is what a role or a policy lets its users do.
type rights struct{ app, admin, enforceTFA bool }

func rightsOf(r Row) rights {
	return rights{r.flag("app_access"), r.flag("admin_access"), r.flag("enforce_tfa")}
}

func (r rights) with(other rights) rights {
	return rights{r.app || other.app, r.admin || other.admin, r.enforceTFA || other.enforceTFA}
}

// accessTable says which policies, of those of newer versions, go with which role or user.
type accessTable struct {
	policies  map[string]rights
	addressed map[string]bool // policies that hold for some client addresses only
	ofRole    map[string][]string
	ofUser    map[string][]string
}

// roles takes roles with what they may do: by their own columns in older versions, by policies of
// theirs and of the roles above them in newer ones. What holds for some client addresses only grants
// nothing here, where it would hold for all.
func (d *directus) roles(ctx context.Context) error {
	flags := []Column{{"app_access", Flag}, {"admin_access", Flag}, {"enforce_tfa", Flag}, {"ip_access", Text}}
	rows, found, err := d.read(ctx, "directus_roles", append([]Column{{"id", Text}, {"name", Text}, {"parent", Text}}, flags...))
	if err != nil {
		return err
	}
	if !found {
		return ErrNoDirectus
	}
	if err := d.readAccess(ctx, append([]Column{{"id", Text}}, flags...)); err != nil {
		return err
	}
	byID := map[string]Row{}
	for _, r := range rows {
		byID[r.text("id")] = r
	}
	for _, r := range rows {
		id := r.text("id")
		granted, isAddressed := d.granted(byID, id)
		if isAddressed {
			d.part(KindRole, nameOf(id), "what it may do from some client addresses only is not kept")
		}
		role := domain.Role{ID: domain.RoleID(id), Name: r.text("name"), App: granted.app, Admin: granted.admin, EnforceTFA: granted.enforceTFA}
		f, err := d.role(ctx, role)
		if err := d.settle(0, KindRole, nameOf(id), f, err); err != nil {
			return err
		}
	}
	return nil
}

func (d *directus) readAccess(ctx context.Context, columns []Column) error {
	d.access = accessTable{map[string]rights{}, map[string]bool{}, map[string][]string{}, map[string][]string{}}
	policies, _, err := d.read(ctx, "directus_policies", columns)
	if err != nil {
		return err
	}
	for _, p := range policies {
		d.access.policies[p.text("id")] = rightsOf(p)
		d.access.addressed[p.text("id")] = p.has("ip_access")
	}
	rows, _, err := d.read(ctx, "directus_access", []Column{{"role", Text}, {"user", Text}, {"policy", Text}})
	for _, r := range rows {
		if r.has("role") {
			d.access.ofRole[r.text("role")] = append(d.access.ofRole[r.text("role")], r.text("policy"))
		}
		if r.has("user") {
			d.access.ofUser[r.text("user")] = append(d.access.ofUser[r.text("user")], r.text("policy"))
		}
	}
	return err
}

// granted adds up the rights of a role and of those above it. A second factor is demanded wherever
// one of them does.
func (d *directus) granted(roles map[string]Row, id string) (sum rights, isAddressed bool) {
	seen := map[string]bool{}
	for role, ok := roles[id]; ok && !seen[id]; role, ok = roles[id] {
		seen[id] = true
		grants := map[bool][]rights{role.has("ip_access"): {rightsOf(role)}}
		for _, policy := range d.access.ofRole[id] {
			addressed := d.access.addressed[policy]
			grants[addressed] = append(grants[addressed], d.access.policies[policy])
		}
		for _, r := range grants[false] {
			sum = sum.with(r)
		}
		for _, r := range grants[true] {
			isAddressed = isAddressed || r.app || r.admin
			sum.enforceTFA = sum.enforceTFA || r.enforceTFA
		}
		id = role.text("parent")
	}
	return sum, isAddressed
}
