package expression

import (
	"cmp"
	"strings"
)

// Equal says whether two values are the same: as numbers if both are numbers or texts that are; else as texts. What is null or
// unset equals nothing else.
func Equal(a, b Value) bool {
	if a.kind <= Null || b.kind <= Null {
		return a.kind <= Null && b.kind <= Null
	}
	if a.kind == Text && b.kind == Text && a.text == b.text {
		return true
	}
	if order, ok := numeric(a, b); ok {
		return order == 0
	}
	return a.String() == b.String()
}

// Compare is -1, 0 or 1, as a is before, equal to or behind b; ok is false when one of them is null or unset.
func Compare(a, b Value) (order int, ok bool) {
	if a.kind <= Null || b.kind <= Null {
		return 0, false
	}
	if order, ok := numeric(a, b); ok {
		return order, true
	}
	return strings.Compare(a.String(), b.String()), true
}

// numeric compares two numbers; whole numbers that float64 can't hold are compared by their digits.
func numeric(a, b Value) (order int, ok bool) {
	x, ok := a.Float()
	if !ok {
		return 0, false
	}
	y, ok := b.Float()
	if !ok {
		return 0, false
	}
	if order = cmp.Compare(x, y); order == 0 && a.text != "" && b.text != "" && (x >= 1<<53 || x <= -1<<53) {
		order = strings.Compare(a.text, b.text)
	}
	return order, true
}
