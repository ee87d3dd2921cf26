package load

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// timerfdSleeper sleeps in the poller until a timer of the kernel fires. Go's own timers round to a millisecond when the
// process has nothing else to do, for that is what epoll_wait takes.
type timerfdSleeper struct {
	fd     int
	file   *os.File
	buf    []byte
	closed chan struct{}
}

// newSleeper falls back on a timer when there are no descriptors left.
func newSleeper(quit <-chan struct{}) sleeper {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return newTimerSleeper(quit)
	}
	s := &timerfdSleeper{fd, os.NewFile(uintptr(fd), "timerfd"), make([]byte, 8), make(chan struct{})}
	if s.file.SetReadDeadline(time.Time{}) != nil {
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
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(max(d, 1)))}
	if err := unix.TimerfdSettime(s.fd, 0, &spec, nil); err != nil {
		time.Sleep(d)
		return
	}
	_, _ = s.file.Read(s.buf)
}

func (s *timerfdSleeper) close() {
	close(s.closed)
	_ = s.file.Close()
}
