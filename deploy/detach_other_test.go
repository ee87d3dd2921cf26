//go:build !linux

package deploy

import "os/exec"

// detach does nothing: the engine is started on Linux only.
func detach(*exec.Cmd) {}
