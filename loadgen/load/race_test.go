//go:build race

package load

// underRace says that sync.Pool drops at random, so that allocations say nothing.
const underRace = true
