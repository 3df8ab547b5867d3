// Package breachedfile finds passwords that have leaked by their SHA-1 hashes (FIPS 180-4),
// which the operator has on disk. It looks them up there by binary search, keeps nothing of
// them in memory, and asks nobody.
//
// # A file
//
// A file has one hash a line, sorted, in hexadecimal digits of either case, with or without a
// colon and a count behind it, and ends its lines with LF or CR LF. That is the form in which
// Have I Been Pwned hands them out:
//
//	000000005AD76BD555C1D6D771DE417A4B87E4B4:10
//	00000000A8DAE4228F821FB418F59826079BF368:4
//
// To save space all hashes may be cut to as many digits as the first, from MinDigits on: a
// password that shares those digits with one that has leaked is found then, too.
//
// # A folder
//
// A folder has one file for each range, which is what Have I Been Pwned answers by k-anonymity:
// named by the first five digits of the hashes, with or without .txt, and in it the other 35 of
// each, in the same form. All 1,048,576 ranges have to be there.
//
// Both are opened once and have to stay as they are: a file that is put in their place, by
// renaming, is seen after a restart.
package breachedfile

import (
	"context"
	"crypto/sha1"
	"fmt"
	"io/fs"
	"os"

	"github.com/sallyport-auth/sallyport/core/port"
)

// Checker is a port.PasswordChecker that finds port.PasswordBreached.
type Checker struct{ hashes hashes }

// hashes are those of passwords that have leaked.
type hashes interface {
	// holds reports whether hash, of 40 digits in upper case, is among them.
	holds(ctx context.Context, hash string) (bool, error)
	Close() error
}

var _ port.PasswordChecker = (*Checker)(nil)

// Open opens a file or folder of hashes and looks at samples of it. An error says what is wrong
// with it, as the end of a sentence that begins with its name. The caller closes the result.
func Open(path string) (*Checker, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %w", err)
	}
	var opened hashes
	switch {
	case info.IsDir():
		opened, err = openFolder(path)
	case info.Mode().IsRegular():
		opened, err = openFile(path)
	default: // to open a pipe would wait for somebody to write to it
		return nil, fmt.Errorf("is neither a file nor a folder: %w", fs.ErrInvalid)
	}
	if err != nil {
		return nil, err
	}
	return &Checker{hashes: opened}, nil
}

// Close closes what Open has opened. Check fails from then on.
func (c *Checker) Close() error { return c.hashes.Close() }

// Check implements port.PasswordChecker. Where the disk fails, or holds something else than it
// held when it was opened, it cannot find out.
func (c *Checker) Check(ctx context.Context, candidate port.PasswordCandidate) (port.PasswordWeakness, error) {
	if err := ctx.Err(); err != nil {
		return port.PasswordSound, fmt.Errorf("breachedfile: look up password: %w", err)
	}
	hash := fmt.Sprintf("%X", sha1.Sum([]byte(candidate.Password)))
	found, err := c.hashes.holds(ctx, hash)
	switch {
	case err != nil:
		return port.PasswordSound, fmt.Errorf("breachedfile: look up password: %w", err)
	case found:
		return port.PasswordBreached, nil
	}
	return port.PasswordSound, nil
}
