//go:build !linux

package load

func newSleeper(quit <-chan struct{}) sleeper { return newTimerSleeper(quit) }
