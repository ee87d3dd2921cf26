package histogram

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A step of floats holds the values that agree in sign, exponent and the first subBits bits of their mantissa, so it is at most
// a 1,024th of its value wide, whatever the magnitude (but for those below 1e-305). A page holds those of one sign and exponent.
const (
	mantissaBits = 52
	subBits      = pageBits
	restBits     = mantissaBits - subBits
	signPage     = 1 << 11
)

// floats is a distribution of any finite numbers.
type floats struct {
	pages map[uint16]*page
	// between says that some value was not the first of its step; without one, all values are known exactly.
	between bool
}

func (f *floats) add(v float64) {
	bits := math.Float64bits(v + 0) // the sum makes -0 a 0
	if bits<<(64-restBits) != 0 {
		f.between = true
	}
	f.page(uint16(bits >> mantissaBits))[bits>>restBits%pageSize]++
}

func (f *floats) page(key uint16) *page {
	p := f.pages[key]
	if p == nil {
		if f.pages == nil {
			f.pages = map[uint16]*page{}
		}
		p = new(page)
		f.pages[key] = p
	}
	return p
}

func (f *floats) merge(other *floats) {
	f.between = f.between || other.between
	for key, from := range other.pages {
		to := f.page(key)
		for i, count := range from {
			to[i] += count
		}
	}
}

// reset forgets all values and keeps the pages.
func (f *floats) reset() {
	for _, p := range f.pages {
		clear(p[:])
	}
	f.between = false
}

// each calls f with the bounds and the count of every step that is not empty, in ascending order, until f returns false.
func (f *floats) each(call func(low, high float64, count uint64) bool) {
	keys := slices.Collect(maps.Keys(f.pages))
	slices.SortFunc(keys, func(a, b uint16) int { return ordinal(a) - ordinal(b) })
	for _, key := range keys {
		for i := range pageSize {
			if key >= signPage { // among negative numbers the larger mantissa comes first
				i = pageSize - 1 - i
			}
			count := f.pages[key][i]
			if count == 0 {
				continue
			}
			low, high := f.bounds(key, i)
			if !call(low, high, count) {
				return
			}
		}
	}
}

// ordinal is where a page stands among all, in ascending order of its values.
func ordinal(key uint16) int {
	if key >= signPage {
		return signPage - 1 - int(key)
	}
	return int(key)
}

func (f *floats) bounds(key uint16, i int) (low, high float64) {
	first := uint64(key)<<mantissaBits | uint64(i)<<restBits
	last := first
	if f.between {
		last |= 1<<restBits - 1
	}
	if key >= signPage {
		first, last = last, first
	}
	return math.Float64frombits(first), math.Float64frombits(last)
}

// encode lists "first value:count" of each step.
func (f *floats) encode() string {
	var b []byte
	f.each(func(low, high float64, count uint64) bool {
		if low < 0 {
			low = high
		}
		b = strconv.AppendFloat(b, low, 'g', -1, 64)
		b = append(strconv.AppendUint(append(b, ':'), count, 10), ' ')
		return true
	})
	return strings.TrimSuffix(string(b), " ")
}

// decodeFloats reads what encode wrote.
func decodeFloats(text string, between bool) (*floats, error) {
	f := &floats{between: between}
	for step := range strings.FieldsSeq(text) {
		first, n, _ := strings.Cut(step, ":")
		low, err := strconv.ParseFloat(first, 64)
		count, err2 := strconv.ParseUint(n, 10, 64)
		if err := errors.Join(err, err2); err != nil {
			return nil, fmt.Errorf("step %q: %w", step, err)
		}
		bits := math.Float64bits(low + 0)
		if bits<<(64-restBits) != 0 || math.IsInf(low, 0) || math.IsNaN(low) || count == 0 {
			return nil, fmt.Errorf("step %q: it has no values, or none begins there", step)
		}
		f.page(uint16(bits >> mantissaBits))[bits>>restBits%pageSize] += count
	}
	return f, nil
}
