package measure

import (
	"testing"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/record"
)

func TestContextSwitches(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to child.Usage
		want     int64 // -1: not known
	}{
		{"OK", child.Usage{Switches: 10, SwitchesKnown: true}, child.Usage{Switches: 25, SwitchesKnown: true}, 15},
		{"ThreadsEnded", child.Usage{Switches: 25, SwitchesKnown: true}, child.Usage{Switches: 10, SwitchesKnown: true}, -1},
		{"NotKnown", child.Usage{}, child.Usage{}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := int64(-1)
			if n := contextSwitches(c.from, c.to); n != nil {
				got = int64(*n)
			}
			if got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestSampledRSS(t *testing.T) {
	at := func(seconds, rss float64) record.Point {
		return record.Point{At: seconds, RSS: map[string]float64{"foo": rss}}
	}
	points := []record.Point{at(-1, 90), at(0, 10), at(1, 30), at(2, 20), at(3, 90)}
	if mean, peak := sampledRSS(points, "foo", 2); mean != 20 || peak != 30 {
		t.Errorf("mean %v, peak %v; want 20 and 30, of the window alone", mean, peak)
	}
	if mean, peak := sampledRSS(points, "bar", 2); mean != 0 || peak != 0 {
		t.Errorf("mean %v, peak %v of a process without samples, want 0", mean, peak)
	}
}
