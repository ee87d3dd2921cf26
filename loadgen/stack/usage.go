package stack

import (
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// Usage is what a process has used since it began.
type Usage struct {
	User, System time.Duration
	// RSS is resident memory now and PeakRSS the most so far, in bytes (PeakRSS: Linux only, else 0).
	RSS, PeakRSS uint64
}

// Usage reads the operating system's account of p. It fails once p has ended. The sum of User and System is as fine as the
// system's clock of a process: on Linux nanoseconds, of which User and System have shares in the proportion of their ticks
// of 10 ms, and User all before the first tick.
func (p *Process) Usage() (Usage, error) {
	about, err := process.NewProcess(int32(p.PID))
	if err != nil {
		return Usage{}, fmt.Errorf("reading the usage of %s: %w", p.Name, err)
	}
	times, err := about.Times()
	if err != nil {
		return Usage{}, fmt.Errorf("reading the CPU time of %s: %w", p.Name, err)
	}
	memory, err := about.MemoryInfo()
	if err != nil {
		return Usage{}, fmt.Errorf("reading the memory of %s: %w", p.Name, err)
	}
	u := Usage{User: seconds(times.User), System: seconds(times.System), RSS: memory.RSS, PeakRSS: peakRSS(p.PID)}
	if total, ok := cpuClock(p.PID); ok {
		u.User, u.System = split(total, u.User, u.System)
	}
	return u, nil
}

// split divides total as user and system stand to each other.
func split(total, user, system time.Duration) (time.Duration, time.Duration) {
	if user+system == 0 {
		return total, 0
	}
	share := float64(system) / float64(user+system)
	system = time.Duration(share * float64(total))
	return total - system, system
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
