package gotemplate

import (
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/core/port"
)

// maxNameRunes is the longest name that a mail greets somebody by.
const maxNameRunes = 100

// values are what templates can show.
type values struct {
	ProjectName, FirstName, Link, IP string
	ExpiresIn                        span
	Language, Direction              string
	Subject                          string
}

// span is a time that templates can put into words.
type span struct {
	Count int
	Unit  string // minute, hour or day
}

func valuesOf(c port.MailContent, project string, tag language.Tag) values {
	return values{
		ProjectName: line(project),
		FirstName:   line(c.FirstName),
		Link:        c.Link,
		IP:          address(c.Client.IP),
		ExpiresIn:   spanOf(c.ExpiresIn),
		Language:    tag.String(),
		Direction:   direction(tag),
	}
}

// line makes text one line of bounded length.
func line(text string) string {
	runes := []rune(strings.Join(strings.FieldsFunc(text, breaks), " "))
	return string(runes[:min(len(runes), maxNameRunes)])
}

func breaks(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// address returns text where it is an address, so that nothing else gets into a mail as one.
func address(text string) string {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return ""
	}
	return addr.WithZone("").String()
}

// spanOf counts to the nearest minute, halves down, so that a mail that is written seconds
// late still says what was set; in the largest unit that leaves no rest, and at least a minute.
func spanOf(d time.Duration) span {
	const day = 24 * time.Hour
	d = max((d + time.Minute/2 - 1).Truncate(time.Minute), time.Minute)
	switch {
	case d%day == 0:
		return span{int(d / day), "day"}
	case d%time.Hour == 0:
		return span{int(d / time.Hour), "hour"}
	}
	return span{int(d / time.Minute), "minute"}
}

// direction is that of the script that the language is written in.
func direction(tag language.Tag) string {
	script, _ := tag.Script()
	if slices.Contains([]string{"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}, script.String()) {
		return "rtl"
	}
	return "ltr"
}
