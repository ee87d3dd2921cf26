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

// machine is what all CPUs have done since they began, in their own unit.
type machine struct {
	// busy is time in user and system mode, all is everything, idle too.
	busy, steal, all float64
	// throttled is time that a quota withheld.
	throttled time.Duration
	known     bool
}
