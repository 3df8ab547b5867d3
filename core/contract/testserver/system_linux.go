package testserver

import "syscall"

// dieWithParent lets the kernel kill the process when the thread that started it ends, which
// it does with the test binary at the latest.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
