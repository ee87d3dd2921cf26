package load

import (
	"fmt"
	"slices"
	"strings"
)

// OptionError is one thing that is wrong with the options or the functions of a test.
type OptionError struct {
	// Path leads to the option in the keys of Options: "vus", "scenarios.buy.stages[1]". What is wrong with the scenario that
	// vus, duration, iterations, stages and rate stand for has the path of those.
	Path string
	// Value is what the option is set to, where that is what is wrong.
	Value string
	// Err says what is wrong, and which form is accepted.
	Err error
}

// Error is "vus is 0: give 1 or more" or, without a value, "rate: it needs a duration or stages".
func (e *OptionError) Error() string {
	if e.Value == "" {
		return e.Path + ": " + e.Err.Error()
	}
	return e.Path + " is " + e.Value + ": " + e.Err.Error()
}

// Unwrap is Err.
func (e *OptionError) Unwrap() error { return e.Err }

// OptionErrors are everything that is wrong with a test, in the order of its options.
type OptionErrors []*OptionError

// Error has a line for each.
func (e OptionErrors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find each of them.
func (e OptionErrors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, one := range e {
		errs[i] = one
	}
	return errs
}

// err is nil when nothing is wrong.
func (e OptionErrors) err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// add says that something is wrong with an option, once.
func (e *OptionErrors) add(path, format string, args ...any) {
	e.addValue(path, "", format, args...)
}

// addValue says that what an option is set to is wrong.
func (e *OptionErrors) addValue(path string, value any, format string, args ...any) {
	one := &OptionError{Path: path, Value: fmt.Sprint(value), Err: fmt.Errorf(format, args...)}
	if !slices.ContainsFunc(*e, func(known *OptionError) bool { return known.Error() == one.Error() }) {
		*e = append(*e, one)
	}
}

// notNegative, duration, between and oneOf check an option that is set.
func (e *OptionErrors) notNegative(path string, v *int64) {
	if v != nil && *v < 0 {
		e.addValue(path, *v, "give 0 or more")
	}
}

func (e *OptionErrors) duration(path string, d *Duration, zero bool) {
	switch {
	case d == nil || *d > 0 || zero && *d == 0:
	case zero:
		e.addValue(path, *d, "give 0s or more")
	default:
		e.addValue(path, *d, "give a duration longer than 0s, 30s say")
	}
}

func between[T int | int64](e *OptionErrors, path string, v *T, low, high T) {
	if v != nil && (*v < low || *v > high) {
		e.addValue(path, *v, "give a number from %d to %d", low, high)
	}
}

func (e *OptionErrors) oneOf(path, v string, words ...string) {
	if !slices.Contains(words, v) {
		e.addValue(path, fmt.Sprintf("%q", v), "give one of %s", strings.Join(words, ", "))
	}
}
