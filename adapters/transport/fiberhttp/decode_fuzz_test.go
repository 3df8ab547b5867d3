package fiberhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// FuzzDecodeBody: whatever a body holds, it is refused as INVALID_PAYLOAD, or read as another
// reader of JSON reads it who takes its members one by one, and asking a member for its text
// never fails in another way.
func FuzzDecodeBody(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", "7", `"abc"`, "{", "{} {}", "\ufeff{}", "{\"a\":\"\xff\"}",
		`{"email":"ann@example.com","password":"x","mode":"json"}`,
		`{"a":1,"a":"2"}`, `{"a":1,"A":2}`, `{"a":{"a":[1,null,true]},"":""}`,
		`{"a":"\u00e9\ud83d\ude00"}`, `{"a":"\ud83d"}`, `{"\ud83d":1}`, `{"\u0061":1,"a":2}`,
		"{\"a\" : \t1e400 ,\n\"b\":-0}", `{"a":"\u0000"}`,
	} {
		f.Add([]byte(seed))
	}
	app := fiber.New()
	f.Fuzz(func(t *testing.T, body []byte) {
		var request fasthttp.RequestCtx
		request.Request.Header.SetContentType("application/json")
		request.Request.SetBody(body)
		c := app.AcquireCtx(&request)
		defer app.ReleaseCtx(c)

		got, err := decodeBody(c)
		want, isObject := membersOf(body)
		if err != nil {
			wantInvalidPayload(t, err)
			if isObject && !httpedge.HasLoneSurrogate(body) {
				t.Errorf("%q is refused: %v", body, err)
			}
			return
		}
		if len(body) > 0 && !isObject {
			t.Fatalf("%q is read as %q", body, got)
		}
		if len(got) != len(want) {
			t.Errorf("%q is read as %q, want %q", body, got, want)
		}
		clear(request.Request.Body()) // the values are not of its memory
		for name, value := range want {
			if !bytes.Equal(got[name], value) {
				t.Errorf("%q of %q: got %q, want %q", name, body, got[name], value)
			}
			if _, err := got.requiredText(name); err != nil {
				wantInvalidPayload(t, err)
			}
		}
	})
}

func wantInvalidPayload(t *testing.T, err error) {
	t.Helper()
	var refusal *domain.Error
	if !errors.As(err, &refusal) || refusal.Code != domain.InvalidPayload {
		t.Errorf("got error %v, want INVALID_PAYLOAD", err)
	}
}

// membersOf reads the one object that a text is, member after member, and lets the last of a
// name win.
func membersOf(text []byte) (map[string]json.RawMessage, bool) {
	if !json.Valid(text) || !validUTF8(text) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, false
	}
	members := map[string]json.RawMessage{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, false
		}
		members[name.(string)] = value
	}
	return members, true
}

// validUTF8 reports whether nothing is lost by reading the text as characters.
func validUTF8(text []byte) bool { return bytes.Equal([]byte(string([]rune(string(text)))), text) }
