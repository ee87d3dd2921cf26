package settings

import (
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

// UsageError is a command line that can't be read: an unknown flag, a value that is none, a word too many.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// given is a flag of the command line, or a variable, with its value.
type given struct {
	option
	as    string // the name that was written
	value string
}

// arguments are a command line, read but not yet understood.
type arguments struct {
	program Program
	flags   []given
	action  string
	rest    []string // what follows a word of alone
	url     string
	source  string // a file that is to be converted and run
}

// readArguments reads flags in Go's form, before and after the URL.
func (p Program) readArguments(args []string) (*arguments, error) {
	a := &arguments{program: p}
	set := a.flagSet()
	for rest := args; ; {
		if err := set.Parse(rest); err != nil {
			return a, p.flagError(err)
		}
		if set.NArg() == 0 {
			return a, nil
		}
		consumed := len(rest) - set.NArg()
		err := a.takeWord(set.Arg(0))
		rest = set.Args()[1:]
		if err == nil && slices.Contains(alone, a.action) {
			a.rest = rest
			return a, nil
		}
		if err != nil {
			return a, err
		}
		if consumed > 0 && args[len(args)-set.NArg()-1] == "--" && len(rest) > 0 {
			return a, fmt.Errorf("unexpected argument %q after --", secret.URL(rest[0]))
		}
	}
}

// flagSet notes each flag instead of setting anything, so that the layers below can be set first.
func (a *arguments) flagSet() *flag.FlagSet {
	set := flag.NewFlagSet(a.program.Name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, opt := range a.program.options() {
		for _, name := range []string{opt.name, opt.short} {
			record := func(v string) error { a.flags = append(a.flags, given{opt, name, v}); return nil }
			switch {
			case name == "":
			case opt.form == "":
				set.BoolFunc(name, opt.about, record)
			default:
				set.Func(name, opt.about, record)
			}
		}
	}
	return set
}

// The words that say what to do; "run" needs not be said, and nothing else is read where alone stands.
var (
	actions = []string{"run", "inspect", "compare", "convert", "init", "schema", "version", "help"}
	alone   = []string{"compare", "convert", "init", "schema", "version", "help"}
)

// actions are those of the program; only loadgen itself writes, converts and compares files.
func (p Program) actions() []string {
	if p.Test == nil {
		return actions
	}
	return slices.DeleteFunc(slices.Clone(actions), func(name string) bool { return name == "init" || name == "convert" || name == "compare" })
}

// takeWord takes a word that is no flag: what to do, or the one URL there can be.
func (a *arguments) takeWord(v string) error {
	if a.action == "" && a.url == "" && slices.Contains(a.program.actions(), v) {
		a.action = v
		return nil
	}
	if a.program.Test != nil {
		return a.program.noTarget(v)
	}
	if isSource(v) && (isFile(v) || !hasHost(v)) {
		return a.takeSource(v)
	}
	u, err := ParseURL(v)
	switch {
	case err != nil:
		return err
	case a.url != "":
		return fmt.Errorf("two URLs, %s and %s: give one, and describe several requests in a file (-config)", secret.URL(a.url), secret.URL(v))
	}
	a.url = u
	return nil
}

// takeSource takes the one file there can be that is converted.
func (a *arguments) takeSource(v string) error {
	if a.source != "" {
		return fmt.Errorf("two files, %s and %s: give one", a.source, v)
	}
	a.source = v
	return nil
}

// noTarget refuses a URL or a file of requests where a Go program says itself what its users do. What is neither is not shown: it
// may be the end of a value without its quotes, and a secret.
func (p Program) noTarget(v string) error {
	shown := "an argument that is no flag"
	u, err := ParseURL(v)
	switch ext := strings.ToLower(filepath.Ext(v)); {
	case slices.Contains(configs, ext) && isFile(v):
		return fmt.Errorf("%s is a file: write -config %s", v, v)
	case plainWord.MatchString(v):
		shown = v
		if near := nearest.Name(v, p.actions()); near != "" {
			return fmt.Errorf("%q is no command: did you mean %s? The commands are run, inspect, schema, version and help", v, near)
		}
	case err == nil:
		shown = secret.URL(u)
	}
	return fmt.Errorf("%s: %s says itself what its users do, and takes no URL and no file but with -config; "+
		"a variable can tell it where to: -env URL=http://localhost:8080/, which the test finds in vu.Env", shown, p.Name)
}

// What the names of files end in: of programs that are not run here, and of configurations.
var (
	programs = []string{".jsx", ".tsx", ".tar", ".lua"}
	configs  = []string{".json", ".yaml", ".yml"}
)

// ParseURL reads a URL as the command line has it: its scheme may be left out. The error says what is wrong, without its secrets.
func ParseURL(v string) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(v)); {
	case v == "-", slices.Contains(programs, ext) && !hasHost(v):
		return "", fmt.Errorf("%s: loadgen runs scripts of k6 in JavaScript and no other programs: give one, a URL, or describe the requests in a file (-config; see loadgen -h)", secret.URL(v))
	case slices.Contains(configs, ext) && isFile(v):
		return "", fmt.Errorf("%s is a file: write -config %s", v, v)
	case slices.Contains(configs, ext) && !hasHost(v):
		return "", fmt.Errorf("%s: there is no such file; a file of requests is given with -config, a URL begins with http://", secret.URL(v))
	case !strings.ContainsAny(v, ".:/[") && v != "localhost":
		return "", noURL(v)
	case !strings.Contains(v, "://"):
		v = "http://" + v
	}
	if _, err := load.NewRequest("GET", v); err != nil {
		return "", fmt.Errorf("URL %q: want one such as http://localhost:8080/path: %w", secret.URL(v), err)
	}
	return v, nil
}

// hasHost says whether v begins as a URL without a scheme does, and not as the path of a file: host.test/a.json, not a/b.json.
func hasHost(v string) bool {
	host, _, path := strings.Cut(strings.TrimPrefix(v, "//"), "/")
	return strings.Contains(v, "://") || path && host != "." && host != ".." && (host == "localhost" || strings.ContainsAny(host, ".:"))
}

var plainWord = regexp.MustCompile(`^[A-Za-z-]{1,30}$`)

// noURL refuses a bare word, which is shown when it is likely to be meant as a command: it may be the end of a header
// without its quotes, and a secret.
func noURL(v string) error {
	const list = "the commands are run, inspect, compare, convert, init, schema, version and help; a host is written http://NAME/"
	if !plainWord.MatchString(v) {
		return fmt.Errorf("a word that is no flag, no command and no URL (texts with spaces need quotes): %s", list)
	}
	if near := nearest.Name(v, actions); near != "" {
		return fmt.Errorf("%q is no command and no URL: did you mean %s? %s", v, near, list)
	}
	return fmt.Errorf("%q is no command and no URL: %s", v, list)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// apply sets what the flags say.
func (a *arguments) apply(s *Settings) error {
	s.URL, s.Source = a.url, a.source
	for _, g := range a.flags {
		s.written = append(s.written, g.name)
		if g.request {
			s.requestFlags = append(s.requestFlags, g.name)
		}
		if err := g.set(s, g.value); err != nil {
			return &UsageError{fmt.Errorf("-%s %s: %w%s", g.as, g.shown(), err, otherUse(g.as, g.value))}
		}
		s.noteReplacing(g.name, "-"+g.as+" "+g.shown())
	}
	return nil
}

// notShown stands for a value that may hold a secret.
const notShown = "(not shown)"

// shown is the value in quotes where that is needed, and no secret. Of a flag that other tools give a user and a password,
// or a body, it is what can be neither.
func (g given) shown() string {
	switch g.name {
	case "basic-auth", "digest-auth", "bearer", "H", "env", "api-token", "body":
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
func (a *arguments) configFile(env map[string]string) string {
	file := env["K6_CONFIG"]
	for _, g := range a.flags {
		if g.name == "config" {
			file = g.value
		}
	}
	return file
}

// values are what a flag was given, each time.
func (a *arguments) values(name string) []string {
	var all []string
	for _, g := range a.flags {
		if g.name == name {
			all = append(all, g.value)
		}
	}
	return all
}

// asks says whether a switch such as -help is on.
func (a *arguments) asks(name string) bool {
	return slices.ContainsFunc(a.flags, func(g given) bool { return g.name == name && g.value != "false" })
}
