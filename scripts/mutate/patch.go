package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// patch is a change of a few lines that breaks a promise. It is kept as a text: first three
// lines that say which test of which package notices it and which file it changes, then the
// lines to take away, each after a -, and those to put there, each after a +. It has no line
// numbers, so that it outlives changes elsewhere in the file.
type patch struct {
	name     string // begins with the number of the promise
	test     string // as in docs/security.md
	pkg      string // of the test, from the root
	file     string // from the root, with slashes
	old, new string // whole lines
}

// readPatches returns the patches in a folder by their names.
func readPatches(folder string) ([]patch, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.patch")) // sorted
	if err != nil {
		return nil, err
	}
	var patches []patch
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p, err := parsePatch(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		p.name = strings.TrimSuffix(filepath.Base(file), ".patch")
		patches = append(patches, p)
	}
	return patches, nil
}

func parsePatch(text string) (patch, error) {
	var p patch
	for i, line := range strings.SplitAfter(text, "\n") {
		switch {
		case line == "":
		case line[0] == '-':
			p.old += line[1:]
		case line[0] == '+':
			p.new += line[1:]
		default:
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			field, ok := map[string]*string{"test": &p.test, "package": &p.pkg, "file": &p.file}[name]
			if !ok {
				return patch{}, fmt.Errorf("line %d is neither test, package, file, - nor +", i+1)
			}
			*field = value
		}
	}
	if p.test == "" || p.pkg == "" || p.file == "" || p.old == "" {
		return patch{}, fmt.Errorf("want test, package, file and a line to take away, got %+v", p)
	}
	return p, nil
}

// apply returns the text of the file with the change. The lines have to be there once: at two
// places nobody knows which was meant.
func (p patch) apply(text string) (string, error) {
	if found := strings.Count("\n"+text, "\n"+p.old); found != 1 {
		return "", fmt.Errorf("the lines to take away are %d times in %s, want once: bring the patch up to date", found, p.file)
	}
	return strings.TrimPrefix(strings.Replace("\n"+text, "\n"+p.old, "\n"+p.new, 1), "\n"), nil
}

// choice says which changes to try.
type choice struct {
	count int // 0: all
	only  string
	day   time.Time
}

// of returns those that are chosen: the next count of them each day, round and round.
func (c choice) of(patches []patch) []patch {
	var named []patch
	for _, p := range patches {
		if strings.HasPrefix(p.name, c.only) {
			named = append(named, p)
		}
	}
	if c.count <= 0 || c.count >= len(named) {
		return named
	}
	days := int(c.day.Unix() / (24 * 60 * 60))
	chosen := make([]patch, 0, c.count)
	for i := range c.count {
		chosen = append(chosen, named[(days*c.count+i)%len(named)])
	}
	return chosen
}
