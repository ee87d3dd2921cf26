package command

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// optionProblem is how load says what is wrong: "scenarios.default.vus is -3: give a number".
var optionProblem = regexp.MustCompile(`^(?:scenarios\.default\.)?(\w+)(?: is |: )(.*)$`)

// reword says what is wrong with the load in the words of the command line, where the shortcuts stand for a scenario that the
// user never wrote: "-vus -3: give a number". Of several lines that follow from one mistake it keeps the first.
func (o *options) reword(err error) error {
	if o.load.Scenarios != nil {
		return err
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if m := optionProblem.FindStringSubmatch(line); m != nil {
			line = fmt.Sprintf("%s %s", o.spelled(m[1]), m[2])
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if o.load.Iterations == nil && len(lines) > 1 {
		lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "iterations ") })
	}
	return errors.New(strings.Join(lines, "\n"))
}

// spelled is the flag that sets a key, if it was given as one: "-pre-allocated-vus" for "preAllocatedVUs".
func (o *options) spelled(key string) string {
	flat := strings.ToLower(key)
	for _, name := range o.written {
		if strings.ReplaceAll(name, "-", "") == flat {
			return "-" + name
		}
	}
	return key
}
