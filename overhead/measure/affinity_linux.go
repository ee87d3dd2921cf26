package measure

import (
	"fmt"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/plan"
)

// setAffinity lets all threads of a process that has just been started run on the CPUs of a list such as "0-1,3" only. Threads
// inherit this from the one that starts them; going over them twice catches one that began in between.
func setAffinity(p *child.Process, list string) error {
	if list == "" {
		return nil
	}
	cpus, err := plan.ParseCPUs(list)
	if err != nil {
		return err
	}
	var set unix.CPUSet
	for _, c := range cpus {
		set.Set(c)
	}
	for range 2 {
		for _, thread := range threads(p.PID) {
			if err := unix.SchedSetaffinity(thread, &set); err != nil && err != unix.ESRCH {
				return fmt.Errorf("setting the CPUs: %w", err)
			}
		}
	}
	return nil
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
