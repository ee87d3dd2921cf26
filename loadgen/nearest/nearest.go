// Package nearest finds the name that somebody may have meant.
package nearest

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Name is the one of names that differs least from what was written, empty when all differ too much to have been meant.
// Upper and lower case are the same to it, and two letters that changed places differ as much as one wrong letter.
func Name(written string, names []string) string {
	best, limit := "", max(1, len(written)/3)
	for _, name := range names {
		if d := distance(strings.ToLower(written), strings.ToLower(name)); d <= limit {
			best, limit = name, d-1
		}
	}
	return best
}

// manyNames are too many to list.
const manyNames = 25

// Hint goes on a message about a name that is none of names, after a separator: "did you mean "duration"?" or, when no name is
// near and they are not too many, "it can be a, b". It is empty when there is nothing to say.
func Hint(separator, written string, names []string) string {
	if near := Name(written, names); near != "" {
		return fmt.Sprintf("%sdid you mean %q?", separator, near)
	}
	if len(names) == 0 || len(names) > manyNames {
		return ""
	}
	return separator + "it can be " + strings.Join(names, ", ")
}

func distance(written, name string) int {
	best := levenshtein.ComputeDistance(written, name)
	letters := []rune(written)
	for i := 1; i < len(letters) && best > 1; i++ {
		letters[i-1], letters[i] = letters[i], letters[i-1]
		best = min(best, 1+levenshtein.ComputeDistance(string(letters), name))
		letters[i-1], letters[i] = letters[i], letters[i-1]
	}
	return best
}
