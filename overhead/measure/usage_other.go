//go:build !linux

package measure

import (
	"fmt"
	"runtime"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	ps "github.com/shirou/gopsutil/v4/process"
)

// cpuAccount says in the report where CPU times come from.
const cpuAccount = "the operating system's account of each process, without its children"

func used(pid int) (usage, error) {
	p, err := ps.NewProcess(int32(pid))
	if err != nil {
		return usage{}, fmt.Errorf("reading what a process used: %w", err)
	}
	times, err := p.Times()
	if err != nil {
		return usage{}, fmt.Errorf("reading what a process used: %w", err)
	}
	u := usage{user: seconds(times.User), system: seconds(times.System)}
	u.total = u.user + u.system
	if m, err := p.MemoryInfo(); err == nil {
		u.rss = m.RSS
	}
	if n, err := p.NumCtxSwitches(); err == nil {
		u.switches, u.known = uint64(n.Voluntary+n.Involuntary), true
	}
	return u, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func sample(pid int) (cpu time.Duration, rss float64, ok bool) {
	u, err := used(pid)
	return u.total, float64(u.rss), err == nil
}

func resetPeak(int) {}

func readMachine() machine {
	times, err := cpu.Times(false)
	if err != nil || len(times) == 0 {
		return machine{}
	}
	return machine{at: time.Now(), cpus: runtime.NumCPU(), idle: seconds(times[0].Idle + times[0].Iowait), steal: seconds(times[0].Steal), known: true}
}

func ticksOf(d time.Duration) float64 { return d.Seconds() }
