package numbers

import (
	"testing"
	"time"
)

func TestSummary(t *testing.T) {
	var all, first, second Summary
	if all.Mean() != 0 {
		t.Errorf("got a mean of %v of nothing", all.Mean())
	}
	for _, v := range []float64{-3, 5} {
		all.Add(v)
		first.Add(v)
	}
	for _, v := range []float64{-7, 1} {
		all.Add(v)
		second.Add(v)
	}
	want := Summary{Count: 4, Sum: -4, Min: -7, Max: 5}
	if all != want || all.Mean() != -1 {
		t.Errorf("got %+v, want %+v", all, want)
	}
	first.Merge(second)
	first.Merge(Summary{})
	var none Summary
	if none.Merge(first); first != want || none != want {
		t.Errorf("merged: got %+v and %+v, want %+v", first, none, want)
	}
}

func TestPerSecond(t *testing.T) {
	for elapsed, want := range map[time.Duration]float64{0: 0, -time.Second: 0, 2 * time.Second: 5, time.Minute: 10.0 / 60} {
		if got := PerSecond(10, elapsed); got != want {
			t.Errorf("10 in %s: got %v, want %v", elapsed, got, want)
		}
	}
}
