// Package numbers adds numbers up: how many they are, their sum, the lowest and the highest, and how many a second that is.
package numbers

import "time"

// Summary is what numbers come to. All is 0 when there is none.
type Summary struct {
	Count         uint64
	Sum, Min, Max float64
}

// Add adds one number.
func (s *Summary) Add(v float64) {
	if s.Count == 0 || v < s.Min {
		s.Min = v
	}
	if s.Count == 0 || v > s.Max {
		s.Max = v
	}
	s.Count++
	s.Sum += v
}

// Merge adds all of the other's numbers.
func (s *Summary) Merge(other Summary) {
	if other.Count == 0 {
		return
	}
	if s.Count == 0 || other.Min < s.Min {
		s.Min = other.Min
	}
	if s.Count == 0 || other.Max > s.Max {
		s.Max = other.Max
	}
	s.Count += other.Count
	s.Sum += other.Sum
}

// Mean is the average.
func (s Summary) Mean() float64 {
	if s.Count == 0 {
		return 0
	}
	return s.Sum / float64(s.Count)
}

// PerSecond is how much n in so much time is a second, 0 when no time has passed.
func PerSecond(n float64, elapsed time.Duration) float64 {
	if elapsed <= 0 {
		return 0
	}
	return n / elapsed.Seconds()
}
