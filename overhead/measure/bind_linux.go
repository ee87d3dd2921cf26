package measure

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// bind lets all threads of a process that has just been started run on the CPUs of a list such as "0-1,3" only.
func bind(pid int, list string) error {
	if list == "" {
		return nil
	}
	var set unix.CPUSet
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		a, err := strconv.Atoi(first)
		if err != nil {
			return fmt.Errorf("write a list such as 0-1,3: %w", err)
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(last); err != nil {
				return fmt.Errorf("write a list such as 0-1,3: %w", err)
			}
		}
		if a < 0 || b >= 1024 || a > b {
			return fmt.Errorf("write a list such as 0-1,3")
		}
		for i := a; i <= b; i++ {
			set.Set(i)
		}
	}
	return bindThreads(pid, &set)
}

func bindThreads(pid int, set *unix.CPUSet) error {
	for _, thread := range threads(pid) {
		if err := unix.SchedSetaffinity(thread, set); err != nil {
			return fmt.Errorf("setting the CPUs: %w", err)
		}
	}
	return nil
}
