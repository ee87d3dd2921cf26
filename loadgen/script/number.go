package script

import (
	"encoding/json"
	"strconv"
)

// Number is a whole number as it was written, or a text with ${...} that comes to one.
type Number string

// MarshalJSON writes a number as one.
func (n Number) MarshalJSON() ([]byte, error) {
	if i, err := strconv.Atoi(string(n)); err == nil && strconv.Itoa(i) == string(n) {
		return []byte(n), nil
	}
	return json.Marshal(string(n))
}
