package config

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/port"
)

// parsers returns how each type of field is read. A parser that finds a mistake notes it
// and returns the zero value, so that all the others are found as well.
func (l *loader) parsers() map[reflect.Type]env.ParserFunc {
	return map[reflect.Type]env.ParserFunc{
		reflect.TypeFor[string]():              l.parser(l.text),
		reflect.TypeFor[Secret]():              l.parser(func(_ Setting, value string) any { return Secret(value) }),
		reflect.TypeFor[[]Secret]():            l.parser(func(_ Setting, value string) any { return secretList(value) }),
		reflect.TypeFor[[]string]():            l.parser(func(_ Setting, value string) any { return splitList(value) }),
		reflect.TypeFor[bool]():                l.parser(l.boolean),
		reflect.TypeFor[int]():                 l.parser(func(s Setting, value string) any { return l.integer(s, value) }),
		reflect.TypeFor[uint32]():              l.parser(func(s Setting, value string) any { return uint32(l.integer(s, value)) }),
		reflect.TypeFor[uint8]():               l.parser(func(s Setting, value string) any { return uint8(l.integer(s, value)) }),
		reflect.TypeFor[time.Duration]():       l.parser(l.duration),
		reflect.TypeFor[port.Limit]():          l.parser(l.limit),
		reflect.TypeFor[auth.PasswordPolicy](): l.parser(l.passwordPolicy),
		reflect.TypeFor[Proxies]():             l.parser(l.proxies),
		reflect.TypeFor[map[string]string]():   l.parser(l.parameters),
	}
}

func (l *loader) parser(parse func(Setting, string) any) env.ParserFunc {
	return func(value string) (any, error) { return parse(l.setting(l.current), value), nil }
}

func (l *loader) text(s Setting, value string) any {
	if s.oneof == nil {
		return value
	}
	i := slices.IndexFunc(s.oneof, func(one string) bool { return strings.EqualFold(one, synonym(s.Name, value)) })
	if i >= 0 {
		return s.oneof[i]
	}
	if slices.Contains(absent(s.Name), strings.ToLower(value)) {
		l.mistake(s.Name, l.shownValue(s.Name, value)+" is not in this build", "this build has "+choice(s.oneof, "and"))
	} else {
		l.mistake(s.Name, l.shownValue(s.Name, value)+" is not a value of this setting", "write "+choice(s.oneof, "or"))
	}
	return ""
}

// synonym returns the value that another word for it stands for, or the word itself.
func synonym(name, value string) string {
	switch name + " " + strings.ToLower(value) {
	case "DB_CLIENT mariadb":
		return MySQL
	case "DB_CLIENT postgres", "DB_CLIENT postgresql":
		return PostgreSQL
	case "DB_CLIENT sqlite":
		return SQLite
	case "RATE_LIMITER_STORE memory":
		return InDatabase
	}
	return value
}

// absent are the values of a setting that the reference service knows and this build does
// not.
func absent(name string) []string {
	switch name {
	case "DB_CLIENT":
		return []string{"mssql", "oracledb", "cockroachdb"}
	case "RATE_LIMITER_STORE":
		return []string{"memcache"}
	case "EMAIL_TRANSPORT":
		return []string{"sendmail", "ses", "mailgun", "mailtrap"}
	}
	if isOfProviders(name) && strings.HasSuffix(name, "_DRIVER") {
		return []string{"local", "ldap", "saml", "apple"}
	}
	return nil
}

func secretList(value string) []Secret {
	var list []Secret
	for _, item := range splitList(value) {
		list = append(list, Secret(item))
	}
	return list
}

func (l *loader) boolean(s Setting, value string) any {
	switch strings.ToLower(value) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	l.mistake(s.Name, l.shownValue(s.Name, value)+" is neither true nor false", "write true or false")
	return false
}

// integer reads a whole number or a size within the bounds of s, which fit its field.
func (l *loader) integer(s Setting, value string) int {
	fix := "write a whole number from " + s.min + " to " + s.max
	parse := strconv.Atoi
	if s.size {
		fix = "write a size from " + s.min + " to " + s.max + ", such as " + s.Default
		parse = parseSize
	}
	n, err := parse(value)
	if err != nil {
		l.mistake(s.Name, l.shownValue(s.Name, value)+" "+reason(err), fix)
		return 0
	}
	// The tags are read by a test; they hold numbers.
	least, _ := parse(s.min)
	most, _ := parse(s.max)
	if n < least || n > most {
		l.mistake(s.Name, l.shownValue(s.Name, value)+" is out of range", fix)
		return 0
	}
	return n
}

func (l *loader) duration(s Setting, value string) any {
	fix := "write a duration from " + s.min + " to " + s.max + ", such as " + s.Default
	d, err := parseDuration(value)
	if errors.Is(err, errNoUnit) {
		unit := strings.TrimLeft(s.Default, "0123456789")
		if s.bare == "" {
			l.mistake(s.Name, l.shownValue(s.Name, value)+" has no unit", l.withUnit(s.Name, value, unit))
			return time.Duration(0)
		}
		d, err = parseDuration(value + s.bare)
	}
	if err != nil {
		l.mistake(s.Name, l.shownValue(s.Name, value)+" "+reason(err), fix)
		return time.Duration(0)
	}
	least, _ := parseDuration(s.min)
	most, _ := parseDuration(s.max)
	if d < least || d > most {
		l.mistake(s.Name, l.shownValue(s.Name, value)+" is out of range", fix)
		return time.Duration(0)
	}
	return d
}

func (l *loader) withUnit(name, value, unit string) string {
	const units = " another of ms, s, m, h, d, w"
	if l.isFromFile(name) {
		return "put " + unit + " after it, or" + units
	}
	return "write " + value + unit + ", or with" + units
}

func (l *loader) limit(s Setting, value string) any {
	limit, err := parseLimit(value)
	if err != nil {
		l.mistake(s.Name, l.shownValue(s.Name, value)+" "+reason(err), "write attempts and the time they are for, such as "+s.Default+", or off")
	}
	return limit
}

func (l *loader) passwordPolicy(s Setting, value string) any {
	policy, err := auth.ParsePasswordPolicy(value)
	if err != nil && l.isFromFile(s.Name) {
		err = errors.New("the file does not hold a regular expression that can be used") // its text is not shown
	}
	if err != nil {
		l.mistake(s.Name, "cannot be used: "+err.Error(), "write a regular expression in the syntax of Go, such as /^.{12,}$/")
	}
	return policy
}

func (l *loader) proxies(s Setting, value string) any {
	proxies, problem := parseProxies(value)
	if problem != "" && l.isFromFile(s.Name) {
		problem = "the file holds neither proxies that can be believed nor their number"
	}
	if problem != "" {
		l.mistake(s.Name, problem, proxiesFix)
	}
	return proxies
}

// reason says in words what is wrong with a number. Errors of strconv repeat the input.
func reason(err error) string {
	switch {
	case errors.Is(err, errNoUnit), errors.Is(err, errTooLarge):
		return err.Error()
	case errors.Is(err, strconv.ErrRange):
		return "is out of range"
	}
	return errSyntax.Error()
}

// quote shows the beginning of a value that is no secret.
func quote(value string) string {
	const shown = 60
	if len(value) > shown {
		value = strings.ToValidUTF8(value[:shown], "") + "..."
	}
	return strconv.Quote(value)
}

func choice(values []string, word string) string {
	last := len(values) - 1
	if last == 0 {
		return values[0]
	}
	return strings.Join(values[:last], ", ") + " " + word + " " + values[last]
}
