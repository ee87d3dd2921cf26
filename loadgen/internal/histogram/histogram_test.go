package histogram

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// distributions are of times in nanoseconds.
var distributions = map[string]func(r *rand.Rand) float64{
	"uniform":     func(r *rand.Rand) float64 { return math.Round(1e6 + r.Float64()*99e6) },
	"exponential": func(r *rand.Rand) float64 { return math.Round(1e4 + r.ExpFloat64()*20e6) },
	"lognormal":   func(r *rand.Rand) float64 { return math.Round(min(3.5e12, math.Exp(15+2*r.NormFloat64()))) },
	"bimodal": func(r *rand.Rand) float64 {
		if r.IntN(10) == 0 {
			return math.Round(2e9 + r.Float64()*1e6)
		}
		return math.Round(3e5 + r.Float64()*1e4)
	},
	"small":    func(r *rand.Rand) float64 { return float64(r.IntN(3000)) },
	"constant": func(*rand.Rand) float64 { return 50e6 },
}

var percentiles = []float64{0, 0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100}

// type7 is the quantile of all values, sorted, as k6 has it.
func type7(sorted []float64, p float64) float64 {
	rank := p / 100 * float64(len(sorted)-1)
	low := int(rank)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (rank-float64(low))*(sorted[high]-sorted[low])
}

// near says whether got is within a thousandth of want, or within half a step.
func near(got, want float64) bool { return math.Abs(got-want) <= max(math.Abs(want)*0.001, 0.5) }

func TestQuantile(t *testing.T) {
	for name, draw := range distributions {
		for _, n := range []int{1, 2, 3, 100, 50_000} {
			t.Run(fmt.Sprintf("OK/%s/%d", name, n), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, uint64(n)))
				h, exact := New("time"), make([]float64, n)
				sum := 0.0
				for i := range exact {
					exact[i] = draw(r)
					sum += exact[i]
					h.Record(exact[i])
				}
				slices.Sort(exact)
				if h.Count() != uint64(n) || h.Sum() != sum || h.Min() != exact[0] || h.Max() != exact[n-1] {
					t.Errorf("got count %d, sum %v, min %v, max %v", h.Count(), h.Sum(), h.Min(), h.Max())
				}
				many := h.Quantiles(percentiles...)
				for i, p := range percentiles {
					want := type7(exact, p)
					if got := h.Quantile(p); !near(got, want) || got != many[i] {
						t.Errorf("p(%v): got %v and %v, want %v", p, got, many[i], want)
					}
				}
				if h.Quantile(0) != exact[0] || h.Quantile(100) != exact[n-1] {
					t.Errorf("got %v to %v, want exactly %v to %v", h.Quantile(0), h.Quantile(100), exact[0], exact[n-1])
				}
			})
		}
	}
	t.Run("OK/fractions", func(t *testing.T) {
		h := New("default")
		exact := make([]float64, 1000)
		for i := range exact {
			exact[i] = 0.4 + float64(i)/5000
			h.Record(exact[i])
		}
		if got, want := h.Quantile(90), type7(exact, 90); math.Abs(got-want) > want*0.001 {
			t.Errorf("got p(90) %v, want %v", got, want)
		}
	})
	t.Run("OK/numbers", func(t *testing.T) {
		for name, draw := range map[string]func(r *rand.Rand) float64{
			"tiny":     func(r *rand.Rand) float64 { return 1e-6 * (1 + r.Float64()) },
			"tinier":   func(r *rand.Rand) float64 { return 1e-200 * r.Float64() },
			"huge":     func(r *rand.Rand) float64 { return 1e200 * r.Float64() },
			"negative": func(r *rand.Rand) float64 { return -1000 * r.Float64() },
			"both":     func(r *rand.Rand) float64 { return r.NormFloat64() },
			"zero":     func(r *rand.Rand) float64 { return math.Copysign(0, r.NormFloat64()) },
			"wide":     func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()*100) * math.Copysign(1, r.NormFloat64()) },
		} {
			r := rand.New(rand.NewPCG(9, 9))
			h, exact := New("default"), make([]float64, 1001)
			for i := range exact {
				exact[i] = draw(r)
				h.Record(exact[i])
			}
			slices.Sort(exact)
			for _, p := range []float64{0, 10, 50, 90, 99, 100} { // ranks that are whole: nothing to interpolate
				if got, want := h.Quantile(p), type7(exact, p); math.Abs(got-want) > math.Abs(want)*0.001 {
					t.Errorf("%s: got p(%v) %v, want %v", name, p, got, want)
				}
			}
			if h.OutOfRange() != 0 {
				t.Errorf("%s: %d values out of range, want none", name, h.OutOfRange())
			}
		}
	})
	t.Run("OK/whole numbers", func(t *testing.T) {
		h := New("default")
		for v := -1024; v <= 1024; v++ {
			h.Record(float64(v))
		}
		for p, want := range map[float64]float64{0: -1024, 25: -512, 50: 0, 75: 512, 100: 1024} {
			if got := h.Quantile(p); got != want {
				t.Errorf("got p(%v) %v, want %v", p, got, want)
			}
		}
	})
	t.Run("OK/empty", func(t *testing.T) {
		if got := New("time").Quantile(95); got != 0 {
			t.Errorf("got %v, want 0", got)
		}
	})
}

// TestLayout compares where every value goes with HdrHistogram itself.
func TestLayout(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for c, highest := range map[string]int64{"time": highestTime, "data": highestValue} {
		h, peer := New(c), hdrhistogram.New(1, highest, 3)
		values := []int64{0, 1, 2, 1023, 1024, 2047, 2048, 2049, 4095, 4096, highest - 1, highest}
		for range 20_000 {
			values = append(values, int64(math.Exp(r.Float64()*math.Log(float64(highest)))))
		}
		for _, v := range values {
			v = int64(float64(v)) // what a float64 can hold
			if v > highest {
				continue
			}
			h.Record(float64(v))
			if err := peer.RecordValue(v); err != nil {
				t.Fatal(err)
			}
		}
		if h.OutOfRange() != 0 {
			t.Fatalf("%s: got %d values out of range", c, h.OutOfRange())
		}
		counts := peer.Export().Counts
		for i, count := range h.export().Counts {
			if want := countAt(counts, i); count != want {
				t.Errorf("%s: got %d at %d, want %d", c, count, i, want)
			}
		}
	}
}

func countAt(counts []int64, i int) int64 {
	if i < len(counts) {
		return counts[i]
	}
	return 0
}

func TestOutOfRange(t *testing.T) {
	h := New("time")
	for _, v := range []float64{-5, -1, 10, 20, 30, 2 * 3600e9, math.NaN(), math.Inf(1), math.Inf(-1)} {
		h.Record(v)
	}
	if h.Count() != 6 || h.OutOfRange() != 6 || h.Min() != -5 || h.Max() != 7200e9 || h.Sum() != 7200e9+54 {
		t.Errorf("got count %d, out of range %d, min %v, max %v, sum %v", h.Count(), h.OutOfRange(), h.Min(), h.Max(), h.Sum())
	}
	for p, want := range map[float64]float64{0: -5, 20: -5, 40: 10, 60: 20, 80: 30, 100: 7200e9} {
		if got := h.Quantile(p); got != want {
			t.Errorf("p(%v): got %v, want %v", p, got, want)
		}
	}
}

func TestHistogramMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, draw := range distributions {
		t.Run("OK/"+name, func(t *testing.T) {
			all, merged := New("time"), New("time")
			for range 100 {
				part := New("time")
				for range r.IntN(50) {
					v := draw(r)
					part.Record(v)
					all.Record(v)
				}
				merged.Merge(part)
			}
			merged.Merge(nil)
			if !reflect.DeepEqual(merged, all) {
				t.Errorf("got another histogram from the parts than from all values: %v, want %v", merged.Quantiles(percentiles...), all.Quantiles(percentiles...))
			}
			clone := clone(all)
			clone.Record(1)
			if !reflect.DeepEqual(merged, all) {
				t.Error("recording into a clone changed what it was cloned from")
			}
		})
	}
}

func TestHistogramJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, c := range []string{"time", "data", "default"} {
		for _, n := range []int{0, 1, 10_000} {
			t.Run(fmt.Sprintf("OK/%s/%d", c, n), func(t *testing.T) {
				h := New(c)
				for i := range n {
					h.Record(math.Exp(r.Float64()*30) - 2)
					if i == 0 {
						h.Record(math.NaN())
					}
				}
				text, err := json.Marshal(h)
				if err != nil {
					t.Fatal(err)
				}
				var got Histogram
				if err := json.Unmarshal(text, &got); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(&got, h) {
					t.Errorf("got another histogram back from %s", text)
				}
			})
		}
	}
	for _, text := range []string{
		`{}`, `[]`, `{"highest":5}`, `{"highest":3600000000000,"count":5}`,
		`{"highest":3600000000000,"count":1,"below":2}`, `{"highest":3600000000000,"min":2,"max":1}`,
		`{"highest":3600000000000,"count":1,"v2":"xx"}`, `{"floats":"","v2":"xx"}`, `{"floats":"","count":1}`,
		`{"floats":"1.0001:1","count":1}`, `{"floats":"1:0.5","count":1}`, `{"floats":"1:-1"}`, `{"floats":"1","count":1}`, `{"floats":"Inf:1","count":1}`,
	} {
		t.Run("Err/"+text, func(t *testing.T) {
			var h Histogram
			if err := json.Unmarshal([]byte(text), &h); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func FuzzHistogramJSON(f *testing.F) {
	h := New("time")
	h.Record(5e6)
	text, err := json.Marshal(h)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var h Histogram
		if json.Unmarshal(text, &h) == nil {
			h.Quantiles(percentiles...)
			h.Merge(clone(&h))
		}
	})
}

// clone is an independent copy.
func clone(h *Histogram) *Histogram {
	c := &Histogram{highest: h.highest}
	if h.floats != nil {
		c.floats = &floats{}
	}
	c.Merge(h)
	return c
}
