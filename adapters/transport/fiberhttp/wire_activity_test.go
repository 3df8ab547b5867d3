package fiberhttp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// activity returns what root is shown at path.
func (s scene) activity(t testing.TB, path string) []map[string]any {
	t.Helper()
	got := s.do(t, call{method: http.MethodGet, path: path, bearer: s.admin.AccessToken})
	var shown []map[string]any
	if err := got.data(&shown); err != nil || got.status != 200 || shown == nil {
		t.Fatalf("%s: got %d %s, want events", path, got.status, got.body)
	}
	return shown
}

// activityRules are those of the audit trail.
func activityRules() []rule {
	return []rule{{name: "§3 audit trail", also: func(t *testing.T, s scene) {
		auditTrail(t, s)
		auditedCollections(t, s)
	}}}
}

// auditedCollections shows what events are about to who may not see what happened.
func auditedCollections(t *testing.T, s scene) {
	s.editors(t)
	s.permit(t, `{"role":"`+string(editorsRole)+`","collection":"directus_activity","action":"read","fields":["id","collection"]}`)
	got := s.do(t, call{method: http.MethodGet, path: "/activity?fields=collection", bearer: s.json.AccessToken})
	if want := `{"collection":"directus_permissions"}`; got.status != 200 || !strings.Contains(string(got.body), want) {
		t.Errorf("got %d %s, want %s among them", got.status, got.body, want)
	}
}

func auditTrail(t *testing.T, s scene) {
	for _, bearer := range []string{"", s.json.AccessToken} {
		if got := s.do(t, call{method: http.MethodGet, path: "/activity", bearer: bearer}); got.status != 403 {
			t.Errorf("got %d %s, want 403", got.status, got.body)
		}
	}
	all := s.activity(t, "/activity")
	if len(all) < 3 {
		t.Fatalf("got %d events, want those of the logins", len(all))
	}
	for _, member := range []string{"id", "action", "outcome", "user", "timestamp", "ip", "user_agent", "origin", "collection", "item"} {
		if _, ok := all[0][member]; !ok || len(all[0]) != 10 {
			t.Errorf("got %v, want ten members with %s among them", all[0], member)
		}
	}
	for i := range all[1:] {
		if all[i]["id"].(string) <= all[i+1]["id"].(string) {
			t.Errorf("got %v before %v, want the latest first", all[i]["id"], all[i+1]["id"])
		}
	}
	if got := s.activity(t, "/activity?limit=2"); len(got) != 2 || got[0]["id"] != all[0]["id"] {
		t.Errorf("got %d events, want the latest two", len(got))
	}
	for _, path := range []string{"/activity?limit=1&offset=2", "/activity?limit=1&page=3", "/activity?page=3&limit=1"} {
		if got := s.activity(t, path); len(got) != 1 || got[0]["id"] != all[2]["id"] {
			t.Errorf("%s: got %v, want the third", path, got)
		}
	}
	if got := s.activity(t, "/activity?limit=-1"); len(got) != len(all) {
		t.Errorf("got %d events, want all %d", len(got), len(all))
	}
	ann := string(s.ann.ID)
	for _, path := range []string{
		"/activity?filter[user][_eq]=" + ann + "&filter[action][_eq]=login",
		"/activity?filter=%7B%22user%22:%7B%22_eq%22:%22" + ann + "%22%7D,%22action%22:%7B%22_eq%22:%22login%22%7D%7D",
	} {
		got := s.activity(t, path)
		if len(got) == 0 || len(got) == len(all) {
			t.Errorf("%s: got %d events of %d, want some", path, len(got), len(all))
		}
		for _, e := range got {
			if e["action"] != "login" || e["user"] != ann && e["item"] != ann {
				t.Errorf("%s: got %v", path, e)
			}
		}
	}
	for _, path := range []string{"/activity?sort=-timestamp&limit=1", "/activity?sort[]=-timestamp&sort[]=-id&limit=1"} {
		if got := s.activity(t, path); len(got) != 1 || got[0]["id"] != all[0]["id"] {
			t.Errorf("%s: got %v, want the latest", path, got)
		}
	}
	if got := s.activity(t, "/activity?fields=action,timestamp&limit=1"); len(got[0]) != 2 || got[0]["action"] != all[0]["action"] {
		t.Errorf("got %v, want the two members that were asked for", got)
	}
	if got := s.activity(t, "/activity?limit=5000"); len(got) != len(all) {
		t.Errorf("got %d events, want all %d", len(got), len(all))
	}
	for _, query := range []string{
		"limit=x", "limit=-2", "limit=99999999999", "offset=-1", "page=0", "filter=x", "filter[ip][_eq]=x", "filter[action][_neq]=x",
		"filter[action]=x", "filter[action][_eq]=", "filter=%7B%22action%22:%7B%7D%7D", "filter[user][_eq]=%00", "filter[action][_eq]=%ff",
		"sort=timestamp", "sort=user", "search=x", "meta=total_count", "meta=*", "aggregate[count]=*",
	} {
		got := s.do(t, call{method: http.MethodGet, path: "/activity?" + query, bearer: s.admin.AccessToken})
		wantFailure(t, got, 400, domain.InvalidQuery)
	}
}

// TestSecurity73_SpellingsOfTheActivity: no spelling of the path shows the trail to others than
// administrators.
//
// Red when Activity does not look at role.Admin.
func TestSecurity73_SpellingsOfTheActivity(t *testing.T) {
	s := newScene(t)
	for _, path := range []string{
		"/activity", "/activity/", "/ACTIVITY", "//activity", "/activity?limit=1", "/./activity", "/x/../activity", "/auth/../activity", "/users/../activity",
		"/%61ctivity", "/server/ping/../../activity", "/activity/x", "/activity%2f",
	} {
		for name, c := range map[string]call{"anonymous": {}, "a user": {bearer: s.json.AccessToken}, "by cookie": {cookie: &s.stay}} {
			for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE"} {
				c.method, c.path = method, path
				if got := s.do(t, c); got.status != 403 && got.status != 404 {
					t.Errorf("%s %s, %s: got %d %s, want a refusal", method, path, name, got.status, got.body)
				}
			}
		}
	}
}
