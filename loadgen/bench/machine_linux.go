package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// allowManyFiles raises the limit on open files for this process and those that it starts.
func allowManyFiles() {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return
	}
	limit.Cur = limit.Max
	_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) // what needs more files says so itself
}

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
