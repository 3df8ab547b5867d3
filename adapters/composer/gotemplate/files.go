package gotemplate

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/core/domain"
)

//go:embed templates
var embedded embed.FS

const (
	layoutFile   = "layout.html"
	maxFileBytes = 256 << 10
)

// sources are the texts of the templates.
type sources struct {
	layout string
	bodies map[body]string
	names  map[body]string // of the files, for errors
}

// body is what one file is for.
type body struct {
	kind     domain.LetterKind
	language language.Tag
	format   string // txt or html
}

// collect reads the templates of the binary and then those in the folder, which win. Beside
// an error, it returns what could be read.
func collect(path string) (sources, error) {
	s := sources{bodies: map[body]string{}, names: map[body]string{}}
	shipped, err := fs.Sub(embedded, "templates")
	if err != nil {
		return s, fmt.Errorf("open the templates of the binary: %w", err)
	}
	err = s.read(shipped)
	if path == "" {
		return s, err
	}
	info, missing := os.Stat(path)
	if missing == nil && !info.IsDir() {
		missing = fmt.Errorf("%s is no folder", path)
	}
	if missing != nil {
		return s, errors.Join(err, fmt.Errorf("read the folder of templates: %w", missing))
	}
	return s, errors.Join(err, s.read(os.DirFS(path)))
}

// read takes every file of folder. The error lists all that cannot be taken.
func (s *sources) read(folder fs.FS) error {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return fmt.Errorf("read the folder of templates: %w", err)
	}
	var mistakes []error
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := s.take(folder, entry.Name()); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %w", entry.Name(), err))
		}
	}
	return errors.Join(mistakes...)
}

func (s *sources) take(folder fs.FS, name string) error {
	isLayout := name == layoutFile
	b, err := parseName(name)
	if err != nil && !isLayout {
		return err
	}
	text, err := readBounded(folder, name)
	if err != nil {
		return err
	}
	if isLayout {
		s.layout = text
		return nil
	}
	s.bodies[b], s.names[b] = text, name
	return nil
}

// parseName reads KIND.LANGUAGE.txt or KIND.LANGUAGE.html.
func parseName(name string) (body, error) {
	parts := strings.Split(name, ".")
	if len(parts) != 3 || parts[2] != "txt" && parts[2] != "html" {
		return body{}, errors.New("is no name of a template; write KIND.LANGUAGE.txt, KIND.LANGUAGE.html or layout.html")
	}
	kind := domain.LetterKind(parts[0])
	if !slices.Contains(domain.LetterKinds(), kind) {
		return body{}, fmt.Errorf("there is no kind of mail %q; there are %s", parts[0], list(domain.LetterKinds()))
	}
	tag, err := language.Parse(parts[1])
	if err != nil {
		return body{}, fmt.Errorf("%q is no language tag; write one of BCP 47, such as fr or pt-BR", parts[1])
	}
	return body{kind, tag, parts[2]}, nil
}

func list(kinds []domain.LetterKind) string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	return strings.Join(names, ", ")
}

func readBounded(folder fs.FS, name string) (string, error) {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("is no regular file")
	}
	file, err := folder.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > maxFileBytes:
		return "", fmt.Errorf("is larger than %d bytes", maxFileBytes)
	}
	return string(text), nil
}
