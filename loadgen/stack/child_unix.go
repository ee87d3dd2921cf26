//go:build unix && !linux

package stack

import "syscall"

// childAttr puts a child into a process group of its own. Only Linux can also tie its life to its parent's: here the
// services outlive a generator that is killed by SIGKILL.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
