//go:build !linux

package stack

import "time"

func cpuClock(int) (time.Duration, bool) { return 0, false }

func peakRSS(int) uint64 { return 0 }
