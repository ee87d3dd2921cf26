package measure

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cpuAccount says in the report where CPU times come from.
const cpuAccount = "the kernel's CPU clock of each process, to the nanosecond; user and system in the proportion of /proc/PID/stat"

// tick is the unit of times in /proc: USER_HZ, 100 on every architecture that Go runs on.
const tick = time.Second / 100

// used reads the account of a process group: the process pid, which leads it, and those that it started.
func used(pid int) (usage, error) {
	sum, err := usedBy(pid)
	if err != nil {
		return usage{}, err
	}
	for _, child := range group(pid) {
		if u, err := usedBy(child); err == nil { // one that has ended is in its parent's account
			sum = sum.plus(u)
		}
	}
	return sum, nil
}

// clockOf is the CPU clock of a process, as clock_getcpuclockid(3) makes it.
func clockOf(pid int) int32 { return int32(^pid<<3 | 2) }

func usedBy(pid int) (usage, error) {
	fields, err := stat(pid)
	if err != nil {
		return usage{}, err
	}
	// Fields of proc_pid_stat(5), counted from the state: utime is 11, stime 12, cutime 13, cstime 14.
	var t [4]time.Duration
	for i := range t {
		n, err := strconv.ParseInt(fields[11+i], 10, 64)
		if err != nil {
			return usage{}, fmt.Errorf("reading CPU times of %d: %w", pid, err)
		}
		t[i] = time.Duration(n) * tick
	}
	u := usage{user: t[0] + t[2], system: t[1] + t[3], known: true}
	u.total = u.user + u.system
	var precise unix.Timespec
	if err := unix.ClockGettime(clockOf(pid), &precise); err == nil {
		u.total = time.Duration(precise.Nano()) + t[2] + t[3]
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
func status(pid int, u *usage) error {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return fmt.Errorf("reading what a process used: %w", err)
	}
	u.rss, u.peak = 1024*value(text, "VmRSS:"), 1024*value(text, "VmHWM:")
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil {
		return err
	}
	for _, name := range threads {
		if text, err := os.ReadFile(name); err == nil {
			u.switches += value(text, "\nvoluntary_ctxt_switches:") + value(text, "nonvoluntary_ctxt_switches:")
		}
	}
	return nil
}

// value is the number behind a key of a /proc file.
func value(text []byte, key string) uint64 {
	_, rest, _ := bytes.Cut(text, []byte(key))
	fields := bytes.Fields(rest[:min(len(rest), 64)])
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseUint(string(fields[0]), 10, 64)
	return n
}

// group lists the other processes of the group that pid leads.
func group(pid int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var out []int
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil || n == pid {
			continue
		}
		if fields, err := stat(n); err == nil && fields[2] == strconv.Itoa(pid) {
			out = append(out, n)
		}
	}
	return out
}

// sample reads the CPU time and the resident memory of pid alone, cheaply.
func sample(pid int) (cpu time.Duration, rss float64, ok bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(clockOf(pid), &t); err != nil {
		return 0, 0, false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0, 0, false
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	return time.Duration(t.Nano()), pages * float64(os.Getpagesize()), err == nil
}

// resetPeak makes the peak of resident memory begin anew (proc_pid_clear_refs(5)).
func resetPeak(pid int) { _ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) }

// readMachine reads /proc/stat (proc_stat(5)) and the quota of this process's control group. Only the times of idleness and
// steal are used: Linux measures them. Those of work it samples at ticks of its clock, which a load in step with the
// clock meets always or never.
func readMachine() machine {
	text, err := os.ReadFile("/proc/stat")
	m := machine{at: time.Now(), throttled: throttled()}
	first, rest, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(first)
	if err != nil || len(fields) < 9 {
		return machine{}
	}
	ticks := func(i int) time.Duration {
		n, _ := strconv.ParseInt(fields[i], 10, 64)
		return time.Duration(n) * tick
	}
	m.idle, m.steal, m.known = ticks(4)+ticks(5), ticks(8), true // after "cpu", user, nice and system: idle, iowait, irq, softirq, steal
	for line := range strings.Lines(rest) {
		if strings.HasPrefix(line, "cpu") {
			m.cpus++
		}
	}
	return m
}

// throttled is how long a CPU quota has withheld the processor, by cgroup v2 or v1; 0 without a quota.
func throttled() time.Duration {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		switch {
		case parts[1] == "":
			if text, err := os.ReadFile(filepath.Join("/sys/fs/cgroup", parts[2], "cpu.stat")); err == nil {
				return time.Duration(value(text, "throttled_usec")) * time.Microsecond
			}
		case parts[1] == "cpu" || strings.HasPrefix(parts[1], "cpu,"):
			if text, err := os.ReadFile(filepath.Join("/sys/fs/cgroup/cpu", parts[2], "cpu.stat")); err == nil {
				return time.Duration(value(text, "throttled_time"))
			}
		}
	}
	return 0
}

// threads are the ids of a process's threads.
func threads(pid int) []int {
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err != nil {
		return nil
	}
	var out []int
	for _, name := range names {
		if n, err := strconv.Atoi(filepath.Base(name)); err == nil {
			out = append(out, n)
		}
	}
	return out
}
