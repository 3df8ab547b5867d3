package document

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// kind is a kind of lexical token (section 2.1.6), or the one punctuator that it is.
type kind string

const (
	endOfText kind = "end of the document"
	aName     kind = "a name"
	anInteger kind = "an integer"
	aFloat    kind = "a number"
	aString   kind = "a string"
	spread    kind = "..."
)

// token is a lexical token.
type token struct {
	kind kind
	text string // as it stands in the document
	span span
	mean string // of a string: what it means
}

// lexer cuts a document into tokens.
type lexer struct {
	text  string
	at    int
	count int // tokens so far
	limit int
}

// next returns the next token.
func (l *lexer) next() (token, *Error) {
	l.skipIgnored()
	if l.at >= len(l.text) {
		return token{kind: endOfText, span: span{l.at, l.at}}, nil
	}
	if l.count++; l.count > l.limit {
		return token{}, &Error{Message: "The document has more than " + strconv.Itoa(l.limit) + " tokens."}
	}
	begin, c := l.at, l.text[l.at]
	switch {
	case strings.IndexByte("!$&()[]{}:=@|", c) >= 0:
		l.at++
		return l.token(kind(c), begin), nil
	case strings.HasPrefix(l.text[l.at:], "..."):
		l.at += 3
		return l.token(spread, begin), nil
	case isNameStart(c):
		for l.at < len(l.text) && (isNameStart(l.text[l.at]) || isDigit(l.text[l.at])) {
			l.at++
		}
		return l.token(aName, begin), nil
	case c == '-', isDigit(c):
		return l.number()
	case strings.HasPrefix(l.text[l.at:], `"""`):
		return l.blockString()
	case c == '"':
		return l.quotedString()
	}
	return token{}, l.errorAt(begin, "there is a character that no document may have here")
}

func (l *lexer) token(k kind, begin int) token {
	return token{kind: k, text: l.text[begin:l.at], span: span{begin, l.at}}
}

// byteOrderMark means nothing, wherever it stands between tokens (section 2.1.1).
const byteOrderMark = "\ufeff"

// skipIgnored passes blanks, line ends, commas, comments and the byte order mark.
func (l *lexer) skipIgnored() {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == ' ', c == '\t', c == '\n', c == '\r', c == ',':
			l.at++
		case strings.HasPrefix(l.text[l.at:], byteOrderMark):
			l.at += len(byteOrderMark)
		case c == '#':
			if i := strings.IndexAny(l.text[l.at:], "\r\n"); i >= 0 {
				l.at += i
			} else {
				l.at = len(l.text)
			}
		default:
			return
		}
	}
}

// number reads an IntValue or a FloatValue that 64 bits can hold.
func (l *lexer) number() (token, *Error) {
	begin := l.at
	wrong := func() (token, *Error) { return token{}, l.errorAt(begin, "there is a malformed number") }
	if l.peek() == '-' {
		l.at++
	}
	switch {
	case l.peek() == '0':
		l.at++
	case l.digits() == 0:
		return wrong()
	}
	is := anInteger
	if l.peek() == '.' {
		is = aFloat
		l.at++
		if l.digits() == 0 {
			return wrong()
		}
	}
	if c := l.peek(); c == 'e' || c == 'E' {
		is = aFloat
		l.at++
		if c := l.peek(); c == '+' || c == '-' {
			l.at++
		}
		if l.digits() == 0 {
			return wrong()
		}
	}
	if c := l.peek(); isDigit(c) || isNameStart(c) || c == '.' {
		return wrong()
	}
	t := l.token(is, begin)
	var err error
	if is == anInteger {
		_, err = strconv.ParseInt(t.text, 10, 64)
	} else {
		_, err = strconv.ParseFloat(t.text, 64)
	}
	if err != nil {
		return token{}, l.errorAt(begin, "there is a number that is too large")
	}
	return t, nil
}

// digits passes digits and says how many.
func (l *lexer) digits() int {
	begin := l.at
	for isDigit(l.peek()) {
		l.at++
	}
	return l.at - begin
}

// peek returns the next byte, or 0 at the end.
func (l *lexer) peek() byte {
	if l.at >= len(l.text) {
		return 0
	}
	return l.text[l.at]
}

// quotedString reads a string of one line.
func (l *lexer) quotedString() (token, *Error) {
	begin := l.at
	l.at++
	var value strings.Builder
	for {
		r, size := utf8.DecodeRuneInString(l.text[l.at:])
		switch {
		case size == 0, r == '\n', r == '\r':
			return token{}, l.errorAt(begin, "there is a string without an end")
		case r == '"':
			l.at++
			t := l.token(aString, begin)
			t.mean = value.String()
			return t, nil
		case r == '\\':
			escaped, ok := l.escape()
			if !ok {
				return token{}, l.errorAt(l.at, "there is an escape in a string that means no character")
			}
			value.WriteRune(escaped)
		default:
			value.WriteString(l.text[l.at : l.at+size])
			l.at += size
		}
	}
}

// escape reads an escape, which begins with a backslash. Half of a character is none.
func (l *lexer) escape() (rune, bool) {
	rest := l.text[l.at+1:]
	if rest == "" {
		return 0, false
	}
	if i := strings.IndexByte(`"\/bfnrt`, rest[0]); i >= 0 {
		l.at += 2
		return rune("\"\\/\b\f\n\r\t"[i]), true
	}
	if rest[0] != 'u' {
		return 0, false
	}
	if strings.HasPrefix(rest, "u{") {
		digits, _, found := strings.Cut(rest[2:], "}")
		r, ok := hexRune(digits)
		if !found || !ok || !utf8.ValidRune(r) {
			return 0, false
		}
		l.at += len(`\u{}`) + len(digits)
		return r, true
	}
	first, ok := unit(rest)
	if !ok {
		return 0, false
	}
	if !utf16.IsSurrogate(first) {
		l.at += len(`\uXXXX`)
		return first, true
	}
	second, ok := unit(strings.TrimPrefix(rest[len("uXXXX"):], `\`))
	r := utf16.DecodeRune(first, second)
	if !ok || rest[len("uXXXX")] != '\\' || r == utf8.RuneError {
		return 0, false
	}
	l.at += 2 * len(`\uXXXX`)
	return r, true
}

// unit returns the UTF-16 code unit of an escape "uXXXX" that text begins with.
func unit(text string) (rune, bool) {
	if len(text) < 5 || text[0] != 'u' {
		return 0, false
	}
	return hexRune(text[1:5])
}

func hexRune(digits string) (rune, bool) {
	n, err := strconv.ParseUint(digits, 16, 31)
	return rune(n), err == nil && len(digits) <= 8
}

// blockString reads a string of several lines (section 2.9.4).
func (l *lexer) blockString() (token, *Error) {
	begin := l.at
	l.at += 3
	var raw strings.Builder
	for {
		rest := l.text[l.at:]
		i := strings.Index(rest, `"""`)
		if i < 0 {
			return token{}, l.errorAt(begin, "there is a string without an end")
		}
		if i > 0 && rest[i-1] == '\\' {
			raw.WriteString(rest[:i-1] + `"""`)
			l.at += i + 3
			continue
		}
		raw.WriteString(rest[:i])
		l.at += i + 3
		t := l.token(aString, begin)
		t.mean = blockValue(raw.String())
		return t, nil
	}
}

// blockValue takes the common indentation and the blank lines at both ends away.
func blockValue(raw string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(raw), "\n")
	isBlank := func(line string) bool { return strings.Trim(line, " \t") == "" }
	common := -1
	for _, line := range lines[1:] {
		if indent := len(line) - len(strings.TrimLeft(line, " \t")); !isBlank(line) && (common < 0 || indent < common) {
			common = indent
		}
	}
	for i := range lines {
		if i > 0 && common > 0 {
			lines[i] = lines[i][min(common, len(lines[i])):]
		}
	}
	for len(lines) > 0 && isBlank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && isBlank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

// errorAt says where something is wrong with the syntax.
func (l *lexer) errorAt(at int, what string) *Error {
	line, column := place(l.text, at)
	return &Error{Message: "Syntax error: " + what + ".", Line: line, Column: column}
}

// place returns the line and the column, in characters, of a byte of the text.
func place(text string, at int) (line, column int) {
	before := text[:min(at, len(text))]
	if strings.Contains(before, "\r") {
		before = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(before)
	}
	last := before[strings.LastIndexByte(before, '\n')+1:]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(last) + 1
}

func isNameStart(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
