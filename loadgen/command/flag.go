package command

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// setting is one flag with the environment variable and the words that go with it.
type setting struct {
	name  string // -name
	short string // -n, or empty
	env   string // K6_NAME, or empty
	form  string // what its value looks like; empty for a switch
	about string
	// request says that the flag describes the one request of a URL, many that the variable has values with commas between them.
	request, many bool
	set           func(o *options, value string) error
}

// section is a part of the flags, as -h shows them.
type section struct {
	title    string
	settings []setting
}

// sections are all flags. Every option of the command has one, so that -h shows everything there is.
func sections() []section {
	return []section{
		{"The load", loadFlags()},
		{"The request", requestFlags()},
		{"Checks and thresholds", checkFlags()},
		{"Connections", connectionFlags()},
		{"The report", reportFlags()},
		{"The command", commandFlags()},
	}
}

// setters for the common types of options.

func text(at func(*options) **string) func(*options, string) error {
	return func(o *options, v string) error { *at(o) = &v; return nil }
}

func plainText(at func(*options) *string) func(*options, string) error {
	return func(o *options, v string) error { *at(o) = v; return nil }
}

func integer(at func(*options) **int) func(*options, string) error {
	return func(o *options, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < math.MinInt32 || n > math.MaxInt32 {
			return fmt.Errorf("want a whole number, such as 5")
		}
		*at(o) = new(int(n))
		return nil
	}
}

func integer64(at func(*options) **int64) func(*options, string) error {
	return func(o *options, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return fmt.Errorf("want a whole number, such as 100")
		}
		*at(o) = &n
		return nil
	}
}

func duration(at func(*options) **load.Duration) func(*options, string) error {
	return func(o *options, v string) error {
		d, err := load.ParseDuration(v)
		if err != nil {
			return fmt.Errorf("want a time with its unit, such as 30s, 1m30s or 500ms")
		}
		*at(o) = load.For(d)
		return nil
	}
}

func boolean(at func(*options) **bool) func(*options, string) error {
	return func(o *options, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("want true or false")
		}
		*at(o) = &b
		return nil
	}
}

func plainBool(at func(*options) *bool) func(*options, string) error {
	return func(o *options, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("want true or false")
		}
		*at(o) = b
		return nil
	}
}

func oneOf(at func(*options) **string, values ...string) func(*options, string) error {
	return func(o *options, v string) error {
		for _, known := range values {
			if v == known {
				*at(o) = &v
				return nil
			}
		}
		return fmt.Errorf("want one of %s", strings.Join(values, ", "))
	}
}

// list reads values with commas between them.
func list(at func(*options) *[]string) func(*options, string) error {
	return func(o *options, v string) error {
		var values []string
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				values = append(values, part)
			}
		}
		*at(o) = values
		return nil
	}
}

// maxPEM bounds a file of certificates or keys, maxSecret one of a secret, in bytes.
const (
	maxPEM    = 16 << 20
	maxSecret = 64 << 10
)

// fileText reads a file's content into an option.
func fileText(at func(*options) **string) func(*options, string) error {
	return func(o *options, path string) error {
		b, err := file.Read(path, maxPEM)
		if err != nil {
			return err
		}
		*at(o) = new(string(b))
		o.read = append(o.read, place{"the file", path})
		return nil
	}
}

func think(o *options, v string) error {
	d, err := load.ParseDuration(v)
	if err != nil || d < 0 {
		return fmt.Errorf("want a time with its unit, such as 1s or 200ms")
	}
	o.think = new(time.Duration(d))
	return nil
}
