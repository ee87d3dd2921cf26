package load

import "time"

// sleeper sleeps more exactly than a time.Timer where the system can; it wakes for good when its quit is closed.
type sleeper interface {
	sleep(d time.Duration)
	close()
}

// timerSleeper is the sleeper that works everywhere.
type timerSleeper struct {
	timer *time.Timer
	quit  <-chan struct{}
}

func newTimerSleeper(quit <-chan struct{}) sleeper {
	return &timerSleeper{time.NewTimer(time.Hour), quit}
}

func (s *timerSleeper) sleep(d time.Duration) {
	s.timer.Reset(d)
	select {
	case <-s.timer.C:
	case <-s.quit:
	}
}

func (s *timerSleeper) close() { s.timer.Stop() }
