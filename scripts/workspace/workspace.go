// Package workspace finds the modules of this repository, for the programs that do
// something to each of them.
package workspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Module is a module that go.work lists.
type Module struct {
	Path     string   // as its go.mod names it
	Dir      string   // its folder, from the root, with slashes
	Requires []string // the paths of the modules that its go.mod requires, indirect ones too
}

// Root returns the folder that holds go.work, which is dir or one above it.
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("workspace: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.work")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", errors.New("workspace: no go.work in this folder or above it: run it inside the checkout")
		}
	}
}

// Modules returns what the go.work of root lists, in its order.
func Modules(ctx context.Context, root string) ([]Module, error) {
	var work struct {
		Use []struct{ DiskPath string }
	}
	// Named, since GOWORK may be off.
	if err := goJSON(ctx, root, &work, "work", "edit", "-json", filepath.Join(root, "go.work")); err != nil {
		return nil, err
	}
	modules := make([]Module, 0, len(work.Use))
	for _, use := range work.Use {
		var mod struct {
			Module  struct{ Path string }
			Require []struct{ Path string }
		}
		if err := goJSON(ctx, filepath.Join(root, use.DiskPath), &mod, "mod", "edit", "-json"); err != nil {
			return nil, err
		}
		m := Module{Path: mod.Module.Path, Dir: filepath.ToSlash(filepath.Clean(use.DiskPath))}
		for _, r := range mod.Require {
			m.Requires = append(m.Requires, r.Path)
		}
		modules = append(modules, m)
	}
	return modules, nil
}

func goJSON(ctx context.Context, dir string, into any, args ...string) error {
	out, err := Go(ctx, dir, nil, args...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("workspace: go %s %s: %w", args[0], args[1], err)
	}
	return nil
}

// Go runs the go command in dir, with env on top of the environment of this process, and
// returns what it printed. An error carries what it complained about.
func Go(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "PWD="+dir), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("go %s in %s: %w\n%s", args[0], dir, err, stderr.Bytes())
	}
	return stdout.Bytes(), nil
}
