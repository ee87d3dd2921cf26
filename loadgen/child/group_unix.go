//go:build unix

package child

import (
	"os"
	"os/exec"
	"syscall"
)

// group is a process group. A guard leads it: a shell that outlives this process, however it ends, and then kills the group. The
// guard is there before the process that it watches, which belongs to the group before its program begins, so that nothing it
// starts can get away. Where there is no shell the process leads the group itself, and nobody watches.
type group struct {
	id    int      // 0 until the process has started, where there is no guard
	alive *os.File // the guard reads from it until the system closes it with this process
}

// newGroup makes a group with nothing but its guard.
func newGroup() group {
	const watch = `trap '' HUP INT QUIT TERM; read -r nothing; kill -s KILL 0`
	read, write, err := os.Pipe()
	if err != nil {
		return group{}
	}
	defer read.Close()
	cmd := exec.Command("/bin/sh", "-c", watch)
	cmd.Stdin, cmd.SysProcAttr = read, &syscall.SysProcAttr{Setpgid: true}
	if cmd.Start() != nil {
		write.Close()
		return group{}
	}
	go cmd.Wait()
	return group{id: cmd.Process.Pid, alive: write}
}

// start starts a process in the group, in the way of the system.
func (g group) start(cmd *exec.Cmd, start func(*syscall.SysProcAttr) error) (group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.id}
	if err := start(cmd.SysProcAttr); err != nil {
		g.close()
		return group{}, err
	}
	if g.id == 0 {
		g.id = cmd.Process.Pid
	}
	return g, nil
}

func (g group) terminate() { _ = syscall.Kill(-g.id, syscall.SIGTERM) } // it may have ended

func (g group) kill() {
	if g.id != 0 {
		_ = syscall.Kill(-g.id, syscall.SIGKILL)
	}
}

// close kills what is left of a group whose process has ended.
func (g group) close() {
	g.kill()
	if g.alive != nil {
		g.alive.Close()
	}
}
