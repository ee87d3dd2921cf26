package load

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// timerfdSleeper sleeps in the poller until a timer of the kernel fires. Go's own timers round to a millisecond when the
// process has nothing else to do, for that is what epoll_wait takes. The poller tells of every firing by itself
// (edge-triggered), so that nothing has to be read.
type timerfdSleeper struct {
	file   *os.File
	raw    syscall.RawConn
	wait   time.Duration
	set    bool
	closed chan struct{}
}

// newSleeper falls back on a timer when there are no descriptors left.
func newSleeper(quit <-chan struct{}) sleeper {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return newTimerSleeper(quit)
	}
	s := &timerfdSleeper{file: os.NewFile(uintptr(fd), "timerfd"), closed: make(chan struct{})}
	if s.raw, err = s.file.SyscallConn(); err != nil || s.file.SetReadDeadline(time.Time{}) != nil {
		s.file.Close()
		return newTimerSleeper(quit)
	}
	go func() {
		select {
		case <-quit:
			_ = s.file.SetReadDeadline(time.Unix(1, 0))
		case <-s.closed:
		}
	}()
	return s
}

func (s *timerfdSleeper) sleep(d time.Duration) {
	s.wait, s.set = max(d, 1), false
	_ = s.raw.Read(s.step)
}

// step sets the timer when the poller is ready to hear of it, and is called again when it has fired.
func (s *timerfdSleeper) step(fd uintptr) bool {
	if s.set {
		return true
	}
	s.set = true
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(s.wait))}
	return unix.TimerfdSettime(int(fd), 0, &spec, nil) != nil
}

func (s *timerfdSleeper) close() {
	close(s.closed)
	_ = s.file.Close()
}
