package main

import (
	"fmt"
	"slices"
)

// median is the middle value, or the mean of the two middle ones; 0 of none.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	switch n := len(sorted); {
	case n == 0:
		return 0
	case n%2 == 1:
		return sorted[n/2]
	default:
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
}

// of collects a figure of the runs of one program.
func of(runs []Run, program string, figure func(Run) float64) []float64 {
	var values []float64
	for _, r := range runs {
		if r.Program == program {
			values = append(values, figure(r))
		}
	}
	return values
}

// paired is the ratio of a program's figure to another's, round by round.
func paired(runs []Run, program, to string, figure func(Run) float64) []float64 {
	base := map[int]float64{}
	for _, r := range runs {
		if r.Program == to {
			base[r.Round] = figure(r)
		}
	}
	var ratios []float64
	for _, r := range runs {
		if b := base[r.Round]; r.Program == program && b > 0 {
			ratios = append(ratios, figure(r)/b)
		}
	}
	return ratios
}

// spread prints the median and, in brackets, the least and the most: "1.04 [0.92, 1.13]".
func spread(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", median(values), slices.Min(values), slices.Max(values))
}
