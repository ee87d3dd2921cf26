package settings

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/load"
)

// option is one thing that the command can be told: a flag, with the variable and the words that go with it.
type option struct {
	name  string // -name
	short string // -n, or empty
	env   string // K6_NAME, or empty
	form  string // what its value looks like; empty for a switch
	about string
	// request says that the flag describes the one request of a URL, many that the variable has values with commas between them.
	request, many bool
	// loadgen and test say that the flag is loadgen's own, or a Go test's alone.
	loadgen, test bool
	set           func(s *Settings, value string) error
}

// section is a part of the options, as -h shows them.
type section struct {
	title   string
	options []option
}

// sections are all options of the program. Each has a flag, so that -h shows everything there is.
func (p Program) sections() []section {
	var all []section
	for _, sec := range []section{
		{"The load", loadFlags()},
		{"The request", requestFlags()},
		{"Checks and thresholds", checkFlags()},
		{"Connections", connectionFlags()},
		{"The report", reportFlags()},
		{"The command", commandFlags()},
	} {
		sec.options = slices.DeleteFunc(sec.options, func(opt option) bool { return !p.takes(opt) })
		all = append(all, sec)
	}
	return all
}

// takes says whether the option is for this program.
func (p Program) takes(opt option) bool {
	if p.Test == nil {
		return !opt.test
	}
	return !opt.loadgen && !opt.request
}

// options are those of all sections.
func (p Program) options() []option {
	var all []option
	for _, sec := range p.sections() {
		all = append(all, sec.options...)
	}
	return all
}

// WriteFlags writes all flags of the program for people to read, in sections.
func (p Program) WriteFlags(w io.Writer) {
	for _, sec := range p.sections() {
		fmt.Fprintf(w, "\n%s:\n", sec.title)
		for _, opt := range sec.options {
			opt.write(w)
		}
	}
}

func (opt option) write(w io.Writer) {
	name := "-" + opt.name
	if opt.short != "" {
		name = "-" + opt.short + ", " + name
	}
	if opt.form != "" {
		name += " " + opt.form
	}
	about := opt.about
	if opt.env != "" {
		about += "  [" + opt.env + "]"
	}
	if len(name) > 28 {
		fmt.Fprintf(w, "  %s\n  %28s  %s\n", name, "", about)
		return
	}
	fmt.Fprintf(w, "  %-28s  %s\n", name, about)
}

// value is the set of an option that is a T, of which nothing else says whether it was given.
func value[T any](read func(string) (T, error), at func(*Settings) *T) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		got, err := read(v)
		if err == nil {
			*at(s) = got
		}
		return err
	}
}

// optional is the set of an option that is nil unless it was given.
func optional[T any](read func(string) (T, error), at func(*Settings) **T) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		got, err := read(v)
		if err == nil {
			*at(s) = &got
		}
		return err
	}
}

// put sets an entry of a map that may not be there yet.
func put[M ~map[string]V, V any](m *M, key string, value V) {
	if *m == nil {
		*m = M{}
	}
	(*m)[key] = value
}

func text(v string) (string, error) { return v, nil }

func integer(v string) (int, error) {
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil {
		return 0, errors.New("want a whole number, such as 5")
	}
	return int(n), nil
}

func integer64(v string) (int64, error) {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return 0, errors.New("want a whole number, such as 100")
	}
	return n, nil
}

func natural(v string) (uint64, error) {
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return 0, errors.New("want a whole number from 0 on, such as 42")
	}
	return n, nil
}

func boolean(v string) (bool, error) {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, errors.New("want true or false")
	}
	return b, nil
}

func duration(v string) (load.Duration, error) {
	var d load.Duration
	if d.Set(v) != nil {
		return 0, errors.New("want a time with its unit, such as 30s, 1m30s or 500ms")
	}
	return d, nil
}

// oneOf reads one of the values.
func oneOf(values ...string) func(string) (string, error) {
	return func(v string) (string, error) {
		if !slices.Contains(values, v) {
			return "", fmt.Errorf("want one of %s", strings.Join(values, ", "))
		}
		return v, nil
	}
}

// list reads values with commas between them.
func list(v string) ([]string, error) {
	var values []string
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			values = append(values, part)
		}
	}
	return values, nil
}
