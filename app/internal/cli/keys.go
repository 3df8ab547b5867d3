package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
)

type keysListCommand struct {
	JSON bool `name:"json" help:"Write one JSON array."`
}

// Run lists the signing keys.
func (cmd keysListCommand) Run(in *invocation) error {
	return in.withSigningKeys(func(c config.Config, keys auth.KeysAPI) error {
		list, err := keys.Status(in.context)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return in.writeKeys(list)
		}
		if len(list) == 0 {
			_, err := fmt.Fprintln(in.Stdout, noKeys(c))
			return err
		}
		if err := in.showKeys(list); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(in.Stdout, keysInShort(c, list)); err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(key auth.KeyStatus) bool { return !key.TokensEnd.IsZero() }) {
			return nil
		}
		_, err = fmt.Fprintln(in.Stdout, assumedLifetime(c))
		return err
	})
}

// assumedLifetime says by which settings it was reckoned when tokens end: a shell may have others
// than the service.
func assumedLifetime(c config.Config) string {
	return fmt.Sprintf("This takes it that tokens live for %s at most (ACCESS_TOKEN_TTL %s, SESSION_COOKIE_TTL %s): these have to be the settings of the service.",
		max(c.Sessions.AccessTTL, c.Sessions.CookieTTL), c.Sessions.AccessTTL, c.Sessions.CookieTTL)
}

// keysInShort says where things stand, in a line.
func keysInShort(c config.Config, list []auth.KeyStatus) string {
	signs, rest, over := fmt.Sprintf("No %s key signs: the service makes the first one when it starts.", c.Sessions.Algorithm), "", 0
	if c.Sessions.Algorithm == auth.AlgorithmHS256 {
		signs = "Access tokens are signed with SECRET, and not with these keys (ACCESS_TOKEN_ALGORITHM is HS256; if the service has another, give this command its settings)."
	}
	for _, key := range list {
		switch key.State {
		case auth.KeySigning:
			signs = fmt.Sprintf("Tokens are signed with %s by key %s.", key.Algorithm, key.ID)
			if !key.Readable {
				signs = fmt.Sprintf("Key %s should sign, and is opened by none of the data keys.", key.ID)
			}
		case auth.KeyNext:
			rest += fmt.Sprintf(" The next one signs from %s on.", moment(key.SignsFrom))
		case auth.KeyOld:
			rest += fmt.Sprintf(" The last token of key %s is over at %s.", key.ID, moment(key.TokensEnd))
		case auth.KeyOver:
			over++
		}
	}
	if over > 0 {
		rest += fmt.Sprintf(" Keys to retire: %d.", over)
	}
	return signs + rest
}

// noKeys says why there are none.
func noKeys(c config.Config) string {
	if c.Sessions.Algorithm == auth.AlgorithmHS256 {
		return "There are no key pairs: access tokens are signed with SECRET (ACCESS_TOKEN_ALGORITHM is HS256)."
	}
	return "There is no key: the service makes the first one when it starts."
}

type keysRotateCommand struct {
	Now    bool `help:"Sign with it in ten seconds, before caches elsewhere may have it; a next key that waits is brought forward. For a key that leaked."`
	DryRun bool `name:"dry-run" help:"Change nothing; say what would be done."`
	JSON   bool `name:"json" help:"Write one JSON array."`
}

// Run makes the next key.
func (cmd keysRotateCommand) Run(in *invocation) error {
	return in.withSigningKeys(func(_ config.Config, keys auth.KeysAPI) error {
		key, err := keys.Rotate(in.context, auth.RotateKey{Now: cmd.Now, DryRun: cmd.DryRun})
		if err != nil {
			return err
		}
		if cmd.JSON {
			return in.writeKeys([]auth.KeyStatus{key})
		}
		if cmd.DryRun {
			_, err = fmt.Fprintf(in.Stdout, "The next %s key would be published, and sign from %s on. Nothing was changed.\n", key.Algorithm, moment(key.SignsFrom))
			return err
		}
		_, err = fmt.Fprintf(in.Stdout, "The next %s key is %s. It is published within 5 seconds, and signs from %s on; the one before it verifies until its last token is over.\n", key.Algorithm, key.ID, moment(key.SignsFrom))
		return err
	})
}

type keysRetireCommand struct {
	ID     string `arg:"" optional:"" help:"The key, as keys list shows it; unset: all whose last token is over."`
	Now    bool   `help:"Also while tokens of the key may be alive; they are refused within ten seconds."`
	GiveUp bool   `name:"give-up" help:"As --now, and also the key that signs: all tokens of it are refused, and a service that runs with it makes another."`
	DryRun bool   `name:"dry-run" help:"Change nothing; say what would be done."`
	JSON   bool   `name:"json" help:"Write one JSON array."`
}

// Run removes keys.
func (cmd keysRetireCommand) Run(in *invocation) error {
	return in.withSigningKeys(func(c config.Config, keys auth.KeysAPI) error {
		retired, err := keys.Retire(in.context, auth.RetireKeys{ID: cmd.ID, Now: cmd.Now, GiveUp: cmd.GiveUp, DryRun: cmd.DryRun})
		if err != nil {
			return err
		}
		if cmd.JSON {
			return in.writeKeys(retired)
		}
		if len(retired) == 0 {
			_, err := fmt.Fprintln(in.Stdout, "There is no key whose last token is over.")
			return err
		}
		sentence := "Removed the %s key %s.\n"
		if cmd.DryRun {
			sentence = "Would remove the %s key %s. Nothing was changed.\n"
		}
		for _, key := range retired {
			if _, err := fmt.Fprintf(in.Stdout, sentence, key.Algorithm, key.ID); err != nil {
				return err
			}
		}
		if cmd.Now || cmd.GiveUp {
			return nil
		}
		_, err = fmt.Fprintln(in.Stdout, assumedLifetime(c))
		return err
	})
}

// withSigningKeys lends the keys of the configured database to use.
func (in *invocation) withSigningKeys(use func(config.Config, auth.KeysAPI) error) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	keys, done, err := in.Backend.SigningKeys(in.context, c, DatabaseOptions{Log: in.log})
	if err != nil {
		return err
	}
	defer done()
	return use(c, keys)
}

const keyRow = "%-43s  %-9s  %-10s  %-20s  %-20s  %s\n"

func (in *invocation) showKeys(list []auth.KeyStatus) error {
	if _, err := fmt.Fprintf(in.Stdout, keyRow, "ID", "ALGORITHM", "STATE", "PUBLISHED", "SIGNS FROM", "TOKENS END"); err != nil {
		return err
	}
	for _, key := range list {
		state := string(key.State)
		if !key.Readable {
			state = "unreadable" // under the data keys there are, which is worth more than what it should do
		}
		if _, err := fmt.Fprintf(in.Stdout, keyRow, key.ID, key.Algorithm, state, moment(key.CreatedAt), moment(key.SignsFrom), moment(key.TokensEnd)); err != nil {
			return err
		}
	}
	return nil
}

// keyObject is a key in --json.
type keyObject struct {
	ID        string     `json:"id"`
	Algorithm string     `json:"algorithm"`
	State     string     `json:"state"`
	Readable  bool       `json:"readable"`
	Published time.Time  `json:"published"`
	SignsFrom time.Time  `json:"signs_from"`
	TokensEnd *time.Time `json:"tokens_end"` // null while no other key takes over
}

func (in *invocation) writeKeys(list []auth.KeyStatus) error {
	objects := make([]keyObject, len(list))
	for i, key := range list {
		objects[i] = keyObject{key.ID, key.Algorithm, string(key.State), key.Readable, key.CreatedAt, key.SignsFrom, nil}
		if !key.TokensEnd.IsZero() {
			objects[i].TokensEnd = &key.TokensEnd
		}
	}
	encoder := json.NewEncoder(in.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(objects)
}
