//go:build unix

package child

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// group is a process group, by the id of the process that leads it.
type group int

// newGroup watches over the group of a process that has just been started.
func newGroup(pid int) group {
	fmt.Fprintln(guard(), "+", pid)
	return group(pid)
}

func (g group) terminate() { _ = syscall.Kill(-int(g), syscall.SIGTERM) } // it may have ended
func (g group) kill()      { _ = syscall.Kill(-int(g), syscall.SIGKILL) }

// close kills what is left of a group whose leader has ended.
func (g group) close() {
	g.kill()
	fmt.Fprintln(guard(), "-", int(g))
}

// guard is a shell that outlives this process, however it ends, and then kills the groups that are left. It is told of them
// on a pipe, which the system closes with this process. Where there is no shell nobody watches.
var guard = sync.OnceValue(func() *os.File {
	const watch = `while read -r sign group; do
	case $sign in
	+) groups="$groups $group" ;;
	-) left=; for g in $groups; do [ "$g" = "$group" ] || left="$left $g"; done; groups=$left ;;
	esac
done
for g in $groups; do kill -s KILL -- "-$g"; done`
	read, write, err := os.Pipe()
	if err != nil {
		return nil
	}
	defer read.Close()
	cmd := exec.Command("/bin/sh", "-c", watch)
	cmd.Stdin, cmd.SysProcAttr = read, &syscall.SysProcAttr{Setpgid: true}
	if cmd.Start() == nil {
		go cmd.Wait()
	}
	return write
})
