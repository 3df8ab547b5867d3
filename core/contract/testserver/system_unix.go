//go:build unix

package testserver

import (
	"errors"
	"os/exec"
	"syscall"
)

// prepare gives the process a group of its own, which is signalled as a whole and which an
// interrupt on the terminal does not reach.
func prepare(cmd *exec.Cmd, account string) error {
	c, err := credential(account)
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c}
	dieWithParent(cmd.SysProcAttr)
	return nil
}

func terminate(cmd *exec.Cmd) error { return signal(cmd, syscall.SIGTERM) }
func kill(cmd *exec.Cmd) error      { return signal(cmd, syscall.SIGKILL) }

// signal reaches the whole group. That it is gone already is no error.
func signal(cmd *exec.Cmd, s syscall.Signal) error {
	if err := syscall.Kill(-cmd.Process.Pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}
