package script

import (
	"fmt"
	"math"
	"sort"
)

// pick does one of its steps, by their weights.
func (c *compiler) pick(s *Step, path string) []act {
	if len(s.Pick) == 0 {
		c.fail(path+".pick", "no steps")
		return nil
	}
	all, sums := make([][]act, len(s.Pick)), make([]float64, len(s.Pick))
	sum := 0.0
	for i, one := range s.Pick {
		at := fmt.Sprintf("%s.pick[%d]", path, i)
		weight := 1.0
		if one.Weight != nil {
			weight = *one.Weight
		}
		if weight < 0 || math.IsInf(weight, 0) || math.IsNaN(weight) {
			c.fail(at+".weight", "%v: want a number such as 3", weight)
		}
		sum += weight
		one.Weight, sums[i] = nil, sum
		all[i] = c.step(one, at)
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		c.fail(path+".pick", "all weights are 0: give one of them another")
	}
	return []act{func(f *frame) error {
		drawn := f.Rand().Float64() * sum
		i := sort.Search(len(sums)-1, func(i int) bool { return drawn < sums[i] })
		return perform(f, all[i])
	}}
}
