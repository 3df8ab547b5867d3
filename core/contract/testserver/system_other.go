//go:build !unix

package testserver

import (
	"errors"
	"os"
	"os/exec"
)

func own(string, string) error { return nil }

func prepare(*exec.Cmd, string) error { return nil }

func terminate(cmd *exec.Cmd) error { return kill(cmd) }

func kill(cmd *exec.Cmd) error {
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

func pause(*exec.Cmd) error  { return errors.ErrUnsupported }
func resume(*exec.Cmd) error { return errors.ErrUnsupported }
