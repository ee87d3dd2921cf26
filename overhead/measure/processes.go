package measure

import (
	"time"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/record"
)

// addProcesses writes down what each process used.
func (r *run) addProcesses(out *record.Run, before snapshot, end, drained map[string]child.Usage, after snapshot) {
	for name := range r.processes() {
		u0, u1, u2 := before.usages[name], end[name], drained[name]
		if name == record.Generator {
			u2 = u1 // its work is over with the window
		}
		p := record.Process{
			Busy:       (u1.CPU - u0.CPU).Seconds(),
			Background: max(0, (u2.CPU - u1.CPU).Seconds()),
			Switches:   contextSwitches(u0, u2),
		}
		p.RSSMean, p.RSSPeak = sampledRSS(out.Series, name, out.Load.Window)
		p.RSSPeak = max(p.RSSPeak, float64(u2.PeakRSS))
		p.User, p.System = divide((u2.CPU - u0.CPU).Seconds(), u2.User-u0.User, u2.System-u0.System)
		addWire(&p, name, before, after)
		addHeap(&p, name, before, after)
		out.Processes[name] = p
	}
}

// addWire writes down what a process sent to the receiver of spans. It isn't known when a connection was closed meanwhile.
func addWire(p *record.Process, name string, before, after snapshot) {
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

// contextSwitches is how many context switches there were. A thread that ends takes its count along: where more went with such
// threads than came, nothing is known.
func contextSwitches(from, to child.Usage) *uint64 {
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

// addHeap reads the Go runtime's counters, where a service tells them. What it told of its live heap when it was asked to
// collect garbage is more exact.
func addHeap(p *record.Process, name string, before, after snapshot) {
	was, now := before.scrapes[name], after.scrapes[name]
	gained := func(names ...string) *float64 {
		a, ok := now.sum(nil, names...)
		if !ok {
			return nil
		}
		b, _ := was.sum(nil, names...)
		return new(a - b)
	}
	p.Objects = gained("go_gc_heap_allocs_objects", "go_memstats_mallocs")
	p.Bytes = gained("go_gc_heap_allocs_bytes", "go_memstats_alloc_bytes_total", "otelcol_process_runtime_total_alloc_bytes")
	p.GCs = gained("go_gc_cycles_automatic_gc_cycles", "go_gc_duration_seconds")
	if live, ok := after.live[name]; ok {
		p.LiveHeap = &live
	} else if live, ok := now.sum(nil, "go_gc_heap_live_bytes"); ok {
		p.LiveHeap = &live
	}
}
