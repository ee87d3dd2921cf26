package main

import "github.com/agnivade/levenshtein"

// nearest is the name that differs least from what was written, empty when all differ too much to have been meant.
func nearest(written string, names []string) string {
	best, limit := "", max(1, len(written)/3)
	for _, name := range names {
		if d := levenshtein.ComputeDistance(written, name); d <= limit {
			best, limit = name, d-1
		}
	}
	return best
}
