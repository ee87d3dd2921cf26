package measure

import (
	"sync"
	"time"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/record"
)

// sampler samples CPU and memory of processes while a run goes on.
type sampler struct {
	processes map[string]*child.Process
	last      map[string]time.Duration // CPU time at the last point
	at        time.Time                // of the last point
	quit      chan struct{}
	done      chan struct{}

	mu     sync.Mutex
	zero   time.Time
	points []record.Point
}

// sampleEvery is the time between two points.
const sampleEvery = 250 * time.Millisecond

func startSampler(processes map[string]*child.Process) *sampler {
	s := &sampler{processes: processes, last: map[string]time.Duration{}, at: time.Now(), zero: time.Now(), quit: make(chan struct{}), done: make(chan struct{})}
	s.sample(s.at)
	go s.run()
	return s
}

// begin marks the instant at which the window begins.
func (s *sampler) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zero = time.Now()
}

func (s *sampler) run() {
	defer close(s.done)
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-ticker.C:
			s.add(time.Now())
		}
	}
}

func (s *sampler) add(now time.Time) {
	point := s.sample(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	point.At = now.Sub(s.zero).Seconds()
	s.points = append(s.points, point)
}

// sample reads all processes. One that has ended is left out.
func (s *sampler) sample(now time.Time) record.Point {
	point := record.Point{CPU: map[string]float64{}, RSS: map[string]float64{}}
	for name, p := range s.processes {
		if cpu, rss, ok := p.Sample(); ok {
			point.CPU[name], point.RSS[name] = float64(cpu-s.last[name])/float64(now.Sub(s.at)), float64(rss)
			s.last[name] = cpu
		}
	}
	s.at = now
	return point
}

// stop ends the sampling and returns the points.
func (s *sampler) stop() []record.Point {
	close(s.quit)
	<-s.done
	return s.points
}
