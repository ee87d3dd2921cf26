//go:build unix && !linux

package child

import (
	"os/exec"
	"syscall"
)

// startGroup starts a process in a group of its own, which the guard kills when this process dies, however.
func startGroup(cmd *exec.Cmd) (group, error) {
	return newGroup().start(cmd, func(*syscall.SysProcAttr) error { return cmd.Start() })
}
