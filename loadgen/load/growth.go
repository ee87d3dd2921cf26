package load

import "time"

// growth bounds how fast users are added beyond the first ones: to a slow server they come as they are needed, the number
// doubling within a second; on a machine that is short of processors, where a further user only makes all of them
// slower, none come.
type growth struct {
	spare float64 // users that may be added at once
	last  time.Duration
}

const (
	growthBurst  = 10  // users, or a tenth of those there are
	growthSecond = 100 // users a second, or as many as there are
	// overslept is a delay of the dispatcher itself that says that the machine is short of processors.
	overslept = 5 * time.Millisecond
)

// allow says whether one user may be added.
func (g *growth) allow(now time.Duration, users int, starved bool) bool {
	if !starved {
		g.spare += (now - g.last).Seconds() * max(growthSecond, float64(users))
		g.spare = min(g.spare, max(growthBurst, float64(users)/10))
	}
	g.last = now
	if g.spare < 1 {
		return false
	}
	g.spare--
	return true
}
