package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// peakResident is the most resident memory that a living process has had since it began its present program, in bytes.
func peakResident(pid int) uint64 {
	var kib uint64
	if _, err := fmt.Sscanf(firstField(fmt.Sprintf("/proc/%d/status", pid), "VmHWM"), "%d", &kib); err != nil {
		return 0 // it has ended, or not begun
	}
	return kib << 10
}

// peakOf is what the system says of a process that has ended.
func peakOf(state *os.ProcessState) uint64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return uint64(usage.Maxrss) << 10
}

// peakOfSelf is the peak of this process.
func peakOfSelf() uint64 { return peakResident(os.Getpid()) }

// allowManyFiles raises the limit on open files for this process and those that it starts.
func allowManyFiles() {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return
	}
	limit.Cur = limit.Max
	_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) // what needs more files says so itself
}

// terminate asks a process to end.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// stolen is the CPU time in seconds that the host has taken from this virtual machine since it began.
func stolen() float64 {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	const steal, ticks = 8, 100
	var n float64
	if len(fields) > steal {
		_, _ = fmt.Sscanf(fields[steal], "%f", &n)
	}
	return n / ticks
}
