package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// maxCPU is one more than the highest number of a CPU that a list may name.
const maxCPU = 1024

// ParseCPUs reads a list of CPUs such as "0-1,3".
func ParseCPUs(list string) ([]int, error) {
	var out []int
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		a, err := strconv.Atoi(first)
		b, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || a < 0 || b < a || b >= maxCPU {
			return nil, fmt.Errorf("%q is no list of CPUs: write 0-1,3", list)
		}
		for i := a; i <= b; i++ {
			out = append(out, i)
		}
	}
	return out, nil
}
