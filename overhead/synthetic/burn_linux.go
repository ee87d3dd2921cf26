package main

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// burn uses d of CPU time, however long that takes on a busy machine.
func burn(d time.Duration) {
	if d <= 0 {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for end := onThread() + d; onThread() < end; {
	}
}

// onThread is the CPU time of this thread.
func onThread() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}
