// Package keys holds the two secrets of the service, SECRET and DATA_KEY: what was set is
// checked, and what is missing is made, and kept where a file is the right place for it.
package keys

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// ErrConfiguration says that the operator has to change a setting or a file. Its message
// says which and how.
var ErrConfiguration = errors.New("configuration")

// Policy is what happens to a key that is not configured.
type Policy int

const (
	// Demand refuses to go on. It is for databases that several instances share: keys
	// kept beside one of them would not be those of the others.
	Demand Policy = iota
	// Keep reads the key from a file, and makes both when there is none.
	Keep
	// Fresh makes a key that is forgotten with the process.
	Fresh
)

// randomBytes is how much of a key that we make is random.
const randomBytes = 32

// Wanted describes one key.
type Wanted struct {
	Name       string   // of its setting
	Configured string   // empty: none
	Previous   []string // of NAME_PREVIOUS
	File       string   // where Keep keeps it
}

// Key is a key and those before it. The bytes are those of the text that was set, as the
// reference service uses them.
type Key struct {
	Current  []byte
	Previous [][]byte
	Made     bool // just now, and kept in its file
}

// Load returns the key w, and warnings for the log. Errors match ErrConfiguration where
// the operator can do something about them, and never hold a key.
func Load(w Wanted, p Policy) (Key, []string, error) {
	var previous [][]byte
	for i, text := range w.Previous {
		if problem := domain.SecretWeakness(text); problem != "" {
			return Key{}, nil, configurationError("entry %d of %s_PREVIOUS %s; drop it", i+1, w.Name, problem)
		}
		previous = append(previous, []byte(text))
	}
	key, warnings, err := current(w, p)
	if err != nil {
		return Key{}, nil, err
	}
	key.Previous = previous
	return key, warnings, nil
}

func current(w Wanted, p Policy) (Key, []string, error) {
	if w.Configured != "" {
		if problem := domain.SecretWeakness(w.Configured); problem != "" {
			return Key{}, nil, configurationError("%s %s; %s", w.Name, problem, HowToMake(w.Name))
		}
		return Key{Current: []byte(w.Configured)}, nil, nil
	}
	switch p {
	case Keep:
		return keep(w)
	case Fresh:
		return Key{Current: []byte(random())}, nil, nil
	}
	return Key{}, nil, configurationError("%s is not set, and every instance needs the same; %s", w.Name, HowToMake(w.Name))
}

// HowToMake says how an operator gets a good value for the setting name.
func HowToMake(name string) string {
	return "set " + name + " to the output of `openssl rand -base64 32`"
}

func random() string {
	b := make([]byte, randomBytes)
	rand.Read(b) // documented never to fail
	return base64.RawURLEncoding.EncodeToString(b)
}

func configurationError(format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...)}
}

// refusal matches ErrConfiguration without saying so in its text.
type refusal struct{ text string }

func (r *refusal) Error() string        { return r.text }
func (r *refusal) Is(target error) bool { return target == ErrConfiguration }
