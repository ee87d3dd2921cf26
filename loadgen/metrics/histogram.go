package metrics

// Histogram is a distribution of values from 1 to 3.6e12 (nanoseconds: 1 h) with 3 significant digits.
type Histogram struct{}
