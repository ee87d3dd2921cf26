package script

import (
	"fmt"
	"time"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/nearest"
)

// The kinds of a script's own metrics.
var metricKinds = []string{"counter", "gauge", "rate", "time", "trend"}

// metric is one of the script's own.
type metric struct {
	name, kind string
	// One of them is declared.
	numbers *load.Metric[float64]
	times   *load.Metric[time.Duration]
	rates   *load.Metric[bool]
}

// declare declares the metric of a test.
func (m *metric) declare(t *load.Test) {
	switch m.kind {
	case "counter":
		m.numbers = t.NewCounter(m.name)
	case "gauge":
		m.numbers = t.NewGauge(m.name)
	case "trend":
		m.numbers = t.NewTrend(m.name)
	case "time":
		m.times = t.NewTimeTrend(m.name)
	case "rate":
		m.rates = t.NewRate(m.name)
	}
}

func (c *compiler) declareMetrics() {
	for _, name := range sortedKeys(c.script.Metrics) {
		kind := c.script.Metrics[name]
		if !contains(metricKinds, kind) {
			c.fail("metrics."+name, "there is no kind %q%s", kind, nearest.Hint(": ", kind, metricKinds))
		}
		c.program.metrics[name] = &metric{name: name, kind: kind}
	}
}

// records adds values to metrics.
func (c *compiler) records(all map[string]string, path string) []act {
	var acts []act
	for _, name := range sortedKeys(all) {
		at := path + ".record." + name
		m := c.program.metrics[name]
		if m == nil {
			c.fail(at, `there is no metric %q: name it and its kind in "metrics", such as metrics: {%s: counter}%s`, name, name,
				nearest.Hint("; ", name, sortedKeys(c.program.metrics)))
			continue
		}
		value := c.value(all[name], at)
		acts = append(acts, func(f *frame) error {
			v, err := value(f)
			if err != nil {
				return err
			}
			if err := m.add(f.vu, v); err != nil {
				return fmt.Errorf("record %s: %w", m.name, err)
			}
			return nil
		})
	}
	return acts
}

// add adds a value. A metric of a script that runs in no test is nowhere.
func (m *metric) add(vu *load.VU, v expression.Value) error {
	if m.rates != nil {
		m.rates.Add(vu, v.Truth() && v.String() != "false" && v.String() != "0")
		return nil
	}
	x, ok := v.Float()
	if m.times != nil {
		d := time.Duration(x * float64(time.Millisecond))
		if !ok {
			var err error
			if d, err = parseDuration(v.String()); err != nil {
				return fmt.Errorf("%q is no time: want a number of milliseconds, or a time such as 1.5s", v.String())
			}
		}
		m.times.Add(vu, d)
		return nil
	}
	if v.Kind() == expression.Bool {
		x, ok = map[bool]float64{true: 1}[v.Truth()], true
	}
	if !ok {
		return fmt.Errorf("%q is no number", v.String())
	}
	if m.numbers != nil {
		m.numbers.Add(vu, x)
	}
	return nil
}
