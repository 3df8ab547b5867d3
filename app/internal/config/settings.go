package config

import (
	"reflect"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Setting describes one setting, as the tags of Config do.
type Setting struct {
	Name    string
	Alias   string // a second name, or empty
	Page    string // of OAuthSettings: the name in the family of OAUTH_PROVIDERS
	Group   string
	Type    string // for people: "duration", "list of addresses", ...
	Default string // as it would be written; empty for none
	Unset   string // in words, where the default follows from something else
	Doc     string
	Secret  bool
	Own     bool // not a setting of the reference service

	oneof    []string
	min, max string
	size     bool
	pem      bool
	bare     string
	field    string // of a provider: the name behind its prefix
}

// Settings returns every setting there is but those of single providers, in the order of the
// reference.
func Settings() []Setting {
	var all []Setting
	config := reflect.TypeFor[Config]()
	for i := range config.NumField() {
		group := config.Field(i)
		if !group.IsExported() {
			continue
		}
		for j := range group.Type.NumField() {
			if s := describe(group.Tag.Get("group"), group.Type.Field(j)); s.Name != "-" {
				all = append(all, s)
			}
		}
	}
	return all
}

func describe(group string, field reflect.StructField) Setting {
	tag := field.Tag
	s := Setting{
		Name:    tag.Get("env"),
		Alias:   tag.Get("alias"),
		Group:   group,
		Default: tag.Get("envDefault"),
		Unset:   tag.Get("unset"),
		Doc:     tag.Get("doc"),
		Secret:  tag.Get("secret") == "true",
		Own:     tag.Get("own") == "true",
		min:     tag.Get("min"),
		max:     tag.Get("max"),
		size:    tag.Get("kind") == "size",
		pem:     tag.Get("kind") == "pem",
		bare:    tag.Get("bare"),
	}
	if oneof := tag.Get("oneof"); oneof != "" {
		s.oneof = strings.Split(oneof, "|")
	}
	s.Type = typeName(s, field.Type)
	return s
}

func typeName(s Setting, t reflect.Type) string {
	switch {
	case s.oneof != nil:
		return "one of " + strings.Join(s.oneof, ", ")
	case s.size:
		return "size"
	case s.pem:
		return "PEM text"
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t == reflect.TypeFor[port.Limit]():
		return "limit"
	case t == reflect.TypeFor[auth.PasswordPolicy]():
		return "regular expression"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "text"
	case t == reflect.TypeFor[[]Secret](), t == reflect.TypeFor[[]string]():
		return "list of texts"
	case t == reflect.TypeFor[map[string]string]():
		return "parameters"
	case t == reflect.TypeFor[Proxies]():
		return "list of addresses, or a number"
	}
	return "whole number"
}

// form says how a value may look, as a text.
func (s Setting) form() string {
	if s.pem {
		return "plain text"
	}
	return "one line of plain text"
}
