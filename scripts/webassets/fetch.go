package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// fetch returns the package as the registry has it, once it is what was pinned.
func fetch(ctx context.Context, work string, s source) ([]byte, error) {
	command := exec.CommandContext(ctx, "npm", "pack", "--silent", s.name+"@"+s.version)
	command.Dir, command.Stderr = work, os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack %s: %w", s.name, err)
	}
	content, err := os.ReadFile(filepath.Join(work, filepath.Base(strings.TrimSpace(string(output)))))
	if err != nil {
		return nil, err
	}
	return content, check(content, s)
}

// check refuses a package that is not the one that was pinned.
func check(content []byte, s source) error {
	sum := sha512.Sum512(content)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != s.integrity {
		return fmt.Errorf("%s %s is not what was pinned: its integrity is %s", s.name, s.version, got)
	}
	return nil
}

// unpack writes the files of the package that are wanted into folder, and returns a line of
// SHA256SUMS for each asset.
func (s source) unpack(tarball []byte, folder string) (sums []string, err error) {
	files, err := read(tarball)
	if err != nil {
		return nil, err
	}
	for _, wanted := range s.licences {
		content, ok := files[wanted.from]
		if !ok {
			return nil, fmt.Errorf("there is no %s", wanted.from)
		}
		if err := os.WriteFile(filepath.Join(folder, wanted.name), content, 0o644); err != nil {
			return nil, err
		}
	}
	for _, wanted := range s.assets {
		content, ok := files[wanted.from]
		if !ok {
			return nil, fmt.Errorf("there is no %s", wanted.from)
		}
		if wanted.change != nil {
			if content, err = wanted.change(content); err != nil {
				return nil, fmt.Errorf("%s: %w", wanted.from, err)
			}
		}
		compressed, err := compress(content)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(folder, wanted.name+".gz"), compressed, 0o644); err != nil {
			return nil, err
		}
		sums = append(sums, fmt.Sprintf("%x  %s", sha256.Sum256(content), wanted.name))
	}
	return sums, nil
}

// read returns the files of a package, by their paths in it.
func read(tarball []byte) (map[string][]byte, error) {
	uncompressed, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return nil, fmt.Errorf("read the package: %w", err)
	}
	files := map[string][]byte{}
	for archive := tar.NewReader(uncompressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the package: %w", err)
		}
		_, path, inside := strings.Cut(header.Name, "/") // below "package"
		if header.Typeflag != tar.TypeReg || !inside {
			continue
		}
		if files[path], err = io.ReadAll(archive); err != nil {
			return nil, fmt.Errorf("read the package: %w", err)
		}
	}
}

// compress returns content as a browser takes it with Content-Encoding: gzip (RFC 1952), without
// a name or time.
func compress(content []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func joined(lines []string) string { return strings.Join(lines, "\n") + "\n" }
