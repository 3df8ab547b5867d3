package sqlstore_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// hostile is a value that would be seen in a query that it is put into.
const hostile = `x'); DROP TABLE users; -- "` + "`" + `\ hostile`

// TestSecurity81_NoValueIsPartOfAQuery calls every method of every port with hostile text in
// all that can hold text: the database gets it as an argument, and never in a query. Methods
// are found by reflection, so that none is left out.
//
// Red when users.condition writes the value in place of ` = ?`, or any other query is put
// together from what it is about.
func TestSecurity81_NoValueIsPartOfAQuery(t *testing.T) {
	s := &script{}
	store := newStore(t, s)
	asked := 0
	for name, value := range portsOf(store) {
		for method := range value.Type().Methods() {
			t.Run(name+"."+method.Name, func(t *testing.T) {
				s.log = nil
				arguments := []reflect.Value{reflect.ValueOf(t.Context())}
				for i := 2; i < method.Type.NumIn(); i++ { // behind the receiver and the context
					arguments = append(arguments, filled(t, method.Type.In(i)))
				}
				value.MethodByName(method.Name).Call(arguments)
				asked++
				if len(s.log) == 0 {
					t.Error("got no statement, so that nothing is shown")
				}
				for _, query := range s.log {
					if strings.Contains(query, "hostile") {
						t.Errorf("got the value in a query: %s", query)
					}
				}
			})
		}
	}
	if asked < 40 {
		t.Errorf("called %d methods, which cannot be all", asked)
	}
}

// portsOf returns what a store gives access to, by its name.
func portsOf(store port.Store) map[string]reflect.Value {
	ports := map[string]reflect.Value{}
	for field, value := range reflect.ValueOf(store.Repos()).Fields() {
		ports[field.Name] = value.Elem()
	}
	for method := range reflect.TypeFor[port.Store]().Methods() {
		if kind := method.Type; kind.NumIn() == 0 && kind.Out(0).Kind() == reflect.Interface && kind.Out(0) != reflect.TypeFor[error]() {
			ports[method.Name] = reflect.ValueOf(store).MethodByName(method.Name).Call(nil)[0].Elem()
		}
	}
	return ports
}

// filled returns a value of the type with hostile text wherever text fits.
func filled(t testing.TB, kind reflect.Type) reflect.Value {
	t.Helper()
	v := reflect.New(kind).Elem()
	switch {
	case kind == reflect.TypeFor[context.Context]():
		v.Set(reflect.ValueOf(t.Context()))
	case kind == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(t0))
	case kind == reflect.TypeFor[port.UserField]():
		v.SetString(string(port.UserFieldFirstName))
	case kind == reflect.TypeFor[port.UserFilter]():
		filter := port.UserFilter{Search: hostile, Equal: map[port.UserField]string{}}
		for _, field := range port.UserFields() {
			filter.Equal[field] = hostile
		}
		v.Set(reflect.ValueOf(filter))
	case kind == reflect.TypeFor[domain.SecretHash]():
		copy(v.Slice(0, v.Len()).Bytes(), hostile)
	case kind == reflect.TypeFor[time.Duration]():
		v.SetInt(int64(time.Hour))
	case kind.Kind() == reflect.String:
		v.SetString(hostile)
	case kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Uint8:
		v.SetBytes([]byte(hostile))
	case kind.Kind() == reflect.Slice:
		v.Set(reflect.Append(v, filled(t, kind.Elem())))
	case kind.Kind() == reflect.Pointer:
		v.Set(reflect.New(kind.Elem()))
		v.Elem().Set(filled(t, kind.Elem()))
	case kind.Kind() == reflect.Struct:
		for i := range v.NumField() {
			v.Field(i).Set(filled(t, kind.Field(i).Type))
		}
	case v.CanInt():
		v.SetInt(7)
	case v.CanFloat():
		v.SetFloat(7)
	case kind.Kind() == reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("no value is known for %v", kind)
	}
	return v
}
