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

// Usage reads the operating system's account of p. It fails once p has ended. Linux counts CPU time in steps of 10 ms.
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
	return Usage{User: seconds(times.User), System: seconds(times.System), RSS: memory.RSS, PeakRSS: peakRSS(p.PID)}, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
