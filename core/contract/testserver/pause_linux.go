package testserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	pausePoll = time.Millisecond
	pauseTime = 5 * time.Second // how long it may take until a server stands still
)

// pause stops the process and its descendants, which may have left its group, as those of
// PostgreSQL do. It waits until all of them stand still: a signal that is sent is not yet
// obeyed.
func pause(cmd *exec.Cmd) error {
	again := time.NewTicker(pausePoll)
	defer again.Stop()
	for begun := time.Now(); time.Since(begun) < pauseTime; <-again.C {
		family, err := familyOf(cmd.Process.Pid)
		if err != nil {
			return err
		}
		still := true
		for _, pid := range family {
			stands, err := standsStill(pid)
			if err == nil && !stands {
				still = false
				err = send(pid, syscall.SIGSTOP)
			}
			if err != nil {
				return err
			}
		}
		if still {
			return nil
		}
	}
	return fmt.Errorf("it has not stopped in %s", pauseTime)
}

// resume lets the process and its descendants go on.
func resume(cmd *exec.Cmd) error {
	family, err := familyOf(cmd.Process.Pid)
	if err != nil {
		return err
	}
	for _, pid := range family {
		err = errors.Join(err, send(pid, syscall.SIGCONT))
	}
	return err
}

// send signals one process. That it is gone already is no error.
func send(pid int, s syscall.Signal) error {
	if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// familyOf returns the process and all that descend from it.
func familyOf(pid int) ([]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, file := range files {
		_, parent, err := readStat(file)
		if err != nil {
			return nil, err
		}
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return nil, err
		}
		children[parent] = append(children[parent], child)
	}
	family := []int{pid}
	for i := 0; i < len(family); i++ {
		family = append(family, children[family[i]]...)
	}
	return family, nil
}

// standsStill reports whether every thread of the process is stopped or gone.
func standsStill(pid int) (bool, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil {
		return false, err
	}
	for _, thread := range threads {
		state, _, err := readStat(thread)
		if err != nil {
			return false, err
		}
		if !strings.Contains("TtZX", state) {
			return false, nil
		}
	}
	return true, nil
}

// readStat returns the state and the parent's number of a process or thread; see
// proc_pid_stat(5). One that is gone has the state X and no parent.
func readStat(file string) (state string, parent int, err error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return "X", 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	// The name, in parentheses, may have anything in it.
	text := string(content)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 2 {
		return "", 0, fmt.Errorf("%s cannot be read", file)
	}
	parent, err = strconv.Atoi(fields[1])
	return fields[0], parent, err
}
