package child

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ProcTick is the unit of times in /proc: USER_HZ, 100 on every architecture that Go runs on.
const ProcTick = time.Second / 100

// usage reads the account of a process group: the process pid, which startGroup started, and those that it started.
func usage(pid int) (Usage, error) {
	sum, err := usageOf(pid)
	if err != nil {
		return Usage{}, err
	}
	for _, child := range members(pid) {
		if u, err := usageOf(child); err == nil { // one that has ended is in its parent's account
			sum = sum.plus(u)
		}
	}
	return sum, nil
}

func (u Usage) plus(v Usage) Usage {
	return Usage{u.CPU + v.CPU, u.User + v.User, u.System + v.System, u.RSS + v.RSS, u.PeakRSS + v.PeakRSS,
		u.Switches + v.Switches, u.SwitchesKnown || v.SwitchesKnown}
}

// clockOf is the CPU clock of a process, as clock_getcpuclockid(3) makes it.
func clockOf(pid int) int32 { return int32(^pid<<3 | 2) }

func usageOf(pid int) (Usage, error) {
	fields, err := stat(pid)
	if err != nil {
		return Usage{}, err
	}
	// Fields of proc_pid_stat(5), counted from the state: utime is 11, stime 12, cutime 13, cstime 14.
	var t [4]time.Duration
	for i := range t {
		n, err := strconv.ParseInt(fields[11+i], 10, 64)
		if err != nil {
			return Usage{}, fmt.Errorf("reading CPU times of %d: %w", pid, err)
		}
		t[i] = time.Duration(n) * ProcTick
	}
	u := Usage{User: t[0] + t[2], System: t[1] + t[3], SwitchesKnown: true}
	u.CPU = u.User + u.System
	var precise unix.Timespec
	if err := unix.ClockGettime(clockOf(pid), &precise); err == nil {
		u.CPU = time.Duration(precise.Nano()) + t[2] + t[3]
	}
	return u, status(pid, &u)
}

// stat returns the fields of /proc/PID/stat from the state on.
func stat(pid int) ([]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, fmt.Errorf("reading what a process used: %w", err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return nil, fmt.Errorf("reading what process %d used: short line", pid)
	}
	return fields, nil
}

// status fills in memory and, over all threads, context switches.
func status(pid int, u *Usage) error {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return fmt.Errorf("reading what a process used: %w", err)
	}
	u.RSS, u.PeakRSS = 1024*ProcValue(text, "VmRSS:"), 1024*ProcValue(text, "VmHWM:")
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil {
		return err
	}
	for _, name := range threads {
		if text, err := os.ReadFile(name); err == nil {
			u.Switches += ProcValue(text, "\nvoluntary_ctxt_switches:") + ProcValue(text, "nonvoluntary_ctxt_switches:")
		}
	}
	return nil
}

// ProcValue is the number behind a key in the text of a file of /proc or of a control group, 0 where there is none.
func ProcValue(text []byte, key string) uint64 {
	_, rest, _ := bytes.Cut(text, []byte(key))
	fields := bytes.Fields(rest[:min(len(rest), 64)])
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseUint(string(fields[0]), 10, 64)
	return n
}

// members lists the other processes of pid's group, but not the guard that leads it.
func members(pid int) []int {
	own, err := stat(pid)
	if err != nil {
		return nil
	}
	group := own[2]
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var out []int
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil || n == pid || e.Name() == group {
			continue
		}
		if fields, err := stat(n); err == nil && fields[2] == group {
			out = append(out, n)
		}
	}
	return out
}

// sample reads the CPU time and the resident memory of pid alone, cheaply.
func sample(pid int) (cpu time.Duration, rss uint64, ok bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(clockOf(pid), &t); err != nil {
		return 0, 0, false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0, 0, false
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	return time.Duration(t.Nano()), pages * uint64(os.Getpagesize()), err == nil
}

// resetPeakRSS writes to proc_pid_clear_refs(5).
func resetPeakRSS(pid int) { _ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) }

// peakRSS reads VmHWM, the "high water mark" of resident memory.
func peakRSS(pid int) uint64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return 1024 * ProcValue(text, "VmHWM:")
}

// peakOf is the same of a process that has ended.
func peakOf(state *os.ProcessState) uint64 {
	used, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return uint64(used.Maxrss) << 10
}
