package measure

import (
	"math"
	"time"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/record"
)

// machine is what all CPUs together have done by an instant.
type machine struct {
	at   time.Time
	cpus int
	// idle is time without work, waiting for disks included; steal is what the hypervisor took, throttled what a quota withheld.
	idle, steal, throttled time.Duration
	known                  bool
}

// since returns the CPU time that there was from an earlier state on, and the part of it that was put to work.
func (m machine) since(was machine) (all, busy time.Duration) {
	all = time.Duration(m.cpus) * m.at.Sub(was.at)
	return all, all - (m.idle - was.idle) - (m.steal - was.steal)
}

// machineOf is what the machine did besides during the window.
func machineOf(before snapshot, end map[string]child.Usage, now machine) record.Machine {
	was := before.machine
	all, busy := now.since(was)
	if !now.known || !was.known || all <= 0 {
		return record.Machine{}
	}
	for name, u := range end {
		busy -= u.CPU - before.usages[name].CPU
	}
	share := func(d time.Duration) float64 { return math.Max(0, d.Seconds()/all.Seconds()) }
	return record.Machine{Known: true, Steal: share(now.steal - was.steal), Foreign: share(busy), Throttled: share(now.throttled - was.throttled)}
}
