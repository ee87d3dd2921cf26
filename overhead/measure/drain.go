package measure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/foobar/overhead/plan"
)

// Waiting for what is under way: first the services send what they hold, then the Collector decides and passes on.

// drain sends out what the services hold, reads what they have used by then, and waits for the Collector.
// The error says what never came to rest; the run's ledger shows it too.
func (b *bench) drain(ctx context.Context) (map[string]usage, error) {
	err := b.flush(ctx)
	used := b.usages()
	if err == nil {
		err = b.settle(ctx)
	}
	if c := b.Plan.Collector(); c != nil && b.services[c.Name] != nil {
		err = errors.Join(err, b.passOn(ctx))
		for name, u := range b.usages() {
			if name == c.Name {
				used[name] = u // its work goes on until the last trace is decided
			}
		}
	} else if b.c.Sampled > 0 {
		b.quiet(ctx)
	}
	return used, err
}

// rest is drain for the warm-up, whose account nobody needs.
func (b *bench) rest(ctx context.Context) error {
	if _, err := b.drain(ctx); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return nil // spans lost in the warm-up are no fault of the window; a service that is gone shows in the snapshot
}

// flush asks every service to send out its spans. One that can't be asked is given the whole time.
func (b *bench) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(b.Plan.Timing.Drain))
	defer cancel()
	var errs []error
	wait := false
	for i := range b.Plan.Services {
		s := &b.Plan.Services[i]
		switch {
		case b.services[s.Name] == nil || s.Collector:
		case s.Flush != "":
			if body, err := ask(ctx, http.MethodPost, b.places.fill(s.Flush)); err != nil {
				errs = append(errs, fmt.Errorf("flushing %s: %w %.200s", s.Name, err, body))
			}
		case s.Spans > 0 && b.c.Sampled > 0 || s.Metrics == "":
			wait = true
		}
	}
	if wait {
		<-ctx.Done()
	}
	return errors.Join(errs...)
}

// settle waits until every service that tells its counters has nothing pending.
func (b *bench) settle(ctx context.Context) error {
	return b.until(ctx, b.Plan.Timing.Drain, func(ctx context.Context) (string, error) {
		for i := range b.Plan.Services {
			s := &b.Plan.Services[i]
			if b.services[s.Name] == nil || s.Collector || s.Metrics == "" || s.Spans == 0 {
				continue
			}
			m, err := scrapeFrom(ctx, b.places.fill(s.Metrics))
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

// passOn waits until the Collector has decided on every trace and sent out what it keeps.
func (b *bench) passOn(ctx context.Context) error {
	c := b.Plan.Collector()
	if c.Metrics == "" {
		b.quiet(ctx)
		return nil
	}
	within := b.Plan.Timing.DecisionWait + b.Plan.Timing.Drain
	last, same := "", 0
	return b.until(ctx, within, func(ctx context.Context) (string, error) {
		m, err := scrapeFrom(ctx, b.places.fill(c.Metrics))
		if err != nil {
			return "", err
		}
		n := collectorOf(m)
		if missing := undecided(m, b.c); missing > 0 {
			return fmt.Sprintf("the Collector has yet to decide on %d traces", missing), nil
		}
		state := fmt.Sprint(n, b.sink.count())
		if state == last {
			same++
		} else {
			last, same = state, 0
		}
		if waiting := b.waiting(m, n.Sent+n.SendFailed); waiting != "" || same < 3 {
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

// waiting says what the Collector has taken in, or decided to keep, and not yet sent; "" when that is nothing.
func (b *bench) waiting(m scrape, out int64) string {
	accepted, _ := m.sum(nil, "otelcol_receiver_accepted_spans")
	if b.c.Kept != nil {
		kept, _ := m.sum(map[string]string{"sampled": "true"}, "otelcol_processor_tail_sampling_global_count_traces_sampled")
		accepted = kept * float64(b.Plan.SpansPerTrace())
	}
	if missing := int64(accepted) - out; missing > 0 {
		return fmt.Sprintf(" (%d spans to go)", missing)
	}
	return ""
}

// quiet waits until nothing has arrived at the sink for a second.
func (b *bench) quiet(ctx context.Context) {
	last, since := b.sink.count(), time.Now()
	deadline := time.Now().Add(time.Duration(b.Plan.Timing.Drain))
	for time.Since(since) < time.Second && time.Now().Before(deadline) && pause(ctx, 100*time.Millisecond) == nil {
		if n := b.sink.count(); n != last {
			last, since = n, time.Now()
		}
	}
}

// until asks again and again whether all is done; the last answer becomes the error when it takes too long.
func (b *bench) until(ctx context.Context, within plan.Duration, done func(context.Context) (string, error)) error {
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
