package httpedge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestAsFailure(t *testing.T) {
	ours := domain.NewError(domain.Forbidden, context.DeadlineExceeded)
	if got := httpedge.AsFailure(fmt.Errorf("log in: %w", ours)); got != ours {
		t.Errorf("got %v, want the failure itself", got)
	}
	for want, err := range map[domain.Code]error{
		domain.ServiceUnavailable: fmt.Errorf("ask: %w", context.DeadlineExceeded),
		domain.Internal:           errors.New("something inside"),
	} {
		if got := httpedge.AsFailure(err); got.Code != want || !errors.Is(got, err) {
			t.Errorf("%v: got %v, want %s", err, got, want)
		}
	}
}

func TestIsRequestID(t *testing.T) {
	for id, want := range map[string]bool{
		"a": true, "019cebab-8995.A_z": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a b": false, "a\n": false, "\u00e4": false, "a=b": false, `a"`: false,
	} {
		if got := httpedge.IsRequestID(id); got != want {
			t.Errorf("%q: got %t", id, got)
		}
	}
}

func TestConcealedOrNull(t *testing.T) {
	if got := httpedge.ConcealedOrNull(true); got == nil || *got != "**********" {
		t.Errorf("got %v", got)
	}
	if got := httpedge.ConcealedOrNull(false); got != nil {
		t.Errorf("got %q of a secret that is not there", *got)
	}
}

func TestKeptPreferences(t *testing.T) {
	for stored, want := range map[string][3]string{
		"":               {"true", `"auto"`, ""},
		"null":           {"true", `"auto"`, ""},
		`{"title":"x"}`:  {"true", `"auto"`, `"x"`},
		`{"title":null}`: {"true", `"auto"`, "null"},
		`{"text_direction":null,"email_notifications":false,"title":5}`: {"false", "null", "5"},
	} {
		kept, err := httpedge.KeptPreferences([]byte(stored))
		got := [3]string{string(kept["email_notifications"]), string(kept["text_direction"]), string(kept["title"])}
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", stored, got, err, want)
		}
	}
	if _, err := httpedge.KeptPreferences([]byte("[]")); err == nil {
		t.Error("a list is read")
	}
}
