// Command dist builds the released binaries into .bin/dist, static and each with its module
// alone, and their SHA-256 sums beside them:
//
//	go run ./scripts/dist
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func main() {
	out := flag.String("o", filepath.Join(".bin", "dist"), "`folder` to write to, from the root of the checkout")
	flag.Parse()
	if err := run(context.Background(), *out); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// target is what one binary runs on.
type target struct{ os, arch string }

func targets() []target {
	return []target{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "arm64"}, {"windows", "amd64"}}
}

func (t target) file() string {
	name := "sallyport-" + t.os + "-" + t.arch
	if t.os == "windows" {
		name += ".exe"
	}
	return name
}

func run(ctx context.Context, out string) error {
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	if !filepath.IsAbs(out) {
		out = filepath.Join(root, out)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	ldflags := "-ldflags=-s -w" + setVersion(describe(ctx, root))
	var files []string
	for _, t := range targets() {
		fmt.Printf("building for %s/%s ...\n", t.os, t.arch)
		// Without the workspace, in which a binary would link what the tools ask for.
		env := []string{"GOWORK=off", "CGO_ENABLED=0", "GOOS=" + t.os, "GOARCH=" + t.arch}
		file := filepath.Join(out, t.file())
		if _, err := workspace.Go(ctx, filepath.Join(root, "app"), env,
			"build", "-trimpath", ldflags, "-o", file, "./cmd/sallyport"); err != nil {
			return fmt.Errorf("%s/%s: %w", t.os, t.arch, err)
		}
		fmt.Println(file)
		files = append(files, file)
	}
	return writeSums(filepath.Join(out, "sha256sums"), files)
}

// describe names the commit by the nearest tag, or says nothing where there is no git or
// none of its history, as in an unpacked archive.
func describe(ctx context.Context, root string) string {
	command := exec.CommandContext(ctx, "git", "describe", "--tags", "--always", "--dirty")
	command.Dir = root
	name, err := command.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}

// setVersion is the linker's flag that makes name the version, which "sallyport version"
// otherwise takes from what Go knows of the build.
func setVersion(name string) string {
	if name == "" {
		return ""
	}
	return " -X main.version=" + name
}

// writeSums writes what "sha256sum -c" reads.
func writeSums(path string, files []string) error {
	var text strings.Builder
	for _, file := range files {
		sum, err := sumOf(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%x  %s\n", sum, filepath.Base(file))
	}
	return os.WriteFile(path, []byte(text.String()), 0o644)
}

func sumOf(path string) (sum []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return h.Sum(nil), nil
}
