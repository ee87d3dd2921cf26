package settings

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/file"
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

// setters for the common types of options.

func text(at func(*Settings) **string) func(*Settings, string) error {
	return func(s *Settings, v string) error { *at(s) = &v; return nil }
}

func plainText(at func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error { *at(s) = v; return nil }
}

func integer(at func(*Settings) **int) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < math.MinInt32 || n > math.MaxInt32 {
			return fmt.Errorf("want a whole number, such as 5")
		}
		*at(s) = new(int(n))
		return nil
	}
}

func integer64(at func(*Settings) **int64) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return fmt.Errorf("want a whole number, such as 100")
		}
		*at(s) = &n
		return nil
	}
}

func duration(at func(*Settings) **load.Duration) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		d, err := load.ParseDuration(v)
		if err != nil {
			return fmt.Errorf("want a time with its unit, such as 30s, 1m30s or 500ms")
		}
		*at(s) = load.For(d)
		return nil
	}
}

func boolean(at func(*Settings) **bool) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("want true or false")
		}
		*at(s) = &b
		return nil
	}
}

func plainBool(at func(*Settings) *bool) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("want true or false")
		}
		*at(s) = b
		return nil
	}
}

func oneOf(at func(*Settings) **string, values ...string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		for _, known := range values {
			if v == known {
				*at(s) = &v
				return nil
			}
		}
		return fmt.Errorf("want one of %s", strings.Join(values, ", "))
	}
}

// list reads values with commas between them.
func list(at func(*Settings) *[]string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		var values []string
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				values = append(values, part)
			}
		}
		*at(s) = values
		return nil
	}
}

// maxPEM bounds a file of certificates or keys, maxSecret one of a secret, in bytes.
const (
	maxPEM    = 16 << 20
	maxSecret = 64 << 10
)

// fileText reads a file's content into an option.
func fileText(at func(*Settings) **string) func(*Settings, string) error {
	return func(s *Settings, path string) error {
		b, err := file.Read(path, maxPEM)
		if err != nil {
			return err
		}
		*at(s) = new(string(b))
		s.read = append(s.read, place{"the file", path})
		return nil
	}
}

func think(s *Settings, v string) error {
	d, err := load.ParseDuration(v)
	if err != nil || d < 0 {
		return fmt.Errorf("want a time with its unit, such as 1s or 200ms")
	}
	s.think = new(time.Duration(d))
	return nil
}
