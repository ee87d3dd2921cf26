package measure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/stats"
)

// Waiting for what is under way: first the services send what they hold, then the Collector decides and passes on.

// drain sends out what the services hold of so many requests, reads what they have used by then, and waits for the Collector.
// The error says what never came to rest; the run's ledger shows it too.
func (r *run) drain(ctx context.Context, requests uint64) (map[string]child.Usage, error) {
	err := r.flush(ctx, requests)
	used := r.usages()
	if err == nil {
		err = r.awaitExports(ctx)
	}
	if c := r.Plan.Collector(); c != nil && r.services[c.Name] != nil {
		err = errors.Join(err, r.awaitCollector(ctx))
		for name, u := range r.usages() {
			if name == c.Name {
				used[name] = u // its work goes on until the last trace is decided
			}
		}
	} else if r.c.Sampled > 0 {
		r.awaitSilence(ctx)
	}
	return used, err
}

// drainWarmUp is drain for the warm-up, whose account nobody needs.
func (r *run) drainWarmUp(ctx context.Context, requests uint64) error {
	if _, err := r.drain(ctx, requests); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return nil // spans lost in the warm-up are no fault of the window; a service that is gone shows in the snapshot
}

// flush asks every service to send out its spans of so many requests. One that can't be asked is waited for until they have
// arrived. It is given the whole time where nobody knows how many there will be.
func (r *run) flush(ctx context.Context, requests uint64) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(r.Plan.Timing.Drain))
	defer cancel()
	var errs []error
	wait := false
	for i := range r.Plan.Services {
		s := &r.Plan.Services[i]
		switch {
		case r.services[s.Name] == nil || s.Collector:
		case s.Flush != "":
			if body, err := ask(ctx, http.MethodPost, r.placeholders.expand(s.Flush)); err != nil {
				errs = append(errs, fmt.Errorf("flushing %s: %w %.200s", s.Name, err, body))
			}
		case r.c.Sampled > 0 && (s.Spans > 0 || r.Plan.SpansPerTrace() == 0):
			wait = true
		}
	}
	if wait && requests > 0 {
		r.awaitSpans(ctx, requests)
	}
	return errors.Join(errs...)
}

// awaitSpans waits until all spans of so many requests have arrived, or for as long as it may.
func (r *run) awaitSpans(ctx context.Context, requests uint64) {
	low, high := r.expected(requests)
	for low != high || high == 0 || r.arrived(ctx)-r.before < high {
		if pause(ctx, 50*time.Millisecond) != nil {
			return
		}
	}
}

// expected is how many spans the services make of so many requests, at least and at most.
func (r *run) expected(requests uint64) (low, high int64) {
	few, many := stats.Binomial(int(requests), float64(r.c.Sampled), drawConfidence)
	for _, s := range r.Plan.Services {
		if r.services[s.Name] != nil {
			low, high = low+int64(few*s.Spans), high+int64(many*s.Spans)
		}
	}
	return low, high
}

// arrived is how many spans have come to the Collector, or to the sink where no Collector says so; 0 when nobody can tell.
func (r *run) arrived(ctx context.Context) int64 {
	c := r.Plan.Collector()
	if c == nil || c.Metrics == "" || r.services[c.Name] == nil {
		return r.received(nil)
	}
	m, err := scrapeFrom(ctx, r.placeholders.expand(c.Metrics))
	if err != nil {
		return 0
	}
	return r.received(map[string]scrape{c.Name: m})
}

// received is what pages of metrics that were read say about it.
func (r *run) received(pages map[string]scrape) int64 {
	c := r.Plan.Collector()
	switch {
	case c == nil || r.services[c.Name] == nil:
		return r.sink.count()
	case pages[c.Name] != nil:
		return collectorOf(pages[c.Name]).Received
	case r.c.Kept == nil:
		return r.sink.count()
	}
	return 0
}

// awaitExports waits until every service that tells its counters has nothing pending.
func (r *run) awaitExports(ctx context.Context) error {
	return r.poll(ctx, r.Plan.Timing.Drain, func(ctx context.Context) (string, error) {
		for i := range r.Plan.Services {
			s := &r.Plan.Services[i]
			if r.services[s.Name] == nil || s.Collector || s.Metrics == "" || s.Spans == 0 {
				continue
			}
			m, err := scrapeFrom(ctx, r.placeholders.expand(s.Metrics))
			if err != nil {
				return "", err
			}
			if n := pending(m); n > 0 {
				return fmt.Sprintf("%s still holds %d spans", s.Name, n), nil
			}
		}
		return "", nil
	})
}

// pending is how many spans a service has started and not yet exported or given up.
func pending(m scrape) int64 {
	a := spansOf(m)
	return a.Started - a.Exported - lost(a)
}

// awaitCollector waits until the Collector has decided on every trace and sent out what it keeps.
func (r *run) awaitCollector(ctx context.Context) error {
	c := r.Plan.Collector()
	if c.Metrics == "" {
		r.awaitSilence(ctx)
		return nil
	}
	within := r.Plan.Timing.DecisionWait + r.Plan.Timing.Drain
	last, same := "", 0
	return r.poll(ctx, within, func(ctx context.Context) (string, error) {
		m, err := scrapeFrom(ctx, r.placeholders.expand(c.Metrics))
		if err != nil {
			return "", err
		}
		n := collectorOf(m)
		if missing := undecided(m, r.c); missing > 0 {
			return fmt.Sprintf("the Collector has yet to decide on %d traces", missing), nil
		}
		state := fmt.Sprint(n, r.sink.count())
		if state == last {
			same++
		} else {
			last, same = state, 0
		}
		if waiting := r.unsent(m, n.Sent+n.SendFailed); waiting != "" || same < 3 {
			return "the Collector is still sending" + waiting, nil
		}
		return "", nil
	})
}

// undecided is how many traces the tail sampler holds, 0 without one.
func undecided(m scrape, c plan.Case) int64 {
	if c.Kept == nil {
		return 0
	}
	seen, _ := m.sum(nil, "otelcol_processor_tail_sampling_new_trace_id_received")
	decided, _ := m.sum(nil, "otelcol_processor_tail_sampling_global_count_traces_sampled")
	early, _ := m.sum(nil, "otelcol_processor_tail_sampling_sampling_trace_dropped_too_early")
	return int64(seen - decided - early)
}

// unsent says what the Collector has taken in, or decided to keep, and not yet sent; "" when that is nothing.
func (r *run) unsent(m scrape, out int64) string {
	accepted, _ := m.sum(nil, "otelcol_receiver_accepted_spans")
	if r.c.Kept != nil {
		kept, _ := m.sum(map[string]string{"sampled": "true"}, "otelcol_processor_tail_sampling_global_count_traces_sampled")
		accepted = kept * float64(r.Plan.SpansPerTrace())
	}
	if missing := int64(accepted) - out; missing > 0 {
		return fmt.Sprintf(" (%d spans to go)", missing)
	}
	return ""
}

// awaitSilence waits until nothing has arrived at the sink for a second.
func (r *run) awaitSilence(ctx context.Context) {
	last, since := r.sink.count(), time.Now()
	deadline := time.Now().Add(time.Duration(r.Plan.Timing.Drain))
	for time.Since(since) < time.Second && time.Now().Before(deadline) && pause(ctx, 100*time.Millisecond) == nil {
		if n := r.sink.count(); n != last {
			last, since = n, time.Now()
		}
	}
}

// poll asks again and again whether all is done; the last answer becomes the error when it takes too long.
func (r *run) poll(ctx context.Context, within plan.Duration, done func(context.Context) (string, error)) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(within))
	defer cancel()
	for {
		what, err := done(ctx)
		if err == nil && what == "" {
			return nil
		}
		if pause(ctx, 100*time.Millisecond) != nil {
			if err != nil {
				return err
			}
			return fmt.Errorf("after %s, %s", within, what)
		}
	}
}

// pause waits, or returns the error of a context that ended first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
