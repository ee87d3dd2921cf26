package record

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

// What is bounded is found wherever it stands, and what is as large as may be is let pass.
func TestBounded(t *testing.T) {
	type inner struct {
		Seed   uint64
		Number *float64
		Any    any
		Map    map[string]int64
		hidden float64
	}
	number := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		name string
		v    any
		want string // "": sound
	}{
		{"Nothing", inner{}, ""},
		{"Seed", inner{Seed: math.MaxUint64}, ""},
		{"Hidden", inner{hidden: math.Inf(1)}, ""},
		{"Largest", inner{Number: number(maxNumber), Map: map[string]int64{"a": -maxNumber}}, ""},
		{"Larger", inner{Number: number(2 * maxNumber)}, "at.Number: 2e+15 is larger than 1e+15"},
		{"Infinite", inner{Number: number(math.Inf(-1))}, "at.Number: -Inf is larger"},
		{"NoNumber", inner{Number: number(math.NaN())}, "at.Number: NaN is larger"},
		{"InMap", inner{Map: map[string]int64{"a": math.MinInt64}}, "at.Map: "},
		{"InAny", inner{Any: []any{map[string]any{"a": 1e300}}}, "at.Any: 1e+300 is larger"},
		{"TextInAny", inner{Any: []any{strings.Repeat("x", maxText+1)}}, "at.Any: a text of 65537 bytes, at most 65536"},
		{"LongText", strings.Repeat("x", maxText), ""},
		{"List", make([]struct{}, maxList), ""},
		{"LongList", make([]struct{}, maxList+1), "at: a list of 1048577, at most 1048576"},
		{"Truth", []bool{true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := bounded(reflect.ValueOf(c.v), "at")
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
