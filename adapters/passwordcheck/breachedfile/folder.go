package breachedfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

const (
	rangeDigits = 5 // of the name of a range
	maxRange    = 4 << 20
	// rangeSamples is how many ranges openFolder looks at.
	rangeSamples = 64
)

// folder is a list of hashes in one file for each range of them.
type folder struct {
	files fs.FS                      // each is an io.ReaderAt as well
	name  func(prefix string) string // of the file of a range, whose digits are in upper case
	close func() error
}

func openFolder(path string) (hashes, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %w", err)
	}
	f, err := folderOf(root.FS())
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	f.close = root.Close
	return f, nil
}

// folderOf finds out how the files are called, and looks at samples.
func folderOf(files fs.FS) (folder, error) {
	name, err := naming(files)
	if err != nil {
		return folder{}, err
	}
	f := folder{files: files, name: name}
	return f, f.sample()
}

// naming finds out how the files of ranges are called.
func naming(files fs.FS) (func(prefix string) string, error) {
	const lettersOnly = "ABCDE" // which tells whether they are in upper case
	for _, name := range []func(string) string{
		func(prefix string) string { return prefix },
		func(prefix string) string { return prefix + ".txt" },
		strings.ToLower,
		func(prefix string) string { return strings.ToLower(prefix) + ".txt" },
	} {
		if _, err := fs.Stat(files, name(lettersOnly)); err == nil {
			return name, nil
		}
	}
	return nil, fmt.Errorf("has no file %s or %[1]s.txt: a folder has the files of all ranges, named by the first %d digits of the hashes in them", lettersOnly, rangeDigits)
}

// sample looks at ranges all over the list.
func (f folder) sample() error {
	const ranges = 1 << (4 * rangeDigits)
	for i := range rangeSamples {
		prefix := fmt.Sprintf("%0*X", rangeDigits, (ranges-1)*i/(rangeSamples-1))
		if err := f.with(prefix, func(l list) error { return l.each(0, l.size, func(line) {}) }); err != nil {
			return fmt.Errorf("has something wrong with its file %s, one of those of every range: it %w", f.name(prefix), err)
		}
	}
	return nil
}

// with lends the list of a range. No error names its file, which tells the beginning of the
// hash that is looked for.
func (f folder) with(prefix string, use func(list) error) error {
	file, err := f.files.Open(f.name(prefix))
	if err != nil {
		return fmt.Errorf("cannot be opened: %w", withoutName(err))
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("cannot be read: %w", withoutName(err))
	}
	if !info.Mode().IsRegular() || info.Size() > maxRange {
		return errors.New("is no file, or larger than any range")
	}
	content, ok := file.(io.ReaderAt)
	if !ok {
		return errors.New("cannot be read at any place")
	}
	return use(list{r: content, size: info.Size(), digits: hashDigits - rangeDigits})
}

// holds implements hashes.
func (f folder) holds(ctx context.Context, hash string) (found bool, err error) {
	err = f.with(hash[:rangeDigits], func(l list) error {
		found, err = l.holds(ctx, hash[rangeDigits:])
		return err
	})
	return found, err
}

// Close implements hashes.
func (f folder) Close() error { return f.close() }
