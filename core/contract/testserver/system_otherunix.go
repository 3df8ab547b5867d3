//go:build unix && !linux

package testserver

import (
	"os/exec"
	"syscall"
)

// dieWithParent does nothing: only Linux can do it.
func dieWithParent(*syscall.SysProcAttr) {}

func pause(cmd *exec.Cmd) error  { return signal(cmd, syscall.SIGSTOP) }
func resume(cmd *exec.Cmd) error { return signal(cmd, syscall.SIGCONT) }
