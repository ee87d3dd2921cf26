package child

import (
	"os"
	"time"
)

// Usage is what a process and those that it has started have used since they began.
type Usage struct {
	// CPU is CPU time: on Linux to the nanosecond. User and System say how it divides, on Linux in ticks of 10 ms.
	CPU, User, System time.Duration
	// RSS is resident memory now, in bytes. PeakRSS is the most since the process began or ResetPeakRSS was called; Linux only.
	RSS, PeakRSS uint64
	// Switches are context switches, those of threads that have ended not counted; SwitchesKnown is false where the system
	// doesn't tell.
	Switches      uint64
	SwitchesKnown bool
}

// Usage reads what the process and its group have used. It fails once the process has ended.
func (p *Process) Usage() (Usage, error) { return usage(p.PID) }

// Total is what the process, and those that it has waited for, have used in all. Call it after Done is closed. PeakRSS is 0
// where the system doesn't tell, or tells only what this process had when it started the other.
func (p *Process) Total() Usage {
	state := p.cmd.ProcessState
	u := Usage{User: state.UserTime(), System: state.SystemTime(), PeakRSS: peakOf(state)}
	u.CPU = u.User + u.System
	if u.PeakRSS <= p.inherited {
		u.PeakRSS = 0
	}
	return u
}

// PeakRSS reads the most resident memory so far, in bytes, cheaply; 0 once the process has ended, and where the system
// doesn't tell.
func (p *Process) PeakRSS() uint64 { return peakRSS(p.PID) }

// SelfUsage reads what this process and the children that it has waited for have used.
func SelfUsage() (Usage, error) { return usage(os.Getpid()) }

// Sample reads the CPU time and the resident memory, in bytes, of the process alone, cheaply; false once it has ended.
func (p *Process) Sample() (cpu time.Duration, rss uint64, ok bool) { return sample(p.PID) }

// ResetPeakRSS makes the peak of resident memory begin anew, on Linux.
func (p *Process) ResetPeakRSS() { resetPeakRSS(p.PID) }
