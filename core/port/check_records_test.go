package port_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TestCheckRecords puts what no store keeps into each field that holds text, so that a field
// which is added to a record cannot be forgotten.
func TestCheckRecords(t *testing.T) {
	keys := map[string]bool{
		"User.ID": true, "User.Email": true, "User.Role": true, "Role.ID": true,
		"Session.ID": true, "Session.UserID": true, "Rotation.ID": true,
		"Letter.ID": true, "Letter.To": true, "Event.ID": true, "Event.Actor": true, "Event.Subject": true,
	}
	wantFieldsChecked(t, "User", keys, port.CheckUser)
	wantFieldsChecked(t, "Role", keys, port.CheckRole)
	wantFieldsChecked(t, "Session", keys, port.CheckSession)
	wantFieldsChecked(t, "Rotation", keys, port.CheckRotation)
	wantFieldsChecked(t, "Letter", keys, port.CheckLetter)
	wantFieldsChecked(t, "Event", keys, port.CheckEvent)
	if len(keys) > 0 {
		t.Errorf("there are no fields %v", keys)
	}
}

// wantFieldsChecked tries every text of a record, and takes its keys out of keys.
func wantFieldsChecked[R any](t *testing.T, name string, keys map[string]bool, check func(R) error) {
	t.Helper()
	var record R
	if err := check(record); err != nil {
		t.Errorf("%s: got error %v for the empty one, want none", name, err)
	}
	walkTexts(name, reflect.ValueOf(&record).Elem(), func(path string, field reflect.Value) {
		for _, bad := range []string{"\xff", "a\x00"} {
			field.SetString(bad)
			if err := check(record); !errors.Is(err, port.ErrInvalid) {
				t.Errorf("%s of %q: got error %v, want %v", path, bad, err, port.ErrInvalid)
			}
		}
		field.SetString(strings.Repeat("k", port.MaxKeyBytes+1))
		if got := errors.Is(check(record), port.ErrInvalid); got != keys[path] {
			t.Errorf("%s: too long for a key is refused: %t, want %t", path, got, keys[path])
		}
		delete(keys, path)
		field.SetString("")
	})
}

func walkTexts(path string, v reflect.Value, visit func(path string, field reflect.Value)) {
	if v.Type() == reflect.TypeFor[domain.SecretHash]() {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walkTexts(path+"."+f.Name, v.Field(i), visit)
			}
		}
	case reflect.String:
		visit(path, v)
	}
}
