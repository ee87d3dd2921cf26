package measure

import (
	"fmt"

	"golang.org/x/sys/unix"

	"example.com/foobar/overhead/plan"
)

// bind lets all threads of a process that has just been started run on the CPUs of a list such as "0-1,3" only. Threads
// inherit this from the one that starts them; going over them twice catches one that began in between.
func bind(pid int, list string) error {
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
		for _, thread := range threads(pid) {
			if err := unix.SchedSetaffinity(thread, &set); err != nil && err != unix.ESRCH {
				return fmt.Errorf("setting the CPUs: %w", err)
			}
		}
	}
	return nil
}
