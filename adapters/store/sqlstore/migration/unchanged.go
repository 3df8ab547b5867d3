package migration

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Unchanged returns nil when files holds exactly the files of sums, which has the SHA-256 of
// each in hexadecimal. Each module tests itself with it: a new file gets its line there with
// the release that brings it, and the line of a released one never changes.
func Unchanged(files fs.FS, sums map[string]string) error {
	found, err := fs.Glob(files, "*")
	if err != nil {
		return fmt.Errorf("list migrations: %w", err)
	}
	var wrong []error
	for _, file := range found {
		content, err := fs.ReadFile(files, file)
		if err != nil {
			return fmt.Errorf("read migration: %w", err)
		}
		sum := sha256.Sum256(content)
		if got := hex.EncodeToString(sum[:]); got != sums[file] {
			wrong = append(wrong, fmt.Errorf("%s has SHA-256 %s, not %q", file, got, sums[file]))
		}
	}
	for _, file := range slices.Sorted(maps.Keys(sums)) {
		if !slices.Contains(found, file) {
			wrong = append(wrong, fmt.Errorf("%s is gone", file))
		}
	}
	return errors.Join(wrong...)
}
