package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/joho/godotenv"
)

// The sources of values, as Value.Source gives them, but for sourceDotenv, in whose place it
// has the path of the file. A value from a file that X_FILE names has X_FILE as its source.
const (
	sourceFlag        = "flag"
	sourceEnvironment = "environment"
	sourceDotenv      = ".env"
	sourceDefault     = "default"
)

const (
	fileSuffix      = "_FILE"
	maxDotenvBytes  = 64 << 10
	maxSettingBytes = 64 << 10
	maxPEMBytes     = 1 << 20 // lists of authorities are long
)

// layer is one place that names can be set in.
type layer struct {
	source string
	values map[string]string
}

// found is a name that is set in a layer.
type found struct{ source, key, value string }

// collect finds the value of every setting.
func (l *loader) collect(in Input) {
	environment := layer{sourceEnvironment, environMap(in.Environ)}
	flags := layer{sourceFlag, in.Flags}

	l.take("CONFIG_PATH", flags, environment)
	dotenv := layer{sourceDotenv, l.dotenv()}
	for _, s := range l.settings {
		if s.Name != "CONFIG_PATH" {
			l.take(s.Name, flags, environment, dotenv)
		}
	}
	l.takeProviders(flags, environment, dotenv)
	l.checkUnsupported(environment, dotenv)
	l.suggest(environment, dotenv)
}

// take finds the value of one setting in the layers, the first of which are flags.
func (l *loader) take(name string, flags layer, layers ...layer) {
	s := l.setting(name)
	if value := flags.values[name]; value != "" {
		l.set(s, value, sourceFlag)
		return
	}

	var direct, files []found
	for _, layer := range layers {
		for _, key := range []string{s.Name, s.Alias} {
			if value := layer.values[key]; key != "" && value != "" {
				direct = append(direct, found{layer.source, key, value})
			}
			if path := layer.values[key+fileSuffix]; key != "" && path != "" {
				files = append(files, found{layer.source, key + fileSuffix, path})
			}
		}
	}
	all := append(direct, files...)
	switch {
	case len(all) == 0:
		return
	case len(direct) > 0 && len(files) > 0:
		l.mistake(name, direct[0].key+" and "+files[0].key+" are both set", "keep one of them")
		return
	case len(all) > 1 && all[0].source == all[1].source:
		l.mistake(name, all[0].key+" and "+all[1].key+" are both set", "keep one of them")
		return
	}
	if len(files) > 0 {
		l.takeFile(s, files[0])
		return
	}
	l.sources[name] = direct[0].source
	l.set(s, l.untyped(s, direct[0].value), direct[0].source)
}

func (l *loader) takeFile(s Setting, f found) {
	l.sources[s.Name] = f.key
	limit := int64(maxSettingBytes)
	if s.pem {
		limit = maxPEMBytes
	}
	text, err := readBounded(f.value, limit)
	if err != nil {
		// The path is not repeated: somebody may have put the secret itself there.
		l.mistake(s.Name, "the file that "+f.key+" names cannot be read: "+err.Error(), "name a readable file that holds nothing but the value")
		return
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	if text == "" {
		l.mistake(s.Name, "the file that "+f.key+" names is empty", "put the value into it")
		return
	}
	l.set(s, l.untyped(s, text), f.key)
}

// set keeps value, which is not empty, as that of s.
func (l *loader) set(s Setting, value, source string) {
	l.sources[s.Name] = source
	if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsControl(r) && (!s.pem || r != '\n' && r != '\r' && r != '\t')
	}) {
		l.mistake(s.Name, "holds a control character or is not UTF-8", "write it as "+s.form())
		return
	}
	if !s.Secret {
		value = strings.TrimSpace(value)
	}
	if value == "" {
		delete(l.sources, s.Name)
		return
	}
	l.values[s.Name] = value
}

// untyped cuts the prefix that names a type, as the reference service has them.
func (l *loader) untyped(s Setting, value string) string {
	prefix, rest, found := strings.Cut(value, ":")
	if !found {
		return value
	}
	switch prefix {
	case "string", "number", "boolean", "array":
		return rest
	case "json", "regex":
		l.mistake(s.Name, "begins with "+prefix+":, and no setting here is of that type", "write it as "+s.Type+"; put string: in front of a text that begins so")
		return ""
	}
	return value
}

// dotenv reads the .env file, or the file that CONFIG_PATH names.
func (l *loader) dotenv() map[string]string {
	path, named := l.envFile()
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json", ".yaml", ".yml", ".js":
		l.mistake("CONFIG_PATH", "names a file of a format that is not read here", "name a file with one NAME=value a line")
		return nil
	}
	text, err := readBounded(path, maxDotenvBytes)
	switch {
	case errors.Is(err, errNoFile) && !named:
		return nil
	case err != nil:
		l.mistake("CONFIG_PATH", "the file "+quote(path)+" cannot be read: "+err.Error(), "name a readable file with one NAME=value a line")
		return nil
	}
	return l.dotenvValues(path, text)
}

// dotenvValues reads the text of the .env file at path. No mistake repeats any of it: a
// line may hold a secret.
func (l *loader) dotenvValues(path, text string) map[string]string {
	text += "\n" // without which the library takes a last word without = for a value
	all, wrong := statements(text)
	values, err := godotenv.Unmarshal(text)
	if err != nil || wrong > 0 {
		l.mistake("CONFIG_PATH", "line "+strconv.Itoa(wrong)+" of the file "+quote(path)+" cannot be read", "write one NAME=value a line, with values that hold blanks, $ or # in single quotes")
		return nil
	}
	known := l.knownNames()
	seen := map[string]bool{}
	for _, s := range all {
		ours := slices.ContainsFunc(s.names, func(name string) bool { return isKnown(name, known) || isOfProviders(name) })
		if ours && s.refersTo(func(name string) bool { return !seen[name] }) {
			l.mistake("CONFIG_PATH", "line "+strconv.Itoa(s.line)+" of the file "+quote(path)+" takes what follows a $ for a name, and no line above sets that", "put a value that holds a $ in single quotes")
		}
		for _, name := range s.names {
			if seen[name] {
				l.warn("line %d of %s sets %s once more; the last one counts", s.line, l.theEnvFile(), name)
			}
			seen[name] = true
		}
	}
	return values
}

// readBounded reads a regular file of at most limit bytes. Its errors name no path.
func readBounded(path string, limit int64) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("it is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return "", withoutPath(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return "", withoutPath(err)
	}
	if int64(len(text)) > limit {
		return "", fmt.Errorf("it is larger than %d bytes", limit)
	}
	return string(text), nil
}

// errNoFile says in the same words on every system that a file is not there.
var errNoFile = errors.New("there is no such file")

func withoutPath(err error) error {
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errNoFile
	case errors.As(err, &pathError):
		return pathError.Err
	}
	return err
}

// environMap turns NAME=value entries into a map; of several entries for one name the first
// counts, as in os.Getenv.
func environMap(environ []string) map[string]string {
	values := make(map[string]string, len(environ))
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if _, twice := values[name]; !twice {
			values[name] = value
		}
	}
	return values
}
