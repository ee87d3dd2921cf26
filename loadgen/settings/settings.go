// Package settings reads what the command can be told: by a Go program's test, a file, K6_* variables and flags, each a layer
// laid over the one before, and all of them one value in the end.
package settings

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"example.com/foobar/loadgen/compare"
	"example.com/foobar/loadgen/control"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
	"example.com/foobar/loadgen/summary"
)

// Program is whose settings they are: those of loadgen itself, whose users do what a URL, a file, or the lack of both says; or
// those of a Go program, whose test says it.
type Program struct {
	// Name is what messages call it.
	Name string
	// Test is that of a Go program, and its options are the lowest layer; nil is loadgen itself.
	Test *load.Test
	// Cases are the ways in which loadgen itself can start foo and bar.
	Cases []string
}

// Settings are everything that the command was told.
type Settings struct {
	// Load is what all layers come to.
	Load load.Options
	Command

	// Action is what is to be done: "inspect", "compare", "convert", "init", "schema", "version", "help"; else the load. Args are what follows
	// "compare", "convert", "init" or "schema".
	Action string
	Args   []string
	// URL is what is asked, if it was given; Config is the file that was read, Source one that was converted.
	URL, Config, Source string
	// Baselines are the files of earlier runs that this one is compared with, and Limits what may be worse by how much.
	Baselines []string
	Limits    []compare.Limit
	// APIToken is what those who change the test over the REST API must have.
	APIToken string
	// Progress is how often the progress is shown; 0 leaves it to the screen.
	Progress time.Duration
	// Verbose shows what foo, bar and the Collector log.
	Verbose bool
	// Warnings say what was replaced, and what else must be known; Notices what was given and has no effect.
	Warnings, Notices []string

	program     Program
	layer       load.Options      // the one that is being read
	environment map[string]string // the process's

	// What to ask: a URL with the flags around it, the steps of a file, or, with neither, the embedded target.
	step         script.Step
	script       script.Script
	dir          string   // of the file, from which its files are found
	described    string   // the file that was read last
	given        []string // what -env gives
	requestFlags []string // flags given that describe the one request of a URL
	think        *time.Duration
	basic        string
	digest       string
	bearer       string
	cert, key    string
	noSummary    bool
	version      bool
	help         bool

	file      *file.Node        // what was read
	read      []namedFile       // files that flags name, to be read
	written   []string          // the flags given
	replacing []written         // of the layer that is being read
	origin    map[string]string // of the options that can be replaced
}

// Command are the settings of the command itself, under the keys that they have in a file.
type Command struct {
	Env             map[string]string `json:"env,omitempty"`
	Stack           string            `json:"stack,omitempty"`
	Seed            *uint64           `json:"seed,omitempty"`
	SummaryMode     string            `json:"summaryMode,omitempty"`
	SummaryExport   string            `json:"summaryExport,omitempty"`
	SummaryJSON     string            `json:"summaryJSON,omitempty"`
	SummaryMarkdown string            `json:"summaryMarkdown,omitempty"`
	JUnit           string            `json:"junit,omitempty"`
	Address         string            `json:"address,omitempty"`
	Linger          bool              `json:"linger,omitempty"`
	Quiet           bool              `json:"quiet,omitempty"`
	NoColor         bool              `json:"noColor,omitempty"`
	NoThresholds    bool              `json:"noThresholds,omitempty"`
	K6ExitCodes     bool              `json:"k6ExitCodes,omitempty"`
}

// Read reads all layers and validates what they come to. The settings are never nil: with an error they know the secrets that
// must not be shown with it. The error is a *UsageError when the command line can't be read.
func Read(p Program, args, environ []string) (*Settings, error) {
	s := p.defaults()
	s.environment = environment(environ)
	flags, err := p.readArguments(args)
	s.Action, s.Args = flags.action, flags.rest
	switch {
	case err != nil:
		return s, &UsageError{err}
	case flags.asks("help"):
		s.Action = "help"
	case flags.asks("version"):
		s.Action = "version"
	}
	if slices.Contains(alone, s.Action) {
		return s, nil
	}
	if err := s.readLayers(flags); err != nil {
		return s, err
	}
	s.warnIneffective()
	return s, s.complete()
}

// readLayers reads the layers from the lowest to the highest, and lays each over those before.
func (s *Settings) readLayers(flags *arguments) error {
	s.Config, s.Source, s.given = flags.configFile(s.environment), flags.source, flags.values("env")
	for _, layer := range []struct {
		read   func(*Settings) error
		origin string
	}{{readTest, s.program.Name}, {readConfig, s.Config}, {readSource, s.Source}, {readVariables, "the K6_ variables"}, {flags.apply, "the flags"}} {
		if err := layer.read(s); err != nil {
			return err
		}
		s.applyLayer(layer.origin)
	}
	return nil
}

func (p Program) defaults() *Settings {
	return &Settings{Command: Command{SummaryMode: string(summary.Legacy), Env: map[string]string{}}, program: p, origin: map[string]string{}}
}

// readTest takes what a Go program's test says.
func readTest(s *Settings) error {
	if t := s.program.Test; t != nil {
		s.layer = t.Options
		maps.Copy(s.Env, t.Env)
	}
	return nil
}

// embeddedLoad is the load that the embedded target gets unless told otherwise.
var embeddedLoad = load.Options{VUs: new(5), Duration: load.For(30 * time.Second)}

// embeddedThink is the pause after each request of the embedded target, where the load is users and not a rate.
const embeddedThink = time.Second

// complete fills in what depends on several settings, and validates.
func (s *Settings) complete() error {
	if s.Embedded() {
		s.Load = applied(embeddedLoad, s.Load)
	}
	if s.NoThresholds {
		s.Load.Thresholds = nil
	}
	if s.noSummary {
		s.SummaryMode = string(summary.Disabled)
	}
	if s.SummaryMode == string(summary.Full) {
		s.Load.Sections = new(true)
	}
	if s.K6ExitCodes && s.Load.K6Semantics == nil {
		s.Load.K6Semantics = new(true)
	}
	if s.Load.UserAgent == nil {
		s.Load.UserAgent = new("loadgen/" + Version())
	}
	return s.validate()
}

func (s *Settings) validate() error {
	if err := errors.Join(s.checkTarget(), s.checkRate(), s.checkAPI(), s.checkBaseline()); err != nil {
		return err
	}
	if err := errors.Join(s.readCertificate(), s.Summary(false).Validate()); err != nil {
		return err
	}
	return s.Locate(s.Load.Validate())
}

// Embedded says whether foo and bar are what is asked.
func (s *Settings) Embedded() bool {
	return s.program.Test == nil && s.URL == "" && !s.fileHasRequests()
}

// fileHasRequests says whether the file describes requests.
func (s *Settings) fileHasRequests() bool {
	return len(s.script.Requests) > 0 || len(s.script.Functions) > 0
}

func (s *Settings) checkTarget() error {
	switch {
	case s.program.Test != nil && s.fileHasRequests():
		return fmt.Errorf("%s describes requests, and %s says itself what its users do: leave options alone in the file", s.described, s.program.Name)
	case s.fileHasRequests() && s.URL != "":
		return fmt.Errorf("the URL %s is given and %s describes requests: give one of them", secret.URL(s.URL), s.described)
	case s.fileHasRequests() && len(s.requestFlags) > 0:
		return fmt.Errorf("-%s goes with a URL: in %s it is a key of a request", s.requestFlags[0], s.described)
	case s.Stack != "" && !s.Embedded():
		return errors.New("-stack starts foo and bar as what is asked: leave it or the requests out")
	}
	return nil
}

// checkRate refuses flags that do nothing without -rate.
func (s *Settings) checkRate() error {
	l := s.Load
	switch {
	case l.Rate != nil:
		return nil
	case l.TimeUnit != nil:
		return errors.New("-time-unit goes with -rate")
	case l.PreAllocatedVUs != nil:
		return errors.New("-pre-allocated-vus goes with -rate")
	case l.MaxVUs != nil:
		return errors.New("-max-vus goes with -rate")
	case l.Scenarios == nil && l.OnBusy != nil: // it serves for the scenarios of a file, too
		return errors.New("-on-busy goes with -rate")
	case l.Scenarios == nil && l.Arrivals != nil: // as well
		return errors.New("-arrivals goes with -rate")
	case l.MaxCatchUpRate != nil:
		return errors.New("-max-catch-up-rate goes with -rate; in a file it is the maxCatchUpRate of a scenario")
	}
	return nil
}

// checkBaseline refuses limits that nothing is held against.
func (s *Settings) checkBaseline() error {
	if len(s.Limits) > 0 && len(s.Baselines) == 0 {
		return errors.New("-max-regression compares with an earlier run: name its file too, -baseline FILE, as -summary-json wrote it")
	}
	return nil
}

// checkAPI refuses flags that do nothing without the REST API, and an API that could not do what it is for.
func (s *Settings) checkAPI() error {
	paused := s.Load.Paused != nil && *s.Load.Paused
	switch {
	case paused && s.Address == "":
		return errors.New("-paused waits for the REST API to begin: give it an address too, such as -address localhost:6565")
	case s.Address != "" && !validAddress(s.Address):
		return errors.New("-address: want HOST:PORT, such as localhost:6565, the port in digits")
	case s.APIToken != "" && s.Address == "":
		return errors.New("-api-token guards the REST API: give it an address too, such as -address 0.0.0.0:6565")
	case paused && s.APIToken == "" && control.Open(s.Address):
		return errors.New("-paused waits for the REST API, which takes changes on an address that others can reach with a token only: give one, -api-token env:NAME say")
	case s.Linger && s.Address == "":
		return errors.New("-linger keeps the REST API open: give it an address too, such as -address localhost:6565")
	}
	return nil
}

// validAddress says whether a can be listened on. What can't may be a user and a password (hey's -a), and is not shown.
func validAddress(a string) bool {
	_, port, err := net.SplitHostPort(a)
	_, number := strconv.ParseUint(port, 10, 16)
	return err == nil && number == nil
}

// Getenv is a variable of the environment that was read.
func (s *Settings) Getenv(name string) string { return s.environment[name] }

// Summary are the options of the report.
func (s *Settings) Summary(color bool) summary.Options {
	o := summary.Options{Mode: summary.Mode(s.SummaryMode), TrendStats: s.Load.SummaryTrendStats, Color: color}
	if s.Load.SummaryTimeUnit != nil {
		o.TimeUnit = *s.Load.SummaryTimeUnit
	}
	return o
}

// module is loadgen's.
const module = "example.com/foobar/loadgen"

// Version is that of loadgen in this program, as Go noted it when it was built.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unversioned
	}
	found := info.Main.Version
	for _, dep := range info.Deps {
		if dep.Path == module {
			found = dep.Version
		}
	}
	if found == "" || found == "(devel)" || found == "v0.0.0" {
		return unversioned
	}
	return found
}

// unversioned is what was built from a checkout.
const unversioned = "devel"
