package load

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// watch watches the generator itself: a number measured by a saturated generator is wrong.
type watch struct {
	descriptors, ports atomic.Uint64 // requests that failed for want of them
	undecodable        atomic.Uint64 // responses that could not be decompressed
	responses          responseWatch

	mu            sync.Mutex
	lastAt        time.Time
	lastCPU       time.Duration
	beganCPU      time.Duration // when what is measured began
	used          time.Duration // from then to the end
	seconds, busy int
	peak          float64
}

// The process counts as saturated in a second in which it used more than saturated of its processors, and the report says
// so when that was the case for more than doubtful of the seconds.
const (
	saturated = 0.8
	doubtful  = 0.1
)

func (w *watch) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lastAt, w.lastCPU = time.Now(), ownCPU()
	w.beganCPU = w.lastCPU
}

// look takes the account of the time since the last look.
func (w *watch) look() {
	now, cpu := time.Now(), ownCPU()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(now.Sub(w.lastAt), cpu-w.lastCPU, runtime.GOMAXPROCS(0))
	w.lastAt, w.lastCPU = now, cpu
}

// add counts a period as seconds, with the share of the processors that was used in it.
func (w *watch) add(wall, cpu time.Duration, processors int) {
	if wall <= 0 {
		return
	}
	used := cpu.Seconds() / wall.Seconds() / float64(processors)
	w.seconds++
	w.peak = max(w.peak, used)
	if used > saturated {
		w.busy++
	}
}

// end takes what is left of the last second into the account when it is long enough to say something.
func (w *watch) end() {
	w.mu.Lock()
	w.used = ownCPU() - w.beganCPU
	rest := time.Since(w.lastAt)
	w.mu.Unlock()
	if rest > 200*time.Millisecond {
		w.look()
	}
}

// forget forgets what was seen, for it was a warm-up.
func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seconds, w.busy, w.peak = 0, 0, 0
	w.beganCPU = ownCPU()
	w.descriptors.Store(0)
	w.ports.Store(0)
	w.undecodable.Store(0)
}

// decompressionFailed is k6's error_code of a body that can't be decompressed.
const decompressionFailed = 1701

// failed looks for the errors that say that this machine, and not the server, is at its end; and for responses that came
// and could not be read.
func (w *watch) failed(x *wire.Exchange) {
	err := x.Err
	switch {
	case x.ErrorCode == decompressionFailed:
		w.undecodable.Add(1)
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		w.descriptors.Add(1)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		w.ports.Add(1)
	}
}

// warn says what was seen.
func (w *watch) warn(m *meter) {
	w.mu.Lock()
	seconds, busy, peak := w.seconds, w.busy, w.peak
	w.mu.Unlock()
	if float64(busy) > doubtful*float64(seconds) {
		m.warnf("", "The generator used more than %.0f %% of its processors in %d of %d s (at most %.0f %%): "+
			"its own delays are in the times measured. Use less load, fewer checks, or another machine.", saturated*100, busy, seconds, peak*100)
	}
	if n := w.descriptors.Load(); n > 0 {
		m.warnf("http_reqs", "%d requests failed because this process may not open more files: raise the limit (ulimit -n).", n)
	}
	if n := w.ports.Load(); n > 0 {
		m.warnf("http_reqs", "%d requests failed because this machine had no free local port: keep connections open, or give several addresses (local-ips).", n)
	}
	w.responses.warn(m)
}
