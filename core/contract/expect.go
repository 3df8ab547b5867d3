package contract

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// must ends the case when err is not nil.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("got error %v, want none", err)
	}
}

// value returns v, and ends the case when err is not nil: value(p.Get(...))(t).
func value[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// errorOf drops the value of a call of which only the error matters.
func errorOf[T any](_ T, err error) error { return err }

// wantError ends the case unless err matches target.
func wantError(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("got error %v, want one that matches %q", err, target)
	}
}

// wantEqual ends the case unless got and want are equal. Times are equal when they are the
// same instant; nil and empty differ.
func wantEqual[T any](t testing.TB, got, want T) {
	t.Helper()
	if d := differ(fmt.Sprintf("%T", want), reflect.ValueOf(&got).Elem(), reflect.ValueOf(&want).Elem()); d != "" {
		t.Fatalf("%s", d)
	}
}

// differ names the first place where got and want differ, or returns "".
func differ(path string, got, want reflect.Value) string {
	if t, ok := want.Interface().(time.Time); ok {
		if g := got.Interface().(time.Time); !g.Equal(t) {
			return fmt.Sprintf("%s: got %v, want %v", path, g, t)
		}
		return ""
	}
	switch want.Kind() {
	case reflect.Struct:
		for i := range want.NumField() {
			if d := differ(path+"."+want.Type().Field(i).Name, got.Field(i), want.Field(i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Pointer, reflect.Slice:
		if got.IsNil() != want.IsNil() {
			return fmt.Sprintf("%s: got nil: %t, want nil: %t", path, got.IsNil(), want.IsNil())
		}
		if want.IsNil() {
			return ""
		}
		if want.Kind() == reflect.Pointer {
			return differ(path, got.Elem(), want.Elem())
		}
		return differElements(path, got, want)
	default:
		if got.Interface() != want.Interface() {
			return fmt.Sprintf("%s: got %#v, want %#v", path, got.Interface(), want.Interface())
		}
		return ""
	}
}

func differElements(path string, got, want reflect.Value) string {
	if got.Len() != want.Len() {
		return fmt.Sprintf("%s: got %d elements, want %d", path, got.Len(), want.Len())
	}
	for i := range want.Len() {
		if d := differ(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i)); d != "" {
			return d
		}
	}
	return ""
}

// wantUTC ends the case unless every time is in UTC.
func wantUTC(t testing.TB, times ...time.Time) {
	t.Helper()
	for _, got := range times {
		if got.Location() != time.UTC {
			t.Fatalf("got a time in %v, want UTC", got.Location())
		}
	}
}
