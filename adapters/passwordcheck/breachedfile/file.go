package breachedfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
)

// MinDigits is to how many digits the hashes of a file may be cut: of a thousand million hashes
// one has the first 12 digits of a random password in one of 280,000 cases.
const MinDigits = 12

// Digits of whole hashes: of SHA-1, and of those that it must not be taken for.
const (
	hashDigits  = 40
	otherDigits = 32
)

// What openFile looks at: all of a small file, and so many lines of a large one.
const (
	smallFile = 1 << 20
	samples   = 256
)

// file is a list of hashes in a file of its own.
type file struct {
	list
	close func() error
}

func openFile(path string) (hashes, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %w", err)
	}
	l, err := listOf(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return file{l, f.Close}, nil
}

// listOf takes the number of digits from the first line, and looks at samples.
func listOf(f *os.File) (list, error) {
	info, err := f.Stat()
	if err != nil {
		return list{}, fmt.Errorf("cannot be read: %w", err)
	}
	l := list{r: f, size: info.Size()}
	if l.size == 0 {
		return list{}, errors.New("is empty")
	}
	text, err := l.read(0, min(l.size, maxLine))
	if err != nil {
		return list{}, err
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	digits, ok := parse(first)
	if !ok || len(digits) < MinDigits || len(digits) > hashDigits {
		return list{}, fmt.Errorf("is no list of hashes: its first line is not of %d to %d hexadecimal digits, with or without a colon and a count", MinDigits, hashDigits)
	}
	if len(digits) == otherDigits {
		return list{}, errors.New("has hashes of 32 digits, which are those of MD5 or NTLM, and not of SHA-1")
	}
	l.digits = len(digits)
	return l, l.sample()
}

// sample looks at lines all over the list, and wants them sorted.
func (l list) sample() error {
	if l.size <= smallFile {
		return l.each(0, l.size, func(line) {})
	}
	before := ""
	for i := range int64(samples) {
		n, err := l.behind(l.size / samples * i)
		if err != nil {
			return err
		}
		if n.key < before {
			return errUnsorted
		}
		before = n.key
	}
	last, err := l.behind(l.size - 4*maxLine)
	if err != nil {
		return err
	}
	if last.key < before {
		return errUnsorted
	}
	return l.each(last.begin, l.size, func(line) {})
}

// holds implements hashes.
func (f file) holds(ctx context.Context, hash string) (bool, error) {
	return f.list.holds(ctx, hash[:f.digits])
}

// Close implements hashes.
func (f file) Close() error { return f.close() }
