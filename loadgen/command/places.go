package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/foobar/loadgen/load"
)

// placed says what is wrong with options by where they were set: the flag, the variable, or the place in the configuration file.
func (o *options) placed(err error) error {
	var problems load.OptionErrors
	if !errors.As(err, &problems) {
		return err
	}
	placed := make([]error, len(problems))
	for i, p := range problems {
		placed[i] = o.place(p)
	}
	return errors.Join(placed...)
}

func (o *options) place(p *load.OptionError) error {
	flag, variable := o.setBy(p.Key())
	switch {
	case flag != "" && p.Value != "":
		return fmt.Errorf("%s %s: %w", flag, p.Value, p.Err)
	case flag != "" || variable != "":
		moved := *p
		moved.Path = flag + variable
		return &moved
	case o.file == nil:
		return p
	}
	if n := o.file.Find(p.Path); n != o.file {
		return fmt.Errorf("%s: %w", n.Place(), p)
	}
	return p
}

// setBy is the flag or the variable that set an option, if one of them did: "-pre-allocated-vus" for "preAllocatedVUs", "-stage"
// for "stages".
func (o *options) setBy(key string) (flag, variable string) {
	key = strings.ToLower(key)
	for _, s := range allSettings() {
		if flat := strings.ReplaceAll(s.name, "-", ""); flat != key && flat != strings.TrimSuffix(key, "s") {
			continue
		}
		if slices.Contains(o.written, s.name) {
			return "-" + s.name, ""
		}
		if o.environment[s.env] != "" {
			return "", s.env
		}
	}
	return "", ""
}
