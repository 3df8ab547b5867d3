package cli_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// signingKeys is the auth.KeysAPI of a backend.
type signingKeys struct{ *backend }

func (k signingKeys) Status(context.Context) ([]auth.KeyStatus, error) {
	return k.keys, k.keysErr
}

func (k signingKeys) Rotate(_ context.Context, in auth.RotateKey) (auth.KeyStatus, error) {
	if k.keysErr != nil {
		return auth.KeyStatus{}, k.keysErr
	}
	k.rotations = append(k.rotations, in)
	return k.keys[0], nil
}

func (k signingKeys) Retire(_ context.Context, in auth.RetireKeys) ([]auth.KeyStatus, error) {
	k.retirements = append(k.retirements, in)
	return k.keys, k.keysErr
}

func withEdDSA(p *cli.Program) { p.Environ = []string{"ACCESS_TOKEN_ALGORITHM=EdDSA"} }

func sampleKeys() []auth.KeyStatus {
	at := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	return []auth.KeyStatus{
		{ID: "kid-1", Algorithm: "EdDSA", State: auth.KeyOld, Readable: true, CreatedAt: at, SignsFrom: at, TokensEnd: at.Add(time.Hour)},
		{ID: "kid-2", Algorithm: "EdDSA", State: auth.KeySigning, CreatedAt: at, SignsFrom: at.Add(time.Minute)},
	}
}

// assumed is the line below what depends on how long tokens live.
const assumed = "This takes it that tokens live for 24h0m0s at most (ACCESS_TOKEN_TTL 15m0s, SESSION_COOKIE_TTL 24h0m0s): these have to be the settings of the service.\n"

func TestKeysList(t *testing.T) {
	t.Run("is a table", func(t *testing.T) {
		run(t, &backend{keys: sampleKeys()}, withEdDSA, "keys", "list").want(t, cli.ExitOK, ""+
			"ID                                           ALGORITHM  STATE       PUBLISHED             SIGNS FROM            TOKENS END\n"+
			"kid-1                                        EdDSA      old         2026-03-14T09:26:53Z  2026-03-14T09:26:53Z  2026-03-14T10:26:53Z\n"+
			"kid-2                                        EdDSA      unreadable  2026-03-14T09:26:53Z  2026-03-14T09:27:53Z  -\n"+
			"Key kid-2 should sign, and is opened by none of the data keys. The last token of key kid-1 is over at 2026-03-14T10:26:53Z.\n"+assumed)
	})
	t.Run("ends with where things stand", func(t *testing.T) {
		keys := sampleKeys()
		keys[1].Readable = true
		keys = append(keys, auth.KeyStatus{ID: "kid-3", Algorithm: "EdDSA", State: auth.KeyNext, Readable: true, SignsFrom: keys[1].SignsFrom.Add(time.Hour)})
		over := auth.KeyStatus{ID: "kid-0", Algorithm: "EdDSA", State: auth.KeyOver, Readable: true}
		unused := auth.KeyStatus{ID: "kid-x", Algorithm: "ES256", State: auth.KeyUnused, Readable: true}
		for want, list := range map[string][]auth.KeyStatus{
			"Tokens are signed with EdDSA by key kid-2. The last token of key kid-1 is over at 2026-03-14T10:26:53Z. The next one signs from 2026-03-14T10:27:53Z on.": keys,
			"Tokens are signed with EdDSA by key kid-2. Keys to retire: 2.":                                                                                            {over, over, keys[1]},
			"No EdDSA key signs: the service makes the first one when it starts.":                                                                                      {unused},
		} {
			got := run(t, &backend{keys: list}, withEdDSA, "keys", "list").stdout
			if !strings.HasSuffix(strings.TrimSuffix(got, assumed), "\n"+want+"\n") {
				t.Errorf("got %q, want it to end with %q", got, want)
			}
		}
	})
	t.Run("says that SECRET signs where the keys are left from before", func(t *testing.T) {
		unused := auth.KeyStatus{ID: "kid-x", Algorithm: "EdDSA", State: auth.KeyUnused, Signs: true, Readable: true}
		got := run(t, &backend{keys: []auth.KeyStatus{unused}}, nil, "keys", "list").stdout
		want := "\nAccess tokens are signed with SECRET, and not with these keys (ACCESS_TOKEN_ALGORITHM is HS256; if the service has another, give this command its settings).\n"
		if !strings.HasSuffix(got, want) {
			t.Errorf("got %q, want it to end with %q", got, want)
		}
	})
	t.Run("is JSON where it is asked for", func(t *testing.T) {
		run(t, &backend{keys: sampleKeys()[1:]}, nil, "keys", "list", "--json").want(t, cli.ExitOK, `[
  {
    "id": "kid-2",
    "algorithm": "EdDSA",
    "state": "signing",
    "readable": false,
    "published": "2026-03-14T09:26:53Z",
    "signs_from": "2026-03-14T09:27:53Z",
    "tokens_end": null
  }
]
`)
		run(t, &backend{}, nil, "keys", "list", "--json").want(t, cli.ExitOK, "[]\n")
	})
	t.Run("says why there are none", func(t *testing.T) {
		run(t, &backend{}, nil, "keys", "list").want(t, cli.ExitOK, "There are no key pairs: access tokens are signed with SECRET (ACCESS_TOKEN_ALGORITHM is HS256).\n")
		run(t, &backend{}, withEdDSA, "keys", "list").
			want(t, cli.ExitOK, "There is no key: the service makes the first one when it starts.\n")
	})
	t.Run("lets go of the database, and makes none", func(t *testing.T) {
		b := &backend{keysErr: errors.New("the store is down")}
		run(t, b, nil, "keys", "list").want(t, cli.ExitFailed, "", "sallyport: the store is down\n")
		if b.opened != 1 || b.closed != 1 || b.database.Create {
			t.Errorf("opened %d times, closed %d, Create %t", b.opened, b.closed, b.database.Create)
		}
	})
}

func TestKeysRotate(t *testing.T) {
	t.Run("says from when on the key signs", func(t *testing.T) {
		b := &backend{keys: sampleKeys()}
		run(t, b, nil, "keys", "rotate").want(t, cli.ExitOK, "The next EdDSA key is kid-1. It is published within 5 seconds, and signs from 2026-03-14T09:26:53Z on; the one before it verifies until its last token is over.\n")
		run(t, b, nil, "keys", "rotate", "--dry-run").want(t, cli.ExitOK, "The next EdDSA key would be published, and sign from 2026-03-14T09:26:53Z on. Nothing was changed.\n")
		run(t, b, nil, "keys", "rotate", "--now", "--json").want(t, cli.ExitOK, "[\n  {\n    \"id\": \"kid-1\",\n    \"algorithm\": \"EdDSA\",\n    \"state\": \"old\",\n    \"readable\": true,\n    \"published\": \"2026-03-14T09:26:53Z\",\n    \"signs_from\": \"2026-03-14T09:26:53Z\",\n    \"tokens_end\": \"2026-03-14T10:26:53Z\"\n  }\n]\n")
		if want := []auth.RotateKey{{}, {DryRun: true}, {Now: true}}; !slices.Equal(b.rotations, want) {
			t.Errorf("got %+v, want %+v", b.rotations, want)
		}
	})
	t.Run("says why not", func(t *testing.T) {
		run(t, &backend{keysErr: errors.New("the next key waits")}, nil, "keys", "rotate").want(t, cli.ExitFailed, "", "sallyport: the next key waits\n")
	})
}

func TestKeysRetire(t *testing.T) {
	b := &backend{keys: sampleKeys()[:1]}
	run(t, b, nil, "keys", "retire").want(t, cli.ExitOK, "Removed the EdDSA key kid-1.\n"+assumed)
	run(t, b, nil, "keys", "retire", "kid-1", "--now", "--dry-run").want(t, cli.ExitOK, "Would remove the EdDSA key kid-1. Nothing was changed.\n")
	run(t, b, nil, "keys", "retire", "kid-1", "--give-up").want(t, cli.ExitOK, "Removed the EdDSA key kid-1.\n")
	if want := []auth.RetireKeys{{}, {ID: "kid-1", Now: true, DryRun: true}, {ID: "kid-1", GiveUp: true}}; !slices.Equal(b.retirements, want) {
		t.Errorf("got %+v, want %+v", b.retirements, want)
	}
	run(t, &backend{}, nil, "keys", "retire").want(t, cli.ExitOK, "There is no key whose last token is over.\n")
	run(t, &backend{}, nil, "keys", "retire", "--json").want(t, cli.ExitOK, "[]\n")
}
