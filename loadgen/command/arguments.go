package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/nearest"
	"example.com/foobar/loadgen/secret"
)

// given is a flag of the command line with its value.
type given struct {
	setting
	as    string // the name that was written
	value string
}

// arguments are a command line, read but not yet understood.
type arguments struct {
	flags   []given
	command string
	url     string
	err     error
}

// readArguments reads flags in Go's form, before and after the URL.
func readArguments(args []string) arguments {
	var a arguments
	set := a.flagSet()
	for rest := args; ; {
		if err := set.Parse(rest); err != nil {
			a.err = cannotParse(flagError(err))
			return a
		}
		if set.NArg() == 0 {
			return a
		}
		consumed := len(rest) - set.NArg()
		if a.err = a.take(set.Arg(0)); a.err != nil || a.command == "help" || a.command == "version" {
			return a
		}
		rest = set.Args()[1:]
		if consumed > 0 && args[len(args)-set.NArg()-1] == "--" && len(rest) > 0 {
			a.err = cannotParse(fmt.Errorf("unexpected argument %q after --", secret.URL(rest[0])))
			return a
		}
	}
}

// flagSet notes each flag instead of setting anything, so that the layers below can be set first.
func (a *arguments) flagSet() *flag.FlagSet {
	set := flag.NewFlagSet("loadgen", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, s := range allSettings() {
		for _, name := range []string{s.name, s.short} {
			note := func(v string) error { a.flags = append(a.flags, given{s, name, v}); return nil }
			switch {
			case name == "":
			case s.form == "":
				set.BoolFunc(name, s.about, note)
			default:
				set.Func(name, s.about, note)
			}
		}
	}
	return set
}

func allSettings() []setting {
	var all []setting
	for _, s := range sections() {
		all = append(all, s.settings...)
	}
	return all
}

var flagName = regexp.MustCompile(`^[A-Za-z][\w-]{0,40}$`)

// joined is a flag of one letter with its number in the same word, as wrk and ab take it: -d30s, -c400.
var joined = regexp.MustCompile(`^([A-Za-z])([0-9]+[a-z]*)$`)

// apart says how a flag of one letter and its value are written here: ", -d 30s", or what the letter's counterpart is.
func apart(letter, value string) string {
	if letter == "c" { // ours is a file
		letter = "C"
	}
	if hint := foreign[letter]; hint != "" {
		return "; " + hint
	}
	for _, s := range allSettings() {
		if letter == s.short {
			return ", -" + letter + " " + value
		}
	}
	return ""
}

// flagError says of an unknown flag which one may have been meant.
func flagError(err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	switch {
	case strings.HasPrefix(err.Error(), "bad flag syntax") || unknown && !flagName.MatchString(name):
		return errors.New("a flag is written -name, -name value or -name=value; loadgen -h shows all") // it may have a secret in it
	case !unknown:
		return fmt.Errorf("%w; loadgen -h shows all flags", err)
	}
	if hint := foreign[name]; hint != "" {
		return fmt.Errorf("there is no flag -%s: %s", name, hint)
	}
	if m := joined.FindStringSubmatch(name); m != nil {
		return fmt.Errorf("there is no flag -%s: a value stands apart from its flag%s", name, apart(m[1], m[2]))
	}
	var names, longer []string
	for _, s := range allSettings() {
		names = append(names, s.name)
		if len(name) > 2 && strings.HasPrefix(s.name, name) {
			longer = append(longer, s.name)
		}
	}
	near := nearest.Name(name, names)
	if len(longer) == 1 {
		near = longer[0]
	}
	if near != "" {
		return fmt.Errorf("there is no flag -%s: did you mean -%s?", name, near)
	}
	return fmt.Errorf("there is no flag -%s; loadgen -h shows all", name)
}

// commands are the words that say what to do; "run" needs not be said.
var commands = []string{"run", "inspect", "version", "help"}

// take takes a word that is no flag: the command, or the one URL there can be.
func (a *arguments) take(v string) error {
	if a.command == "" && a.url == "" && slices.Contains(commands, v) {
		a.command = v
		return nil
	}
	u, err := parseURL(v)
	switch {
	case err != nil:
		return cannotParse(err)
	case a.url != "":
		return cannotParse(fmt.Errorf("two URLs, %s and %s: give one, and describe several requests in a file (-config)", secret.URL(a.url), secret.URL(v)))
	}
	a.url = u
	return nil
}

// scripts are what the names of files end in that are programs, of k6's among them.
var scripts = []string{".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx", ".tar", ".lua"}

// parseURL checks the URL; one without a scheme is http's.
func parseURL(v string) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(v)); {
	case v == "-", slices.Contains(scripts, ext) && !strings.Contains(v, "://"):
		return "", fmt.Errorf("%s: loadgen runs no scripts: give a URL, or describe the requests in a file (-config; see loadgen -h)", secret.URL(v))
	case slices.Contains([]string{".json", ".yaml", ".yml"}, ext) && isFile(v):
		return "", fmt.Errorf("%s is a file: write -config %s", v, v)
	case !strings.ContainsAny(v, ".:/[") && v != "localhost":
		return "", noURL(v)
	case !strings.Contains(v, "://"):
		v = "http://" + v
	}
	if _, err := load.NewRequest("GET", v, nil); err != nil {
		return "", fmt.Errorf("URL %q: want one such as http://localhost:8080/path: %w", secret.URL(v), err)
	}
	return v, nil
}

var plainWord = regexp.MustCompile(`^[A-Za-z-]{1,30}$`)

// noURL refuses a bare word, which is shown when it is likely to be meant as a command: it may be the end of a header
// without its quotes, and a secret.
func noURL(v string) error {
	const list = "the commands are run, inspect, version and help; a host is written http://NAME/"
	if !plainWord.MatchString(v) {
		return fmt.Errorf("a word that is no flag, no command and no URL (texts with spaces need quotes): %s", list)
	}
	if near := nearest.Name(v, commands); near != "" {
		return fmt.Errorf("%q is no command and no URL: did you mean %s? %s", v, near, list)
	}
	return fmt.Errorf("%q is no command and no URL: %s", v, list)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// apply sets the options that the flags name.
func (a arguments) apply(o *options) error {
	o.url = a.url
	for _, g := range a.flags {
		o.written = append(o.written, g.name)
		if g.request {
			o.only = append(o.only, g.name)
		}
		if err := g.set(o, g.value); err != nil {
			return cannotParse(fmt.Errorf("-%s %s: %w%s", g.as, g.shown(), err, otherUse(g.as, g.value)))
		}
		o.shaped(g.name, "-"+g.as+" "+g.shown())
	}
	return nil
}

// notShown stands for a value that may hold a secret.
const notShown = "(not shown)"

// shown is the value in quotes where that is needed, and no secret. Of a flag that other tools give a user and a password,
// or a body, it is what can be neither.
func (g given) shown() string {
	switch g.name {
	case "basic-auth", "bearer", "H", "env", "api-token", "body":
		return notShown
	case "vus", "duration", "iterations", "address", "timeout", "rate":
		if strings.ContainsAny(g.value, ":=@&{\"' ") {
			return notShown
		}
	}
	v := secret.Text(g.value)
	if v == "" || strings.ContainsAny(v, " \t\n\"") {
		return fmt.Sprintf("%q", v)
	}
	return v
}

// configFile is the file that flags or environment name, empty when there is none.
func (a arguments) configFile(env map[string]string) string {
	file := env["K6_CONFIG"]
	for _, g := range a.flags {
		if g.name == "config" {
			file = g.value
		}
	}
	return file
}

// asks says whether a switch such as -help is on.
func (a arguments) asks(name string) bool {
	return slices.ContainsFunc(a.flags, func(g given) bool { return g.name == name && g.value != "false" })
}

func cannotParse(err error) error { return &codedError{exitCannotParse, err} }
