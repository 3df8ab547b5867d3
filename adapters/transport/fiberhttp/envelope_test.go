package fiberhttp_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// failure is the one entry of an error envelope.
type failure struct {
	Message    string         `json:"message"`
	Extensions map[string]any `json:"extensions"`
}

func (f failure) code() domain.Code {
	code, _ := f.Extensions["code"].(string)
	return domain.Code(code)
}

// failureIn returns the entry of the error envelope, and the zero failure for an answer
// that is none.
func failureIn(t testing.TB, got response) failure {
	t.Helper()
	if got.status < 400 {
		return failure{}
	}
	var envelope struct {
		Errors []failure `json:"errors"`
	}
	if err := json.Unmarshal(got.body, &envelope); err != nil || len(envelope.Errors) != 1 {
		t.Fatalf("status %d: got %.300q, want an envelope with one error", got.status, got.body)
	}
	return envelope.Errors[0]
}

// wantFailure fails the test unless the answer is that failure.
func wantFailure(t testing.TB, got response, status int, code domain.Code) {
	t.Helper()
	if failed := failureIn(t, got); got.status != status || failed.code() != code {
		t.Errorf("got %d %s (%s), want %d %s", got.status, failed.code(), failed.Message, status, code)
	}
}

// checkEnvelope fails the test unless the answer has the form that every answer has.
func checkEnvelope(t testing.TB, got response) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "no-referrer",
		"Server":                 "",
	} {
		if value := got.header.Get(name); value != want {
			t.Errorf("%s: got %q, want %q", name, value, want)
		}
	}
	switch {
	case got.status == http.StatusNoContent:
		checkNoContent(t, got)
	case got.status >= 400 && !strings.HasPrefix(got.header.Get("Content-Type"), "application/health+json"):
		checkErrors(t, got)
	}
}

func checkNoContent(t testing.TB, got response) {
	t.Helper()
	for _, name := range []string{"Content-Type", "Content-Length"} {
		if _, there := got.header[name]; there {
			t.Errorf("%s: got %q with 204, want none", name, got.header[name])
		}
	}
	if len(got.body) > 0 {
		t.Errorf("got a body of %d bytes with 204, want none", len(got.body))
	}
}

func checkErrors(t testing.TB, got response) {
	t.Helper()
	if value, want := got.header.Get("Content-Type"), "application/json; charset=utf-8"; value != want {
		t.Errorf("Content-Type: got %q, want %q", value, want)
	}
	if keys := members(t, got.body); !slices.Equal(keys, []string{"errors"}) {
		t.Errorf("got members %q, want errors alone", keys)
		return
	}
	failed := failureIn(t, got)
	if failed.Message == "" || failed.code() == "" {
		t.Errorf("got %s, want a message and a code", got.body)
	}
	after, there := got.header["Retry-After"]
	if wanted := failed.code() == domain.RequestsExceeded; wanted && !there {
		t.Error("got no Retry-After, want one")
	}
	if seconds, err := strconv.Atoi(strings.Join(after, "")); there && (err != nil || seconds < 1) {
		t.Errorf("Retry-After: got %q, want a whole number of at least 1", after)
	}
}

// members returns the sorted names in a JSON object.
func members(t testing.TB, object []byte) []string {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(object, &m); err != nil {
		t.Fatalf("got %.300q, want a JSON object: %v", object, err)
	}
	return slices.Sorted(maps.Keys(m))
}

// dataMembers returns the sorted names in the answer's data.
func dataMembers(t testing.TB, got response) []string {
	t.Helper()
	if keys := members(t, got.body); !slices.Equal(keys, []string{"data"}) {
		t.Fatalf("got members %q, want data alone", keys)
	}
	var data json.RawMessage
	if err := got.data(&data); err != nil {
		t.Fatal(err)
	}
	return members(t, data)
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}
