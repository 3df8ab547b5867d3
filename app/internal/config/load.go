package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Input is where the configuration comes from. A flag wins over the environment, that over
// the .env file, and that over the default.
type Input struct {
	Flags   map[string]string // by the name of the setting; an empty value is no value
	Environ []string          // as of os.Environ
	Serve   bool              // whether what only the running service needs has to be there
}

// Load reads and checks the whole configuration. The error is Mistakes, with which the
// Config has its Warnings and nothing else. Load reads files, the .env file and those that
// an X_FILE names, and changes nothing, not the environment either.
func Load(in Input) (Config, error) {
	l := newLoader()
	l.serve = in.Serve
	l.collect(in)

	var c Config
	if err := env.ParseWithOptions(&c, env.Options{
		Environment: l.values,
		FuncMap:     l.parsers(),
		OnSet:       func(name string, _ any, _ bool) { l.current = name },
	}); err != nil {
		return Config{}, fmt.Errorf("config: read the tags of Config: %w", err)
	}
	if err := l.parseProviders(&c); err != nil {
		return Config{}, fmt.Errorf("config: read the tags of OAuthProvider: %w", err)
	}
	l.derive(&c)
	l.check(&c)

	if len(l.mistakes) > 0 {
		slices.SortStableFunc(l.mistakes, func(a, b Mistake) int { return l.position(a.Name) - l.position(b.Name) })
		return Config{warnings: l.warnings}, l.mistakes
	}
	c.values, c.warnings = l.shown(), l.warnings
	return c, nil
}

// loader is the state of one Load.
type loader struct {
	settings  []Setting
	providers []namedProvider   // whose settings are among these
	values    map[string]string // by setting, where it is set
	sources   map[string]string // by setting, where it is set
	current   string            // the setting whose value is being parsed
	serve     bool              // as Input.Serve
	mistakes  Mistakes
	warnings  []string
}

func newLoader() *loader {
	return &loader{settings: Settings(), values: map[string]string{}, sources: map[string]string{}}
}

// derive fills in the defaults that follow from other settings.
func (l *loader) derive(c *Config) {
	if c.Server.PublicURL == "" {
		c.Server.PublicURL = defaultPublicURL(c.Server.Port)
		l.values["PUBLIC_URL"] = c.Server.PublicURL
	}
	if c.Database.Filename == "" {
		c.Database.Filename = filepath.Join(c.General.DataDir, "sallyport.db")
		l.values["DB_FILENAME"] = c.Database.Filename
	}
	l.deriveDatabase(&c.Database)
	l.deriveRedis(&c.Redis)
	if !l.isSet("EMAIL_TRANSPORT") && c.Server.IsLocal() {
		c.Mail.Transport = Mailbox
		l.values["EMAIL_TRANSPORT"] = Mailbox
	}
}

// isSet reports whether somebody has set the setting name.
func (l *loader) isSet(name string) bool {
	_, set := l.sources[name]
	return set
}

func defaultPublicURL(port int) string { return "http://localhost:" + strconv.Itoa(port) }

func (l *loader) setting(name string) Setting { return l.settings[l.position(name)] }

func (l *loader) position(name string) int {
	return slices.IndexFunc(l.settings, func(s Setting) bool { return s.Name == name })
}

func (l *loader) mistake(name, problem, fix string) {
	source := l.sourceOf(name)
	if source == sourceEnvironment {
		source = ""
	}
	l.mistakes = append(l.mistakes, Mistake{Name: name, Source: source, Problem: problem, Fix: fix})
}

// sourceOf is where a setting was set, for people: the file with settings by its name.
func (l *loader) sourceOf(name string) string {
	source := l.sources[name]
	if source != sourceDotenv {
		return source
	}
	path, _ := l.envFile()
	return path
}

// envFile returns the path of the file with settings, and whether somebody has named it.
func (l *loader) envFile() (path string, named bool) {
	if path, named = l.values["CONFIG_PATH"]; !named {
		path = l.setting("CONFIG_PATH").Default
	}
	return path, named
}

// theEnvFile is the file with settings in a sentence.
func (l *loader) theEnvFile() string {
	path, named := l.envFile()
	if !named {
		return "the " + path + " file"
	}
	return "the file " + quote(path)
}

func (l *loader) warn(format string, args ...any) {
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}

// shownValue is a value in a mistake. What a file holds is not repeated: whoever named the
// wrong file may have named one with a secret in it.
func (l *loader) shownValue(name, value string) string {
	if l.isFromFile(name) {
		return "the value in the file"
	}
	return quote(value)
}

func (l *loader) isFromFile(name string) bool {
	return strings.HasSuffix(l.sources[name], fileSuffix)
}

// sound reports whether nothing is wrong with any of the settings so far. Checks that
// compare settings ask it first, so that one mistake is not told twice.
func (l *loader) sound(names ...string) bool {
	return !slices.ContainsFunc(l.mistakes, func(m Mistake) bool { return slices.Contains(names, m.Name) })
}

// knownNames are the names that may be set, without those that end in _FILE.
func (l *loader) knownNames() []string {
	names := map[string]bool{}
	for _, s := range l.settings {
		names[s.Name] = true
		if s.Alias != "" {
			names[s.Alias] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
