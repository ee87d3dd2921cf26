package measure

import "time"

// usage is what a process and its children have used since they began.
type usage struct {
	// total is CPU time; user and system say how it divides.
	total, user, system time.Duration
	// rss is resident memory now and peak the most since the last resetPeak, in bytes.
	rss, peak uint64
	// switches are context switches; known is false where the system doesn't tell.
	switches uint64
	known    bool
}

func (u usage) plus(v usage) usage {
	return usage{u.total + v.total, u.user + v.user, u.system + v.system, u.rss + v.rss, u.peak + v.peak, u.switches + v.switches, u.known || v.known}
}

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
