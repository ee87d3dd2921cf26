package load

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

func TestWatch(t *testing.T) {
	for _, tt := range []struct {
		name string
		used []time.Duration // of two processors in each second
		err  error
		want string
	}{
		{"idle", []time.Duration{0, 100 * time.Millisecond, time.Second}, nil, ""},
		{"one busy second of twenty", append(make([]time.Duration, 19), 2*time.Second), nil, ""},
		{"busy", []time.Duration{1700 * time.Millisecond, 0, 2 * time.Second}, nil, "more than 80 % of its processors in 2 of 3 s (at most 100 %)"},
		{"descriptors", nil, os.NewSyscallError("socket", syscall.EMFILE), "ulimit -n"},
		{"ports", nil, fmt.Errorf("dial: %w", syscall.EADDRNOTAVAIL), "no free local port"},
		{"another error", nil, errTest, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := MustStart(t, &Test{Exec: sleeps(0)})
				r.Wait()
				w := &watch{}
				for _, cpu := range tt.used {
					w.add(time.Second, cpu, 2)
				}
				w.failed(&wire.Exchange{Err: tt.err})
				w.warn(r.meter)
				warnings := r.Snapshot().Warnings
				if tt.want == "" && len(warnings) != 0 || tt.want != "" && (len(warnings) != 1 || !strings.Contains(warnings[0].Message, tt.want)) {
					t.Errorf("warnings %+v, want %q", warnings, tt.want)
				}
			})
		})
	}
}

func TestOwnCPU(t *testing.T) {
	before, n := ownCPU(), 0
	for ownCPU() == before && n < 1<<30 { // spends some
		n++
	}
	if ownCPU() <= before {
		t.Errorf("%v of processor time before and after %d rounds", before, n)
	}
}

// A result has the processor time of the load, without that of its set-up.
func TestResultCPU(t *testing.T) {
	spend := func() (spent time.Duration) {
		for before := ownCPU(); spent < 20*time.Millisecond; spent = ownCPU() - before {
		}
		return spent
	}
	var loaded time.Duration
	test := &Test{
		Setup: func(*VU) (any, error) { spend(); return nil, nil },
		Exec:  func(*VU) error { loaded = spend(); return nil },
	}
	res := MustStart(t, test).Wait()
	if res.CPU < loaded {
		t.Errorf("got %s of processor time, want at least the %s of the load", res.CPU, loaded)
	}
	before := ownCPU()
	test.Setup = func(*VU) (any, error) { spend(); spend(); return nil, nil }
	test.Exec = func(*VU) error { return nil }
	res = MustStart(t, test).Wait()
	if whole := ownCPU() - before; res.CPU > whole-40*time.Millisecond {
		t.Errorf("got %s of %s, want it without the 40ms of set-up", res.CPU, whole)
	}
}

func TestGrowth(t *testing.T) {
	g := growth{spare: growthBurst}
	users := 0
	grow := func(now time.Duration, starved bool) {
		for g.allow(now, users, starved) {
			users++
		}
	}
	for _, tt := range []struct {
		at      time.Duration
		starved bool
		want    int
	}{
		{0, false, 10}, {time.Millisecond, false, 10}, {50 * time.Millisecond, false, 15}, {10 * time.Second, false, 25},
		{20 * time.Second, true, 25}, {21 * time.Second, false, 35},
	} {
		grow(tt.at, tt.starved)
		if users != tt.want {
			t.Errorf("at %v: %d users, want %d", tt.at, users, tt.want)
		}
	}
	for ms := range 4000 {
		grow(21*time.Second+time.Duration(ms)*time.Millisecond, false)
	}
	if users < 1000 || users > 3000 {
		t.Errorf("%d users after 4 s of want, the number doubling within a second", users)
	}
}
