package httpedge_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestPreferencesHaveTypes gives each preference a value of every kind.
func TestPreferencesHaveTypes(t *testing.T) {
	values := map[httpedge.Kind]string{
		httpedge.KindText: ` "x"`, httpedge.KindObject: "\n{}", httpedge.KindArray: "[1]", httpedge.KindBoolean: "true", httpedge.KindNumber: "-1", httpedge.KindNull: "null",
	}
	kinds := map[string]httpedge.Kind{
		"location": httpedge.KindText, "title": httpedge.KindText, "description": httpedge.KindText, "tags": httpedge.KindArray,
		"avatar": httpedge.KindText, "last_page": httpedge.KindText, "email_notifications": httpedge.KindBoolean, "appearance": httpedge.KindText,
		"theme_dark": httpedge.KindText, "theme_light": httpedge.KindText, "theme_dark_overrides": httpedge.KindObject,
		"theme_light_overrides": httpedge.KindObject, "text_direction": httpedge.KindText,
	}
	for name, wanted := range kinds {
		for kind, value := range values {
			members := map[string]json.RawMessage{name: json.RawMessage(value), "first_name": json.RawMessage(`"x"`), "verified": json.RawMessage("true")}
			got, err := httpedge.Preferences(members)
			if kind == wanted || kind == httpedge.KindNull {
				if err != nil || !slices.Equal(slices.Collect(maps.Keys(got)), []string{name}) || string(got[name]) != value {
					t.Errorf("%s=%s: got %s, %v, want it alone", name, value, got, err)
				}
				continue
			}
			if failure, ok := err.(*domain.Error); !ok || failure.Code != domain.InvalidPayload || failure.Field != name || failure.Reason != `"`+name+`" must be `+string(wanted) {
				t.Errorf("%s=%s: got %v, %v, want INVALID_PAYLOAD", name, value, got, err)
			}
		}
	}
	if got, err := httpedge.Preferences(map[string]json.RawMessage{"verified": nil}); got != nil || err != nil {
		t.Errorf("got %v, %v, want none", got, err)
	}
}

// TestPreferencesCanBeShownEverywhere is red when checkNested counts nothing, or does not look at
// numbers.
func TestPreferencesCanBeShownEverywhere(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	objects := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for _, c := range []struct{ name, value, reason string }{
		{"tags", nested(httpedge.MostNested), ""},
		{"tags", nested(httpedge.MostNested + 1), "more than 32 deep"},
		{"tags", nested(5000), "more than 32 deep"},
		{"tags", "[" + strings.Repeat("[],", 100) + "[]]", ""},
		{"theme_dark_overrides", objects(httpedge.MostNested), ""},
		{"theme_light_overrides", objects(httpedge.MostNested + 1), "more than 32 deep"},
		{"tags", `[1e308,-1.5e-400,12345678901234567890,"1e400"]`, ""},
		{"tags", "[1e400]", "too large"},
		{"theme_dark_overrides", `{"a":[-1e309]}`, "too large"},
	} {
		_, err := httpedge.Preferences(map[string]json.RawMessage{c.name: json.RawMessage(c.value)})
		if c.reason == "" {
			if err != nil {
				t.Errorf("%.50s: got %v", c.value, err)
			}
			continue
		}
		if failure, ok := err.(*domain.Error); !ok || failure.Code != domain.InvalidPayload || failure.Field != c.name || !strings.Contains(failure.Reason, c.reason) {
			t.Errorf("%.50s: got %v, want INVALID_PAYLOAD and %q", c.value, err, c.reason)
		}
	}
}
