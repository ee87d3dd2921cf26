//go:build !linux

package measure

import (
	"errors"
	"runtime"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"

	"example.com/foobar/loadgen/child"
)

// cpuAccount and wireAccount say in the report where CPU times and bytes sent come from.
const (
	cpuAccount  = "the operating system's account of each process, without its children"
	wireAccount = "not known on this system"
)

func readMachine() machine {
	times, err := cpu.Times(false)
	if err != nil || len(times) == 0 {
		return machine{}
	}
	return machine{at: time.Now(), cpus: runtime.NumCPU(), idle: seconds(times[0].Idle + times[0].Iowait), steal: seconds(times[0].Steal), known: true}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func readConnections(int, map[uint16]bool) (connections, bool) { return connections{}, false }

func setAffinity(_ *child.Process, list string) error {
	if list == "" {
		return nil
	}
	return errors.New("cpus can be set on Linux only: leave it out")
}
