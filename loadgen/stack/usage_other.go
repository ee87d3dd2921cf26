//go:build !linux

package stack

func peakRSS(int) uint64 { return 0 }
