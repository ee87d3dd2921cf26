package main

// nearest is the name that differs least from what was written, empty when all differ too much to have been meant.
func nearest(written string, names []string) string {
	best, limit := "", max(1, len(written)/3)
	for _, name := range names {
		if d := distance(written, name); d <= limit {
			best, limit = name, d-1
		}
	}
	return best
}

// distance is Levenshtein's: how many bytes have to be changed, added or left out.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
