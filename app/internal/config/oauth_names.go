package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// The two families of settings, by what their names begin with.
const (
	pageFamily   = "OAUTH_"
	todaysFamily = "AUTH_"
)

const (
	maxProviderNameBytes = 30 // less than a secret has, which somebody may have put there
	groupOfProviders     = "Each provider"
)

// OAuthSettings returns the settings of a provider X of AUTH_PROVIDERS. The Page of one is its
// name for a provider of OAUTH_PROVIDERS.
func OAuthSettings() []Setting {
	settings := settingsOfProvider(todaysFamily, todaysFamily+"X_")
	for i, s := range settingsOfProvider(pageFamily, pageFamily+"X_") {
		settings[i].Page = s.Name
	}
	return settings
}

// settingsOfProvider returns the settings that begin with prefix, which is one of family.
func settingsOfProvider(family, prefix string) []Setting {
	var settings []Setting
	provider := reflect.TypeFor[OAuthProvider]()
	for i := range provider.NumField() {
		field := provider.Field(i)
		name, page := field.Tag.Get("env"), field.Tag.Get("page")
		if name == "-" {
			continue
		}
		s := describe(groupOfProviders, field)
		s.Name, s.field = prefix+name, name
		if family == pageFamily && page != "" {
			s.Name, s.Alias = prefix+page, prefix+name
		}
		settings = append(settings, s)
	}
	return settings
}

// takeProviders reads which providers there are, adds their settings to those that there are,
// and finds the values of these.
func (l *loader) takeProviders(flags layer, layers ...layer) {
	var added []Setting
	for _, list := range []struct{ setting, family string }{{"OAUTH_PROVIDERS", pageFamily}, {"AUTH_PROVIDERS", todaysFamily}} {
		for _, name := range splitNames(l.values[list.setting]) {
			added = append(added, l.addProvider(list.setting, list.family, name)...)
		}
	}
	at := l.position("AUTH_DISABLE_DEFAULT") + 1
	l.settings = slices.Insert(l.settings, at, added...)
	for _, s := range added {
		l.take(s.Name, flags, layers...)
	}
}

// splitNames splits at blanks, too, as configurations of the page's era have it.
func splitNames(text string) []string {
	names := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	if len(names) == 0 {
		return nil
	}
	return names
}

// addProvider returns the settings of a provider, or none where its name is no good.
func (l *loader) addProvider(list, family, name string) []Setting {
	const fix = "write letters, digits, - and _, beginning with a letter, at most 30"
	variable := strings.ReplaceAll(strings.ToUpper(name), "-", "_")
	prefix := family + variable + "_"
	switch {
	case !isProviderName(name):
		l.mistake(list, l.shownValue(list, name)+" is no name of a provider", fix)
		return nil
	case strings.EqualFold(name, "default"):
		l.mistake(list, l.shownValue(list, name)+" is what logging in with a password is called", "give the provider another name")
		return nil
	}
	settings := settingsOfProvider(family, prefix)
	for _, other := range l.providers {
		switch {
		case strings.EqualFold(other.Name, name):
			l.mistake(list, "names "+l.shownValue(list, name)+" a second time", "name each provider once, in one of the two lists")
			return nil
		case overlapping(settings, other.settings):
			l.mistake(list, l.shownValue(list, name)+" would have settings of the same name as "+quote(other.Name), "give one of them another name")
			return nil
		}
	}
	l.providers = append(l.providers, namedProvider{OAuthProvider{Name: name, Prefix: prefix}, settings})
	return settings
}

// namedProvider is a provider that is configured, and its settings.
type namedProvider struct {
	OAuthProvider
	settings []Setting
}

func overlapping(some, others []Setting) bool {
	taken := map[string]bool{}
	for _, s := range others {
		taken[s.Name] = true
		taken[s.Alias] = s.Alias != ""
	}
	return slices.ContainsFunc(some, func(s Setting) bool { return taken[s.Name] || taken[s.Alias] })
}

func isProviderName(name string) bool {
	return name != "" && len(name) <= maxProviderNameBytes && !strings.ContainsRune("-_0123456789", rune(name[0])) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !isLetterOrDigit(r) && r != '-' && r != '_' })
}

// parseProviders reads the settings of every provider.
func (l *loader) parseProviders(c *Config) error {
	for _, p := range l.providers {
		values, names := map[string]string{}, map[string]string{}
		for _, s := range p.settings {
			names[s.field] = s.Name
			if value, set := l.values[s.Name]; set {
				values[s.field] = value
			}
		}
		if err := env.ParseWithOptions(&p.OAuthProvider, env.Options{
			Environment: values,
			FuncMap:     l.parsers(),
			OnSet:       func(field string, _ any, _ bool) { l.current = names[field] },
		}); err != nil {
			return err
		}
		c.OAuth.Places = append(c.OAuth.Places, p.OAuthProvider)
	}
	return nil
}

// isOfProviders reports whether a name begins as the settings of providers do.
func isOfProviders(name string) bool {
	return strings.HasPrefix(name, pageFamily) || strings.HasPrefix(name, todaysFamily)
}

// pointOut warns of a name that looks like a setting of a provider and is none.
func (l *loader) pointOut(name, value string, known []string) {
	base := strings.TrimSuffix(name, fileSuffix)
	of := slices.IndexFunc(l.providers, func(p namedProvider) bool { return strings.HasPrefix(base, p.Prefix) })
	near := nearest(name, known, maxDistance)
	switch {
	case of >= 0 && base == l.providers[of].Prefix+"OAUTH" && strings.HasPrefix(base, pageFamily):
		if value != "2" {
			l.mistake(l.providers[of].Prefix+"DRIVER", base+" asks for another protocol than OAuth 2, which is all there is", "set it to 2, or unset it")
		}
	case near != "":
		l.warn("%s is no setting; did you mean %s?", name, near)
	case of < 0 && endsLikeOne(base):
		family := todaysFamily
		if strings.HasPrefix(base, pageFamily) {
			family = pageFamily
		}
		l.warn("%s has no effect: %sPROVIDERS names no such provider", name, family)
	default:
		l.warn("%s has no effect in this version", name)
	}
}

// endsLikeOne reports whether a name could be a setting of some provider.
func endsLikeOne(name string) bool {
	family := todaysFamily
	if strings.HasPrefix(name, pageFamily) {
		family = pageFamily
	}
	return slices.ContainsFunc(settingsOfProvider(family, "_"), func(s Setting) bool {
		return strings.HasSuffix(name, s.Name) || s.Alias != "" && strings.HasSuffix(name, s.Alias)
	})
}
