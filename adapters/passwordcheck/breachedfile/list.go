package breachedfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Bounds of what is read at once, in bytes.
const (
	maxLine   = 64   // a hash, a count of 20 digits, and the end of the line
	maxWindow = 4096 // lines that are looked through one by one
)

// list is sorted lines of so many hexadecimal digits each, with or without a count behind them.
// It is safe for concurrent use where its reader is.
type list struct {
	r      io.ReaderAt
	size   int64
	digits int
}

// line is where a line begins and ends, and its digits, in upper case.
type line struct {
	begin, end int64
	key        string
}

var errUnsorted = errors.New("is not sorted by its hashes")

// holds reports whether one of the lines is of key, which has as many digits and is in upper
// case. It reads about a hundred bytes for each time that the list can be halved, and a window
// at the end.
func (l list) holds(ctx context.Context, key string) (bool, error) {
	low, high := int64(0), l.size // a line of key begins within these
	least, most := "", "\xff"     // the keys of the lines there
	for high-low > maxWindow {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		middle, err := l.behind(low + (high-low)/2)
		switch {
		case err != nil:
			return false, discreet(err)
		case middle.key < least || middle.key > most:
			return false, errUnsorted
		case middle.key == key:
			return true, nil
		case middle.key < key:
			low, least = middle.begin, middle.key
		default:
			high, most = middle.begin, middle.key
		}
	}
	found := false
	err := l.each(low, high, func(n line) { found = found || n.key == key })
	return found, discreet(err)
}

// behind returns the first line that begins behind the byte at.
func (l list) behind(at int64) (line, error) {
	text, err := l.read(at, min(at+2*maxLine, l.size))
	if err != nil {
		return line{}, err
	}
	end := bytes.IndexByte(text, '\n')
	if end < 0 {
		return line{}, l.malformed(at)
	}
	return l.first(text[end+1:], at+int64(end)+1)
}

// each visits the lines within two places at which lines begin, and wants them sorted.
func (l list) each(low, high int64, visit func(line)) error {
	text, err := l.read(low, high)
	if err != nil {
		return err
	}
	before := ""
	for at := low; at < high; {
		n, err := l.first(text[at-low:], at)
		if err != nil {
			return err
		}
		if n.key < before {
			return errUnsorted
		}
		visit(n)
		at, before = n.end, n.key
	}
	return nil
}

// first returns the line that text, which is at a place of the list, begins with.
func (l list) first(text []byte, at int64) (line, error) {
	all, _, ended := bytes.Cut(text, []byte("\n"))
	end := at + int64(len(all))
	if ended {
		end++
	}
	digits, ok := parse(all)
	if !ok || len(digits) != l.digits {
		return line{}, l.malformed(at)
	}
	return line{at, end, string(bytes.ToUpper(digits))}, nil
}

// parse returns the digits of a line without its LF, and whether it is of the form.
func parse(text []byte) (digits []byte, ok bool) {
	digits, count, counted := bytes.Cut(bytes.TrimSuffix(text, []byte("\r")), []byte(":"))
	if counted && (len(count) == 0 || len(bytes.Trim(count, "0123456789")) > 0) {
		return nil, false
	}
	return digits, len(text) < maxLine && len(bytes.Trim(digits, "0123456789ABCDEFabcdef")) == 0
}

func (l list) malformed(at int64) error { return malformedError{at, l.digits} }

// malformedError says where something else than a line of a list is.
type malformedError struct {
	at     int64
	digits int
}

func (e malformedError) Error() string {
	return fmt.Sprintf("is no list of hashes: at byte %d there is no line of %d hexadecimal digits", e.at, e.digits)
}

// discreet returns err without the place, which tells the beginning of the hash that was
// looked for.
func discreet(err error) error {
	if _, ok := errors.AsType[malformedError](err); ok {
		return errors.New("holds no list of hashes any more")
	}
	return err
}

// read returns the bytes within two places, all of them or none.
func (l list) read(from, to int64) ([]byte, error) {
	text := make([]byte, to-from)
	n, err := l.r.ReadAt(text, from)
	switch {
	case n == len(text):
		return text, nil
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("has become shorter: %w", io.ErrUnexpectedEOF)
	}
	return nil, fmt.Errorf("cannot be read: %w", withoutName(err))
}

// withoutName returns what is wrong with a file and not its name, which tells the beginning of
// a hash where it is that of a range.
func withoutName(err error) error {
	if named, ok := errors.AsType[*fs.PathError](err); ok {
		return named.Err
	}
	return err
}
