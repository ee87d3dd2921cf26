//go:build !linux

package child

import (
	"fmt"
	"os"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// usage reads the account of process pid alone.
func usage(pid int) (Usage, error) {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return Usage{}, fmt.Errorf("reading what a process used: %w", err)
	}
	times, err := p.Times()
	if err != nil {
		return Usage{}, fmt.Errorf("reading what a process used: %w", err)
	}
	u := Usage{User: seconds(times.User), System: seconds(times.System)}
	u.CPU = u.User + u.System
	if m, err := p.MemoryInfo(); err == nil {
		u.RSS = m.RSS
	}
	if n, err := p.NumCtxSwitches(); err == nil {
		u.Switches, u.SwitchesKnown = uint64(n.Voluntary+n.Involuntary), true
	}
	return u, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func sample(pid int) (cpu time.Duration, rss uint64, ok bool) {
	u, err := usage(pid)
	return u.CPU, u.RSS, err == nil
}

func resetPeakRSS(int) {}

func peakRSS(int) uint64 { return 0 }

func peakOf(*os.ProcessState) uint64 { return 0 }
