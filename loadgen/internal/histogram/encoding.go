package histogram

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"

	"example.com/foobar/loadgen/internal/numbers"
)

// encodedHistogram is a Histogram as JSON. For times and bytes V2 is HdrHistogram's V2 format, compressed and in base64, of the
// values in range; any HdrHistogram tool reads it. For other values Floats lists "first value:count" of each step, and Between
// says that not all of them are the first of their step.
type encodedHistogram struct {
	Highest int64   `json:"highest,omitempty"`
	Count   uint64  `json:"count"`
	Below   uint64  `json:"below,omitempty"`
	Above   uint64  `json:"above,omitempty"`
	Invalid uint64  `json:"invalid,omitempty"`
	Sum     float64 `json:"sum"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	V2      string  `json:"v2,omitempty"`

	Floats  *string `json:"floats,omitempty"`
	Between bool    `json:"between,omitempty"`
}

// MarshalJSON writes the histogram without loss.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	e := encodedHistogram{
		Highest: h.highest, Count: h.all.Count, Below: h.below, Above: h.above, Invalid: h.invalid,
		Sum: h.all.Sum, Min: h.all.Min, Max: h.all.Max,
	}
	if h.floats != nil {
		steps := h.floats.encode()
		e.Floats, e.Between = &steps, h.floats.between
		return json.Marshal(e)
	}
	if h.inRange() > 0 {
		v2, err := hdrhistogram.Import(h.export()).Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			return nil, fmt.Errorf("encoding a histogram of %d values: %w", h.all.Count, err)
		}
		e.V2 = string(v2)
	}
	return json.Marshal(e)
}

// UnmarshalJSON reads what MarshalJSON wrote, and refuses counts that contradict each other.
func (h *Histogram) UnmarshalJSON(data []byte) error {
	var e encodedHistogram
	if err := json.Unmarshal(data, &e); err != nil {
		return fmt.Errorf("decoding a histogram: %w", err)
	}
	if e.Highest != highestTime && e.Highest != highestValue && (e.Highest != 0 || e.Floats == nil || e.V2 != "") {
		return fmt.Errorf("decoding a histogram: unknown range (highest %d)", e.Highest)
	}
	decoded := Histogram{
		highest: e.Highest, all: numbers.Summary{Count: e.Count, Sum: e.Sum, Min: e.Min, Max: e.Max},
		below: e.Below, above: e.Above, invalid: e.Invalid,
	}
	if e.Highest == 0 {
		var err error
		if decoded.floats, err = decodeFloats(*e.Floats, e.Between); err != nil {
			return fmt.Errorf("decoding a histogram: %w", err)
		}
	}
	if e.Below > e.Count || e.Above > e.Count-e.Below || e.Min > e.Max {
		return errors.New("decoding a histogram: its counts, or its minimum and maximum, contradict each other")
	}
	if e.V2 != "" {
		if err := decoded.importV2(e.V2); err != nil {
			return fmt.Errorf("decoding a histogram: %w", err)
		}
	}
	if got, want := decoded.steps(), decoded.inRange(); got != want {
		return fmt.Errorf("decoding a histogram: it holds %d values in range and says %d", got, want)
	}
	*h = decoded
	return nil
}

// inRange is the number of values that the steps should hold.
func (h *Histogram) inRange() uint64 { return h.all.Count - h.below - h.above }

// steps is the number of values that the steps do hold; it is the highest number there is when they don't fit.
func (h *Histogram) steps() uint64 {
	var sum uint64
	h.each(func(_, _ float64, count uint64) bool {
		if sum+count < sum {
			sum = math.MaxUint64
			return false
		}
		sum += count
		return true
	})
	return sum
}

func (h *Histogram) export() *hdrhistogram.Snapshot {
	counts := make([]int64, pageCount*pageSize)
	for i, p := range &h.pages {
		if p == nil {
			continue
		}
		for j, count := range p {
			counts[i*pageSize+j] = int64(count)
		}
	}
	return &hdrhistogram.Snapshot{
		LowestTrackableValue: 1, HighestTrackableValue: h.highest, SignificantFigures: 3, Counts: counts,
	}
}

func (h *Histogram) importV2(v2 string) error {
	const longest = 4 << 20 // bytes; a full histogram of 64-bit counts takes less
	if len(v2) > longest {
		return fmt.Errorf("%d bytes are more than a histogram can take", len(v2))
	}
	decoded, err := hdrhistogram.Decode([]byte(v2))
	if err != nil {
		return err
	}
	s := decoded.Export()
	if s.LowestTrackableValue != 1 || s.SignificantFigures != 3 || s.HighestTrackableValue != h.highest {
		return fmt.Errorf("range %d to %d with %d digits, want 1 to %d with 3",
			s.LowestTrackableValue, s.HighestTrackableValue, s.SignificantFigures, h.highest)
	}
	for i, count := range s.Counts {
		if count == 0 {
			continue
		}
		if i >= pageCount*pageSize || count < 0 {
			return errors.New("a count outside the range")
		}
		if h.pages[i/pageSize] == nil {
			h.pages[i/pageSize] = new(page)
		}
		h.pages[i/pageSize][i%pageSize] = uint64(count)
	}
	return nil
}
