package deploy

import (
	"os/exec"
	"syscall"
)

// detach keeps Ctrl-C from a command: it is for the test, which then ends the command.
func detach(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
