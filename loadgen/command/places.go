package command

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// problemPath is the path with which load and script begin when they say what is wrong: "scenarios.buy.vus is -3: ...",
// "requests[0].checks[1]: ...".
var problemPath = regexp.MustCompile(`^[A-Za-z][^\s:]*[^\s:.]`)

// placed says of each line of an error that is about a key of the configuration file where in it that stands.
func (o *options) placed(err error) error {
	if err == nil || o.file == nil {
		return err
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		path := problemPath.FindString(line)
		if n := o.file.Find(path); n != o.file && o.fromFile(strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' })[0]) {
			line = fmt.Sprintf("%s: %s", n.Place(), line)
		}
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// fromFile says whether no variable and no flag has set what that key of the file sets.
func (o *options) fromFile(key string) bool {
	flat := strings.ToLower(key)
	return !slices.ContainsFunc(allSettings(), func(s setting) bool {
		same := strings.ReplaceAll(s.name, "-", "") == strings.TrimSuffix(flat, "s") || strings.ReplaceAll(s.name, "-", "") == flat
		return same && (o.environment[s.env] != "" || slices.Contains(o.written, s.name))
	})
}
