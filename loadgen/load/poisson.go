package load

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// poisson are arrivals that come independently of each other, as those of many people do: the gaps between them, in area
// under the rate, are exponential with mean 1. Their number is chance too, with the area as mean and variance.
type poisson struct {
	curve
	source *rand.PCG
	random *rand.Rand // draws from source
	at     float64    // the area up to the arrival that next returned last
}

// newPoisson makes the arrivals of a scenario. The same seed and name make the same arrivals.
func newPoisson(c curve, seed uint64, scenario string) *poisson {
	source := rand.NewPCG(seed, scenarioHash(scenario))
	return &poisson{curve: c, source: source, random: rand.New(source)}
}

// scenarioHash is what the random numbers of a scenario follow from, beside the seed of the test.
func scenarioHash(scenario string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(scenario)) // a hash takes everything
	return h.Sum64()
}

func (p *poisson) next() (due time.Duration, gap float64, ok bool) {
	gap = p.random.ExpFloat64()
	p.at += gap
	if p.at >= p.area() {
		return 0, 0, false
	}
	return min(p.reach(p.at), p.duration()), gap, true
}

// mostCounted bounds how many arrivals dueBefore counts one by one.
const mostCounted = 1 << 26

// dueBefore looks ahead with the same random numbers. Past mostCounted it takes the expected number for the rest.
func (p *poisson) dueBefore(instant time.Duration) int64 {
	source := *p.source
	ahead := &poisson{curve: p.curve, source: &source, random: rand.New(&source), at: p.at}
	var n int64
	for n < mostCounted {
		if due, _, ok := ahead.next(); !ok || due >= instant {
			return n
		}
		n++
	}
	return n + int64(ahead.expectedBefore(instant))
}

// expectedBefore is how many arrivals are to be expected from here on before an instant.
func (p *poisson) expectedBefore(instant time.Duration) float64 {
	low, high := p.at, p.area()
	for range 64 { // halves the area until it is known to the last bit
		if middle := (low + high) / 2; p.reach(middle) < instant {
			low = middle
		} else {
			high = middle
		}
	}
	return low - p.at
}
