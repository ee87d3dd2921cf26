package measure

import (
	"testing"
	"time"

	"example.com/foobar/loadgen/child"
)

// What this process works for the machine has worked too, even if it works in step with the kernel's clock.
func TestMachineSeesWork(t *testing.T) {
	was, before := readMachine(), mustUse(t)
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		for work := time.Now().Add(time.Millisecond); time.Now().Before(work); {
		}
		time.Sleep(time.Millisecond)
	}
	now, after := readMachine(), mustUse(t)
	all, busy := now.since(was)
	ours := after.CPU - before.CPU
	if !now.known || now.cpus < 1 || ours <= 0 || all < ours || busy > all {
		t.Errorf("%d CPUs had %v, %v of it busy, %v for this process", now.cpus, all, busy, ours)
	}
	if rounding := 4 * child.ProcTick * time.Duration(now.cpus); busy+rounding < ours {
		t.Errorf("the machine was busy for %v, want at least the %v of this process", busy, ours)
	}
}

func mustUse(t *testing.T) child.Usage {
	t.Helper()
	u, err := child.SelfUsage()
	if err != nil {
		t.Fatal(err)
	}
	return u
}
