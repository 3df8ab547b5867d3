package domain

// Role is what several users have in common. Admin bypasses every permission; App lets its
// users into the pages of an administration app. EnforceTFA lets those who have set up no
// second factor do nothing but that.
type Role struct {
	ID         RoleID
	Name       string
	App, Admin bool
	EnforceTFA bool
}

// AdministratorRole is the role that the first start makes. The ID is fixed, so that of
// several instances that start at once on one database only one makes it.
const AdministratorRole RoleID = "0193a5f0-5a11-7907-8001-00000000ad31"
