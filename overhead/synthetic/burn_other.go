//go:build !linux

package main

import "time"

// burn keeps a CPU busy for d; on a busy machine some of that may be others' time.
func burn(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}
