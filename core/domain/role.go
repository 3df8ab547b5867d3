package domain

// Role is what several users have in common. Admin bypasses every permission; App lets its
// users into the pages of an administration app.
type Role struct {
	ID         RoleID
	Name       string
	App, Admin bool
}

// AdministratorRole is the role that the first start makes. The ID is fixed, so that of
// several instances that start at once on one database only one makes it.
const AdministratorRole RoleID = "0193a5f0-5a11-7907-8001-00000000ad31"
