package child

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// startGroup starts a process in a group of its own. The kernel kills it when this one dies, however, and the guard what it has
// started.
func startGroup(cmd *exec.Cmd) (group, error) {
	return newGroup().start(cmd, func(attr *syscall.SysProcAttr) error {
		attr.Pdeathsig = syscall.SIGKILL
		return onThread(cmd.Start)
	})
}

// thread hands calls to one thread of the operating system that lives as long as this process: the kernel takes the death of
// the thread that started a child for that of its parent, and Go's other threads come and go.
var thread = sync.OnceValue(func() chan<- func() {
	calls := make(chan func())
	go func() {
		runtime.LockOSThread() // never unlocked
		for call := range calls {
			call()
		}
	}()
	return calls
})

func onThread(f func() error) error {
	result := make(chan error)
	thread() <- func() { result <- f() }
	return <-result
}
