//go:build race

package script

// underRace says that sync.Pool drops at random, so that allocations say nothing.
const underRace = true
