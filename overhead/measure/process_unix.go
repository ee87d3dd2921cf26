//go:build unix

package measure

import (
	"os/exec"
	"syscall"
)

// leadGroup makes the process lead a group of its own: Ctrl-C reaches this program alone, and its children end with it.
func leadGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }
func kill(c *exec.Cmd)      { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
