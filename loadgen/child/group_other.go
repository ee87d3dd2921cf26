//go:build unix && !linux

package child

import (
	"os/exec"
	"syscall"
)

// startGroup starts a process that leads a group of its own, which the guard kills when this process dies, however.
func startGroup(cmd *exec.Cmd) (group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	return newGroup(cmd.Process.Pid), nil
}
