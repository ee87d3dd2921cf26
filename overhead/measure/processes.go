package measure

import (
	"time"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/record"
)

// account writes down what each process used and what became of the spans.
func (r *run) account(out *record.Run, before snapshot, end, drained map[string]child.Usage, after snapshot) {
	names := []string{record.Generator}
	for name := range r.services {
		names = append(names, name)
	}
	for _, name := range names {
		u0, u1, u2 := before.usages[name], end[name], drained[name]
		if name == record.Generator {
			u2 = u1
		}
		p := record.Process{
			Busy:       (u1.CPU - u0.CPU).Seconds(),
			Background: max(0, (u2.CPU - u1.CPU).Seconds()),
			Switches:   switched(u0, u2),
		}
		p.RSSMean, p.RSSPeak = sampledRSS(out.Series, name, out.Load.Window)
		p.RSSPeak = max(p.RSSPeak, float64(u2.PeakRSS))
		total := (u2.CPU - u0.CPU).Seconds()
		p.User, p.System = divide(total, u2.User-u0.User, u2.System-u0.System)
		r.carried(&p, name, before, after)
		if m := after.scrapes[name]; m != nil {
			heap(&p, before.scrapes[name], m)
		}
		if live, ok := after.live[name]; ok {
			p.LiveHeap = &live
		}
		out.Processes[name] = p
	}
	out.Ledger = r.ledger(out.Load.Requests, before, after)
}

// carried writes down what a process sent to the receiver of spans. It isn't known when a connection was closed meanwhile.
func (r *run) carried(p *record.Process, name string, before, after snapshot) {
	now, ok := after.connections[name]
	if !ok {
		return
	}
	if sent, ok := now.sent(before.connections[name]); ok {
		p.Wire = &sent
		return
	}
	p.WireClosed = true
}

// divide splits a CPU time in the proportion of two coarser ones.
func divide(total float64, user, system time.Duration) (float64, float64) {
	if user+system <= 0 {
		return total, 0
	}
	share := float64(user) / float64(user+system)
	return total * share, total * (1 - share)
}

// switched is how many context switches there were. A thread that ends takes its count along: where more went with such
// threads than came, nothing is known.
func switched(from, to child.Usage) *uint64 {
	if !to.SwitchesKnown || to.Switches < from.Switches {
		return nil
	}
	n := to.Switches - from.Switches
	return &n
}

// sampledRSS is the mean and the largest of the samples within the window, 0 without any.
func sampledRSS(points []record.Point, name string, window float64) (mean, peak float64) {
	sum, n := 0.0, 0
	for _, p := range points {
		if v, ok := p.RSS[name]; ok && p.At >= 0 && p.At <= window {
			sum, peak = sum+v, max(peak, v)
			n++
		}
	}
	return sum / float64(max(n, 1)), peak
}

// heap reads the Go runtime's counters, where a service tells them.
func heap(p *record.Process, before, after scrape) {
	delta := func(names ...string) *float64 {
		a, ok := after.sum(nil, names...)
		b, _ := before.sum(nil, names...)
		if !ok {
			return nil
		}
		d := a - b
		return &d
	}
	p.Objects = delta("go_gc_heap_allocs_objects", "go_memstats_mallocs")
	p.Bytes = delta("go_gc_heap_allocs_bytes", "go_memstats_alloc_bytes_total", "otelcol_process_runtime_total_alloc_bytes")
	p.GCs = delta("go_gc_cycles_automatic_gc_cycles", "go_gc_duration_seconds")
	if live, ok := after.sum(nil, "go_gc_heap_live_bytes"); ok {
		p.LiveHeap = &live
	}
}
