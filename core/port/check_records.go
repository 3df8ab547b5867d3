package port

import "github.com/sallyport-auth/sallyport/core/domain"

// CheckUser returns ErrInvalid unless every store keeps u alike: see CheckKey and CheckText.
func CheckUser(u domain.User) error {
	if err := CheckKey(string(u.ID), string(u.Email), string(u.Role)); err != nil {
		return err
	}
	return CheckText(u.Password, string(u.Status), u.FirstName, u.LastName, u.Language)
}

// CheckRole returns ErrInvalid unless every store keeps r alike.
func CheckRole(r domain.Role) error {
	if err := CheckKey(string(r.ID)); err != nil {
		return err
	}
	return CheckText(r.Name)
}

// CheckPermission returns ErrInvalid unless every store keeps p alike.
func CheckPermission(p domain.Permission) error {
	if err := CheckKey(string(p.ID), string(p.Role), p.Collection); err != nil {
		return err
	}
	if err := CheckText(p.Fields...); err != nil {
		return err
	}
	return CheckText(string(p.Action), p.Filter)
}

// CheckIdentity returns ErrInvalid unless every store keeps i alike.
func CheckIdentity(i domain.Identity) error {
	return CheckKey(i.Provider, i.Subject, string(i.UserID))
}

// CheckSession returns ErrInvalid unless every store keeps s alike.
func CheckSession(s domain.Session) error {
	if err := CheckKey(string(s.ID), string(s.UserID)); err != nil {
		return err
	}
	if err := CheckText(string(s.Mode)); err != nil {
		return err
	}
	return checkClient(s.Client)
}

// CheckRotation returns ErrInvalid unless every store keeps alike what r brings.
func CheckRotation(r Rotation) error {
	if err := CheckKey(string(r.ID)); err != nil {
		return err
	}
	return checkClient(r.Client)
}

// CheckLetter returns ErrInvalid unless every store keeps l alike.
func CheckLetter(l domain.Letter) error {
	if err := CheckKey(l.ID, string(l.To)); err != nil {
		return err
	}
	if err := CheckText(string(l.Kind), l.URL, l.Language); err != nil {
		return err
	}
	return checkClient(l.Client)
}

// CheckSigningKey returns ErrInvalid unless every store keeps k alike.
func CheckSigningKey(k domain.SigningKey) error {
	if err := CheckKey(k.ID, k.Algorithm); err != nil {
		return err
	}
	return CheckText(k.Sealed)
}

// CheckEvent returns ErrInvalid unless every store keeps e alike.
func CheckEvent(e domain.Event) error {
	if err := CheckKey(e.ID, string(e.Actor), string(e.Subject)); err != nil {
		return err
	}
	if err := CheckText(e.Kind, e.Outcome); err != nil {
		return err
	}
	return checkClient(e.Client)
}

// CheckEventFilter returns ErrInvalid unless every store understands f alike.
func CheckEventFilter(f EventFilter) error {
	if err := CheckKey(string(f.User)); err != nil {
		return err
	}
	return CheckText(f.Kind)
}

func checkClient(c domain.Client) error { return CheckText(c.IP, c.UserAgent, c.Origin) }
