//go:build !linux

package main

// Only Linux tells what is asked for here.

func allowManyFiles() {}
func stolen() float64 { return 0 }
