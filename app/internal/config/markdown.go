package config

import (
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes the reference of all settings: first those of the reference service,
// which keep its names and meanings, then our own.
func WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(markdownIntroduction)
	b.WriteString("\n## Settings with their Directus names\n\nThese mean what they mean in Directus; where a default differs, it is the safer one.\n")
	writeSettings(&b, func(s Setting) bool { return !s.Own })
	b.WriteString("\n## Sallyport's own settings\n\nDirectus has none of these.\n")
	writeSettings(&b, func(s Setting) bool { return s.Own })
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("config: write the reference: %w", err)
	}
	return nil
}

func writeSettings(b *strings.Builder, wanted func(Setting) bool) {
	group := ""
	for _, s := range append(Settings(), OAuthSettings()...) {
		if !wanted(s) {
			continue
		}
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(b, "\n### %s\n\n", group)
			if group == groupOfProviders {
				b.WriteString(markdownProviders)
			}
			b.WriteString("| Name | Type | Default | Meaning |\n| --- | --- | --- | --- |\n")
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", s.Name, markdownType(s), markdownDefault(s), cell(markdownMeaning(s)))
	}
}

func markdownType(s Setting) string {
	switch {
	case s.oneof != nil:
		return "one of `" + strings.Join(s.oneof, "`, `") + "`"
	case s.min != "":
		return s.Type + ", " + s.min + " to " + s.max
	}
	return s.Type
}

func markdownDefault(s Setting) string {
	switch {
	case s.Default != "":
		return "`" + s.Default + "`"
	case s.Unset != "":
		return s.Unset
	}
	return "not set"
}

func markdownMeaning(s Setting) string {
	meaning := s.Doc
	if s.Page != "" && s.Page != pageFamily+strings.TrimPrefix(s.Name, todaysFamily) {
		meaning += " Of OAUTH_PROVIDERS: `" + s.Page + "`."
	}
	if s.Alias != "" {
		meaning += " The name `" + s.Alias + "` is read as well."
	}
	if s.bare != "" {
		meaning += " A number without a unit is in " + s.bare + "."
	}
	if s.Secret {
		meaning += " Never shown."
	}
	return meaning
}

// cell keeps text inside a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

const markdownProviders = "X is the name of the provider in capitals, with _ for -: a provider `GitHub` of AUTH_PROVIDERS has " +
	"`AUTH_GITHUB_CLIENT_ID`, one of OAUTH_PROVIDERS `OAUTH_GITHUB_KEY`. Where nothing else is said, `OAUTH_X_` takes the place of " +
	"`AUTH_X_`. [Logins elsewhere](oauth.md) has what to write for which provider.\n\n"

const markdownIntroduction = `# Configuration

<!-- Made from app/internal/config/config.go by: go run ./app/internal/config/gendocs > docs/configuration.md -->

Every setting has a default that works. ` + "`sallyport config print`" + ` lists them all with their values and
where those come from; ` + "`sallyport config check`" + ` says what is wrong. A command that finds mistakes
lists all of them, does nothing and exits with 2. Two kinds hide others until they are put right: a line that cannot
be read hides the rest of its file, and mistakes in settings those in the templates of mails.

## Where values come from

The first of these that has a value wins:

1. a flag, for the settings that have one (` + "`sallyport serve --help`" + `),
2. the environment,
3. the file ` + "`.env`" + ` in the working directory, or the file that ` + "`CONFIG_PATH`" + ` or ` + "`--env-file`" + ` names,
4. the default.

An empty value is no value. ` + "`NAME_FILE`" + ` names a file that holds the value of ` + "`NAME`" + `; a line end at
its end is not part of the value. To set both ` + "`NAME`" + ` and ` + "`NAME_FILE`" + ` is a mistake.

The ` + "`.env`" + ` file has one ` + "`NAME=value`" + ` a line. In values without quotes or in double quotes, ` + "`$OTHER`" + `
stands for another value of the file; in single quotes nothing is replaced. The file does not change the
environment of the process.

## How values are written

- **duration**: whole numbers with a unit, such as ` + "`15m`" + ` or ` + "`1h30m`" + `. Units are ` + "`ms`, `s`, `m`, `h`, `d`, `w`" + `.
  A number without a unit is a mistake; only ` + "`0`" + ` needs none.
- **size**: a whole number with a unit, ` + "`b`, `kb`, `mb` or `gb`" + `; each is 1024 of the one before.
- **limit**: how many attempts in how long, such as ` + "`10/15m`" + `, or ` + "`off`" + `. So many are allowed at once, and
  one is given back each time its share of the time has passed: here every 90 seconds.
- **list**: values with commas in between; blanks around them do not count.
- **true or false**: also ` + "`1` or `0`" + `.
- **PEM text**: several lines, from ` + "`-----BEGIN`" + ` on; best in a file that ` + "`NAME_FILE`" + ` names.

The prefixes that force a type in Directus (` + "`string:`, `number:`, `boolean:`, `array:`" + `) are cut from values
of the environment and of files. Write ` + "`string:`" + ` in front of a text that itself begins with one of them.

A name that is close to that of a setting, but is none, gives a warning with the name that was probably
meant; in the ` + "`.env`" + ` file every name that is no setting does.
`
