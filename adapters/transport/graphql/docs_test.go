package graphql_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
)

// TestExamplesOfTheReference sends each document of docs/graphql.md in turn, as somebody who
// reads it would, and compares the answers that stand behind some of them by their shape, and
// where that says what there is, by their values.
func TestExamplesOfTheReference(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "graphql.md"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	root := w.seedAdministrator(t, "root@example.com")
	refreshToken, userID := w.login(t, "ann@example.com").RefreshToken, ""
	blocks := regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	sent := 0
	for i, block := range blocks {
		if block[1] != "graphql" {
			continue
		}
		document := block[2]
		t.Run(strings.Join(strings.Fields(document)[:4], " "), func(t *testing.T) {
			caller, email := "ann@example.com", "ann@example.com"
			if strings.Contains(document, "users_") && !strings.Contains(document, "users_me") || strings.Contains(document, "users(") || strings.Contains(document, "activity") {
				caller = string(root.Email)
			}
			if strings.Contains(document, "RESET_TOKEN") {
				contract.DeliverWith(w.worker)(t)
				for _, m := range w.mails.Mails() {
					if _, rest, found := strings.Cut(m.Text, "token="); found && string(m.To) == email {
						token, _, _ := strings.Cut(rest, "\n")
						document = strings.ReplaceAll(document, "RESET_TOKEN", token)
					}
				}
			}
			document = strings.NewReplacer("REFRESH_TOKEN", refreshToken, "USER_ID", userID).Replace(document)
			call := graphqlclient.Call{Query: document}
			if !strings.Contains(document, "\n  auth_") || strings.Contains(document, "auth_identities") { // and not otpauth_url
				call.Bearer = w.tokenOf(t, caller)
			}
			got := w.do(t, call)
			sent++
			var data struct {
				Made struct{ ID string } `json:"create_users_item"`
			}
			if got.Data(&data) == nil && data.Made.ID != "" {
				userID = data.Made.ID
			}
			if i+1 == len(blocks) || blocks[i+1][1] != "json" {
				if len(codes(t, got)) > 0 {
					t.Errorf("got %s", got.Body)
				}
				return
			}
			var want, answer any
			if err := json.Unmarshal([]byte(blocks[i+1][2]), &want); err != nil {
				t.Fatalf("read %s: %v", blocks[i+1][2], err)
			}
			if err := json.Unmarshal(got.Body, &answer); err != nil {
				t.Fatal(err)
			}
			if difference := unlike("", answer, want); difference != "" {
				t.Errorf("%s in %s", difference, got.Body)
			}
		})
	}
	if sent < 15 {
		t.Errorf("%d documents were sent", sent)
	}
}

// tokenOf logs somebody in by either password that the reference has.
func (w world) tokenOf(t testing.TB, email string) string {
	t.Helper()
	for _, password := range []string{password, "another battery staple"} {
		got := w.do(t, graphqlclient.Call{Query: fmt.Sprintf("mutation { auth_login(email: %q, password: %q) { access_token } }", email, password)})
		var data struct {
			Tokens graphqlclient.Tokens `json:"auth_login"`
		}
		if got.Data(&data) == nil && data.Tokens.AccessToken != "" {
			return data.Tokens.AccessToken
		}
	}
	t.Fatalf("%s cannot log in", email)
	return ""
}

// unlike says where an answer differs from the one in the reference, in which "..." ends a text
// that is another each time.
func unlike(path string, got, want any) string {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || len(object) != len(want) && !strings.HasSuffix(path, "server_health") {
			return fmt.Sprintf("%s is %v, want the members of %v", path, got, want)
		}
		for name, member := range want {
			if difference := unlike(path+"."+name, object[name], member); difference != "" {
				return difference
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
		for i := range want {
			if difference := unlike(fmt.Sprintf("%s.%d", path, i), list[i], want[i]); difference != "" {
				return difference
			}
		}
	case string:
		text, ok := got.(string)
		if !ok || text != want && !strings.HasSuffix(want, "...") {
			return fmt.Sprintf("%s is %v, want %q", path, got, want)
		}
	default:
		if got != want {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
	}
	return ""
}
