package stack

import (
	"runtime"
	"sync"
)

// thread starts processes from one thread of the operating system that lives as long as they may: Linux reports to a
// child the death of the thread that started it, and Go's other threads come and go.
type thread struct {
	calls chan func()
	once  sync.Once
}

func newThread() *thread {
	t := &thread{calls: make(chan func())}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		for call := range t.calls {
			call()
		}
	}()
	return t
}

// do runs f on the thread. It must not be called after close.
func (t *thread) do(f func() error) error {
	result := make(chan error)
	t.calls <- func() { result <- f() }
	return <-result
}

// close ends the thread, and on Linux every process that it has started and that still runs.
func (t *thread) close() { t.once.Do(func() { close(t.calls) }) }
