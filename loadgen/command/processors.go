package command

import (
	"errors"
	"os"
	"runtime"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/process"
)

// How the number of processors follows the load.
const (
	lookEvery  = 100 * time.Millisecond
	growAbove  = 0.9 // of the processors in use
	growIdle   = 0.5 // processors that nobody on the machine uses
	earlyAbove = 0.6 // where at least earlyIdle are not used by anybody
	earlyIdle  = 1.0
	shrinkLess = 0.45 // of one processor fewer
	shrinkLate = 20   // looks in a row
)

// processors lets Go code run on as many processors as the load needs, and on no other that is busy. Idle threads look for
// work and wake each other: beside a server on two cores that cost a request a third of its CPU, and the server its core.
type processors struct{ most, now, calm int }

// next is how many there should be, after a time in which this process used so many and the machine had so many idle.
//
// A processor that is used to a share r makes a request wait for r/(2(1-r)) times the processor time of one (a queue with
// arrivals at random and equal work): 4.5 times at 0.9, 2 at 0.8, 0.75 at 0.6. That wait would be in the latencies. So where a
// whole processor is idle one more is taken early, one at a time; where only part of one is, it may be the server's, and
// loadgen takes it only when it has to.
func (p *processors) next(used, idle float64) int {
	switch {
	case used > growAbove*float64(p.now) && idle > growIdle:
		p.now, p.calm = min(p.most, p.now+max(1, int(idle))), 0
	case used > earlyAbove*float64(p.now) && idle >= earlyIdle:
		p.now, p.calm = min(p.most, p.now+1), 0
	case p.now > 1 && used < shrinkLess*float64(p.now-1):
		if p.calm++; p.calm == shrinkLate {
			p.now, p.calm = p.now-1, 0
		}
	default:
		p.calm = 0
	}
	return p.now
}

// adjustProcessors begins with one processor and follows the load until the function that it returns is called. It does nothing
// where GOMAXPROCS is set in the environment, or where the system does not say who uses what.
func adjustProcessors(fixed string) (stop func()) {
	most := runtime.GOMAXPROCS(0)
	before, err := readClocks()
	if fixed != "" || most == 1 || err != nil {
		return func() {}
	}
	p := &processors{most: most, now: 1}
	runtime.GOMAXPROCS(1)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		p.watch(before, quit)
	}()
	return func() {
		close(quit)
		<-done
		runtime.GOMAXPROCS(most)
	}
}

// watch adjusts the number until quit is closed.
func (p *processors) watch(before clocks, quit <-chan struct{}) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if now, err := readClocks(); err == nil {
				p.adjust(before, now)
				before = now
			}
		case <-quit:
			return
		}
	}
}

func (p *processors) adjust(before, now clocks) {
	wall := now.at.Sub(before.at).Seconds()
	if wall <= 0 {
		return
	}
	if was, n := p.now, p.next((now.own-before.own)/wall, (now.idle-before.idle)/wall); n != was {
		runtime.GOMAXPROCS(n)
	}
}

// clocks are processor times at one instant, in seconds.
type clocks struct {
	at        time.Time
	own, idle float64
}

func readClocks() (clocks, error) {
	self := process.Process{Pid: int32(os.Getpid())}
	own, err := self.Times()
	if err != nil {
		return clocks{}, err
	}
	all, err := cpu.Times(false)
	if err != nil {
		return clocks{}, err
	}
	if len(all) == 0 {
		return clocks{}, errors.New("read the machine's processor times: there are none")
	}
	return clocks{time.Now(), own.User + own.System, all[0].Idle + all[0].Iowait}, nil
}
