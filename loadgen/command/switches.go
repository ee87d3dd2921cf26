package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/foobar/loadgen/nearest"
	"example.com/foobar/loadgen/plain"
)

// flagOf is a flag of a command other than run; one without a form is a switch.
type flagOf struct {
	name, form, about string
	set               func(value string) error
}

// flagsOf are the flags of a command, which stand before, between and behind its arguments.
type flagsOf struct {
	command string
	width   int // of the column of flags in its help
	all     []flagOf
}

// parse sets flags, and takes each argument. An error that is flag.ErrHelp asks for help.
func (f flagsOf) parse(args []string, take func(argument string) error) error {
	set := flag.NewFlagSet(f.command, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, one := range f.all {
		if one.form == "" {
			set.BoolFunc(one.name, one.about, one.set)
		} else {
			set.Func(one.name, one.about, one.set)
		}
	}
	for {
		err := set.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			return err
		case err != nil:
			return f.explain(err)
		case set.NArg() == 0:
			return nil
		}
		if err := take(set.Arg(0)); err != nil {
			return err
		}
		args = set.Args()[1:]
	}
}

// explain says which flag may have been meant.
func (f flagsOf) explain(err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return fmt.Errorf("%w; loadgen %s -h shows all", err, f.command)
	}
	var names []string
	for _, one := range f.all {
		names = append(names, one.name)
	}
	if near := nearest.Name(name, names); near != "" {
		return fmt.Errorf("there is no flag -%s: did you mean -%s?", plain.Line(name), near)
	}
	return fmt.Errorf("there is no flag -%s; loadgen %s -h shows all", plain.Line(name), f.command)
}

// help prints the flags between what the command is for and its exit codes.
func (f flagsOf) help(w io.Writer, synopsis, codes string) int {
	fmt.Fprintf(w, "%s\nFlags:\n", synopsis)
	for _, one := range f.all {
		fmt.Fprintf(w, "  %-*s  %s\n", f.width, strings.TrimSpace("-"+one.name+" "+one.form), one.about)
	}
	fmt.Fprintf(w, "\n%s\n", codes)
	return exitOK
}

// oneOf sets a text that is one of several.
func oneOf(to *string, names []string) func(string) error {
	return func(v string) error {
		if !slices.Contains(names, v) {
			return fmt.Errorf("want one of %s", strings.Join(names, ", "))
		}
		*to = v
		return nil
	}
}
