package measure

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/child"
)

// cpuAccount says in the report where CPU times come from.
const cpuAccount = "the kernel's CPU clock of each process, to the nanosecond; user and system in the proportion of /proc/PID/stat"

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
		return time.Duration(n) * child.ProcTick
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
				return time.Duration(child.ProcValue(text, "throttled_usec")) * time.Microsecond
			}
		case parts[1] == "cpu" || strings.HasPrefix(parts[1], "cpu,"):
			if text, err := os.ReadFile(filepath.Join("/sys/fs/cgroup/cpu", parts[2], "cpu.stat")); err == nil {
				return time.Duration(child.ProcValue(text, "throttled_time"))
			}
		}
	}
	return 0
}
