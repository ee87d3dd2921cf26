package command

import (
	"runtime"
	"testing"
)

func TestProcessorsNext(t *testing.T) {
	type look struct {
		used, idle float64
		want       int
	}
	tests := []struct {
		name  string
		most  int
		looks []look
	}{
		{"EnoughIsOne", 8, []look{{0.5, 7, 1}, {0.59, 7, 1}}},
		{"BesideAServer", 2, []look{{0.7, 0.9, 1}, {0.89, 0.9, 1}, {0.91, 0.6, 2}}},
		{"BeforeItQueues", 64, []look{{0.88, 60, 2}, {0.88, 60, 2}, {1.3, 60, 3}, {1.7, 60, 3}, {2, 60, 4}}},
		{"NoneIsIdle", 2, []look{{1, 0, 1}, {1, 0.4, 1}}},
		{"Grows", 8, []look{{0.95, 1.2, 2}, {1.9, 3, 5}, {4.9, 3, 8}, {8, 4, 8}}},
		{"Busy", 4, []look{{1, 0.9, 2}, {1.5, 0.9, 2}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := &processors{most: test.most, now: 1}
			for i, l := range test.looks {
				if got := p.next(l.used, l.idle); got != l.want {
					t.Errorf("look %d: got %d, want %d", i, got, l.want)
				}
			}
		})
	}
	t.Run("ShrinksLate", func(t *testing.T) {
		p := &processors{most: 4, now: 3}
		for i := range shrinkLate - 1 {
			if got := p.next(0.1, 3); got != 3 {
				t.Fatalf("look %d: got %d, want 3 still", i, got)
			}
		}
		if got := p.next(0.1, 3); got != 2 {
			t.Errorf("got %d, want 2", got)
		}
	})
	t.Run("StaysWhereItGrew", func(t *testing.T) {
		p := &processors{most: 4, now: 1}
		for i, used := range []float64{0.61, 0.59, 0.5, 0.58, 0.46} {
			for range 3 * shrinkLate {
				if got := p.next(used, 3); got != 2 {
					t.Fatalf("look %d: got %d, want 2", i, got)
				}
			}
		}
	})
	t.Run("GrowsBeforeTheReportWarns", func(t *testing.T) {
		const warns = 0.8 // load's own bound for a saturated generator
		if p := (&processors{most: 64, now: 1}); p.next(warns, 60) != 2 {
			t.Error("want it grown")
		}
	})
}

func TestFollowLoad(t *testing.T) {
	most := runtime.GOMAXPROCS(0)
	stop := adjustProcessors("2")
	if got := runtime.GOMAXPROCS(0); got != most {
		t.Errorf("with GOMAXPROCS set: got %d, want %d", got, most)
	}
	stop()
	stop = adjustProcessors("")
	if got := runtime.GOMAXPROCS(0); got > most {
		t.Errorf("got %d, want at most %d", got, most)
	}
	stop()
	if got := runtime.GOMAXPROCS(0); got != most {
		t.Errorf("afterwards: got %d, want %d again", got, most)
	}
}
