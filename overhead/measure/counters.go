package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// snapshot is the state of all counters at one instant.
type snapshot struct {
	usages      map[string]child.Usage
	scrapes     map[string]scrape
	live        map[string]float64
	connections map[string]connections
	machine     machine
}

// snapshot reads all counters. Garbage is collected first, so that allocations are counted to the object. Before the
// window CPU times are read last, so that reading is no part of it.
func (r *run) snapshot(ctx context.Context, before bool) (snapshot, error) {
	s := snapshot{scrapes: map[string]scrape{}, live: map[string]float64{}, connections: map[string]connections{}}
	for i := range r.Plan.Services {
		of := &r.Plan.Services[i]
		p := r.services[of.Name]
		if p == nil {
			continue
		}
		if err := r.read(ctx, &s, of, p); err != nil {
			return s, err
		}
		if before {
			p.ResetPeakRSS()
		}
	}
	r.generator.ResetPeakRSS()
	s.machine, s.usages = readMachine(), r.usages()
	return s, nil
}

// read reads the counters of one service.
func (r *run) read(ctx context.Context, s *snapshot, of *plan.Service, p *child.Process) error {
	if err := p.Err(); err != nil {
		return err
	}
	if of.GC != "" {
		live, err := collectGarbage(ctx, r.placeholders.expand(of.GC))
		if err != nil {
			return fmt.Errorf("collecting garbage in %s: %w", of.Name, err)
		}
		if live > 0 {
			s.live[of.Name] = live
		}
	}
	if of.Metrics != "" {
		m, err := scrapeFrom(ctx, r.placeholders.expand(of.Metrics))
		if err != nil {
			return fmt.Errorf("%s: %w", of.Name, err)
		}
		s.scrapes[of.Name] = m
	}
	if c, ok := readConnections(p.PID, r.placeholders.receivers(r.Plan, of)); ok {
		s.connections[of.Name] = c
	}
	return nil
}

// collectGarbage asks a service to do so and returns the bytes that stayed, 0 when it doesn't tell.
func collectGarbage(ctx context.Context, url string) (float64, error) {
	body, err := ask(ctx, http.MethodPost, url)
	if err != nil {
		return 0, err
	}
	var heap struct {
		Live float64 `json:"heap_live_bytes"`
	}
	_ = json.Unmarshal([]byte(body), &heap)
	return heap.Live, nil
}

// processes are the services and the load generator, by name.
func (r *run) processes() map[string]*child.Process {
	all := maps.Clone(r.services)
	all[record.Generator] = r.generator.Process
	return all
}

// usages reads what every process has used so far, and this one under the name "".
func (r *run) usages() map[string]child.Usage {
	out := map[string]child.Usage{}
	for name, p := range r.processes() {
		if u, err := p.Usage(); err == nil {
			out[name] = u
		}
	}
	if u, err := child.SelfUsage(); err == nil {
		out[""] = u
	}
	return out
}
