package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// compare returns the files below target that are not as they should be, or should not be
// there, in order.
func compare(target string, files map[string]string) ([]string, error) {
	var stale []string
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(target, filepath.FromSlash(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read what was generated: %w", err)
		}
		if err != nil || string(got) != want {
			stale = append(stale, name)
		}
	}
	left, err := leftovers(target, files)
	stale = append(stale, left...)
	slices.Sort(stale)
	return stale, err
}

// leftovers returns the files that were generated once and are not any more.
func leftovers(target string, files map[string]string) ([]string, error) {
	var left []string
	err := fs.WalkDir(os.DirFS(target), ".", func(path string, _ fs.DirEntry, err error) error {
		generated := strings.HasSuffix(path, ".pb.go") || strings.HasSuffix(path, ".connect.go")
		if _, known := files[path]; generated && !known {
			left = append(left, path)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for what was generated: %w", err)
	}
	return left, nil
}

// write makes those files below target as they should be, and removes those that should not be.
func write(target string, files map[string]string, stale []string) error {
	for _, name := range stale {
		path := filepath.Join(target, filepath.FromSlash(name))
		text, wanted := files[name]
		if !wanted {
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("remove what is not generated any more: %w", err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make a folder: %w", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write what was generated: %w", err)
		}
	}
	return nil
}
