package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/atomicfile"
	"example.com/foobar/loadgen/convert"
	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/convert/golang"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/settings"
)

const convertSynopsis = `loadgen convert makes a file of requests out of what there is already.

  loadgen convert [flags] FILE   - is standard input

Examples:
  loadgen convert script.js >test.yaml
        a script of k6; what is not converted stands in a comment, and on standard error
  loadgen convert requests.sh >test.yaml
        curl commands, as a browser copies them ("Copy all as cURL")
  loadgen convert -speed 2 -hosts shop.test -only html,json shop.har >test.yaml
        what a browser recorded ("Save all as HAR with content"), in half the time, without images and scripts
  loadgen convert openapi.yaml >test.yaml
        a request of each operation that an OpenAPI document describes
  loadgen convert -to go -out main.go shop.har
        a Go program instead, where a file does not go far enough; loadgen init go DIR makes a folder for it
  loadgen shop.har
        convert in memory and run
`

// conversion is what the command line of convert says.
type conversion struct {
	convert.Options
	to, out string
	source  string
}

// convert converts a source: convert [flags] FILE.
func (s *session) convert(args []string, stdin io.Reader) int {
	c := &conversion{to: targets[0]}
	switch err := c.read(args); {
	case errors.Is(err, flag.ErrHelp):
		return c.flags().help(s.stdout, convertSynopsis, convertCodes)
	case err != nil:
		return s.complain(&settings.UsageError{Err: fmt.Errorf("convert: %w", err)})
	}
	d, err := c.draft(stdin)
	if err != nil {
		return s.complain(err)
	}
	text, err := c.render(d)
	if err != nil {
		return s.complain(err)
	}
	if err := c.write(s.stdout, text); err != nil {
		return s.complain(&codedError{exitOutputFailed, fmt.Errorf("convert: %w", err)})
	}
	for line := range strings.Lines(d.Summary()) {
		fmt.Fprintf(s.stderr, "%s: %s", s.program.Name, line)
	}
	if !d.Whole() {
		return exitLeftOut
	}
	return exitOK
}

const convertCodes = `Exit codes:
    0  all of it is converted                      124  the file can't be written
  104  the source can't be read                    255  unknown flag or unreadable value
  118  something was left out: standard error says what, and a comment in the file where`

// targets are what can be written.
var targets = []string{"yaml", "go"}

func (c *conversion) flags() flagsOf {
	return flagsOf{"convert", 18, []flagOf{
		{"from", "FORMAT", strings.Join(convert.Formats(), ", ") + "; by default what the source looks like", oneOf(&c.From, convert.Formats())},
		{"to", "FORMAT", strings.Join(targets, " or "), oneOf(&c.to, targets)},
		{"out", "FILE", "write this file, whole or not at all, instead of standard output", func(v string) error { c.out = v; return nil }},
		{"speed", "NUMBER", "HAR: keep the pauses, divided by this; without it there are none", c.setSpeed},
		{"hosts", "HOST,...", "HAR: requests to these hosts only; *.shop.test is all below shop.test", func(v string) error {
			c.Hosts = append(c.Hosts, strings.Split(v, ",")...)
			return nil
		}},
		{"only", "KIND,...", "HAR: these responses only: " + strings.Join(convert.Kinds, ", "), c.setOnly},
		{"keep-secrets", "", "leave passwords, tokens and cookies in the file; without it ${env.NAME} stands for them",
			func(string) error { c.KeepSecrets = true; return nil }},
	}}
}

func (c *conversion) setSpeed(v string) error {
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || !(n > 0 && n < 1e6) {
		return errors.New("want a number such as 1 or 2.5")
	}
	c.Speed = n
	return nil
}

func (c *conversion) setOnly(v string) error {
	for kind := range strings.SplitSeq(v, ",") {
		if !slices.Contains(convert.Kinds, kind) {
			return fmt.Errorf("want some of %s", strings.Join(convert.Kinds, ","))
		}
		c.Only = append(c.Only, kind)
	}
	return nil
}

// read reads flags, before and behind the FILE.
func (c *conversion) read(args []string) error {
	err := c.flags().parse(args, func(argument string) error {
		if c.source != "" {
			return errors.New("want one FILE; loadgen convert -h shows all")
		}
		c.source = argument
		return nil
	})
	if err == nil && c.source == "" {
		return errors.New("want a FILE, or - for standard input; loadgen convert -h shows all")
	}
	return err
}

// draft reads the source and converts it.
func (c *conversion) draft(stdin io.Reader) (*draft.Draft, error) {
	source := convert.Source{Name: c.source, Dir: filepath.Dir(c.source)}
	var err error
	if c.source == "-" {
		source.Name, source.Dir = "standard input", "."
		source.Text, err = io.ReadAll(io.LimitReader(stdin, convert.MaxSource))
	} else {
		source.Text, err = file.Read(c.source, convert.MaxSource)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what is to be converted: %w", err)
	}
	return convert.Convert(source, c.Options)
}

// render is the draft in the form that was asked for.
func (c *conversion) render(d *draft.Draft) ([]byte, error) {
	if c.to == "go" {
		return golang.Write(d)
	}
	return d.YAML()
}

func (c *conversion) write(stdout io.Writer, text []byte) error {
	if c.out == "" {
		_, err := stdout.Write(text)
		return err
	}
	if err := atomicfile.Write(c.out, text); err != nil {
		return fmt.Errorf("writing %s: %w", c.out, err)
	}
	return nil
}
