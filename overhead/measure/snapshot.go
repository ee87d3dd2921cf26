package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
)

// snapshot is the state of all counters at one instant.
type snapshot struct {
	usages  map[string]usage
	scrapes map[string]scrape
	live    map[string]float64
	wire    map[string]wire
	machine machine
}

// snapshot reads all counters. Garbage is collected first, so that allocations are counted to the object. Before the
// window CPU times are read last, so that reading is no part of it.
func (b *bench) snapshot(ctx context.Context, before bool) (snapshot, error) {
	s := snapshot{scrapes: map[string]scrape{}, live: map[string]float64{}, wire: map[string]wire{}}
	for i := range b.Plan.Services {
		of := &b.Plan.Services[i]
		p := b.services[of.Name]
		if p == nil {
			continue
		}
		if err := p.alive(); err != nil {
			return s, err
		}
		if of.GC != "" {
			body, err := ask(ctx, http.MethodPost, b.places.fill(of.GC))
			if err != nil {
				return s, fmt.Errorf("collecting garbage in %s: %w", of.Name, err)
			}
			var heap struct {
				Live float64 `json:"heap_live_bytes"`
			}
			if json.Unmarshal([]byte(body), &heap) == nil && heap.Live > 0 {
				s.live[of.Name] = heap.Live
			}
		}
		if of.Metrics != "" {
			m, err := scrapeFrom(ctx, b.places.fill(of.Metrics))
			if err != nil {
				return s, fmt.Errorf("%s: %w", of.Name, err)
			}
			s.scrapes[of.Name] = m
		}
		if w, ok := wireOf(p.pid(), b.places.receivers(b.Plan, of)); ok {
			s.wire[of.Name] = w
		}
		if before {
			resetPeak(p.pid())
		}
	}
	resetPeak(b.generator.pid())
	s.machine, s.usages = readMachine(), b.usages()
	return s, nil
}

// usages reads what every process has used so far, and this one under the name "".
func (b *bench) usages() map[string]usage {
	out := map[string]usage{}
	read := func(name string, pid int) {
		if u, err := used(pid); err == nil {
			out[name] = u
		}
	}
	for name, p := range b.services {
		read(name, p.pid())
	}
	read(analysis.Generator, b.generator.pid())
	if u, err := used(os.Getpid()); err == nil {
		out[""] = u
	}
	return out
}

// course samples CPU and memory of all processes while a run goes on.
type course struct {
	mu     sync.Mutex
	began  time.Time
	points []record.Point
	quit   chan struct{}
	done   chan struct{}
}

// sampleEvery is the time between two points of a course.
const sampleEvery = 250 * time.Millisecond

func (b *bench) watch() *course {
	c := &course{began: time.Now(), quit: make(chan struct{}), done: make(chan struct{})}
	pids := map[string]int{analysis.Generator: b.generator.pid()}
	for name, p := range b.services {
		pids[name] = p.pid()
	}
	go c.follow(pids)
	return c
}

// begin marks the instant at which the load runs.
func (c *course) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.began = time.Now()
}

func (c *course) follow(pids map[string]int) {
	defer close(c.done)
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	last, at := map[string]time.Duration{}, time.Now()
	for name, pid := range pids {
		if cpu, _, ok := sample(pid); ok {
			last[name] = cpu
		}
	}
	for {
		select {
		case <-c.quit:
			return
		case <-ticker.C:
		}
		now := time.Now()
		point := record.Point{CPU: map[string]float64{}, RSS: map[string]float64{}}
		for name, pid := range pids {
			if cpu, rss, ok := sample(pid); ok {
				point.CPU[name], point.RSS[name] = float64(cpu-last[name])/float64(now.Sub(at)), rss
				last[name] = cpu
			}
		}
		at = now
		c.mu.Lock()
		point.At = now.Sub(c.began).Seconds()
		c.points = append(c.points, point)
		c.mu.Unlock()
	}
}

// stop ends the sampling and returns the points.
func (c *course) stop() []record.Point {
	close(c.quit)
	<-c.done
	return c.points
}
