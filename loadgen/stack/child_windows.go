package stack

import (
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// childAttr puts a child into a process group of its own, which Ctrl-Break can be sent to.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// askToEnd sends Ctrl-Break, which a Go program receives as os.Interrupt.
func askToEnd(p *os.Process) error {
	return windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.Pid))
}

func killGroup(p *os.Process) error { return p.Kill() }
