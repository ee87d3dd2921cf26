package command

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/control"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
	"example.com/foobar/loadgen/summary"
)

// options are everything the command can be told: by its defaults, the configuration file, K6_* variables and flags, each
// laid over the one before.
type options struct {
	// load is what results of all layers; layer is the one being read.
	load  load.Options
	layer load.Options
	env   map[string]string // -env, for ${env.NAME}
	// environment is the process's, for secrets that are taken from it.
	environment map[string]string

	// What to ask: a URL with the flags around it, the steps of a file, or, with neither, the embedded target.
	url    string
	step   script.Step
	script script.Script
	dir    string   // of the configuration file, from which its files are found
	only   []string // flags given that describe the one request of a URL
	think  *time.Duration
	stack  string
	basic  string
	bearer string

	cert, key string

	command      string
	config       string
	summaryMode  string
	exportFile   string
	jsonFile     string
	address      string
	apiToken     string
	progress     time.Duration
	k6ExitCodes  bool
	noThresholds bool
	quiet        bool
	verbose      bool
	noColor      bool
	noSummary    bool
	version      bool
	help         bool
	linger       bool

	file    *file.Node // of the configuration file
	written []string   // the flags given
	notices []string   // what was asked and has no effect

	read     []place           // files that flags name, to be read
	shaping  []shape           // of the layer being read
	origin   map[string]string // of the options that can be replaced
	warnings []string          // what was replaced, and what else must be known
}

// defaults are those of the command; what load leaves unset has k6's.
func defaults() *options {
	return &options{summaryMode: string(summary.Legacy), env: map[string]string{}, origin: map[string]string{}}
}

// demonstration is the load that the embedded target gets unless told otherwise.
var demonstration = load.Options{VUs: new(5), Duration: load.For(30 * time.Second)}

// demonstrationThink is the pause after each request of the embedded target, where the load is users and not a rate.
const demonstrationThink = time.Second

// readOptions fills the options from args and env, and validates them.
func readOptions(args []string, env map[string]string) (*options, error) {
	o := defaults()
	flags := readArguments(args)
	o.command = flags.command
	o.help, o.version = flags.asks("help") || o.command == "help", flags.asks("version") || o.command == "version"
	if flags.err != nil || o.help || o.version {
		return o, flags.err
	}
	o.config = flags.configFile(env)
	for _, l := range []struct {
		read   func(*options) error
		origin string
	}{{readConfig, o.config}, {envLayer(env).apply, "the K6_ variables"}, {flags.apply, "the flags"}} {
		if err := l.read(o); err != nil {
			return o, err
		}
		o.lay(l.origin)
	}
	o.unseen()
	return o, o.settle()
}

// settle completes what depends on several options, and validates.
func (o *options) settle() error {
	if o.embedded() {
		o.load = demonstration.Apply(o.load)
	}
	if o.noThresholds {
		o.load.Thresholds = nil
	}
	if o.noSummary {
		o.summaryMode = string(summary.Disabled)
	}
	if o.summaryMode == string(summary.Full) {
		o.load.Sections = new(true)
	}
	if o.k6ExitCodes && o.load.K6Semantics == nil {
		o.load.K6Semantics = new(true)
	}
	if o.load.UserAgent == nil {
		o.load.UserAgent = new("loadgen/" + version())
	}
	if err := errors.Join(o.checkTarget(), o.checkCompany()); err != nil {
		return invalid(err)
	}
	if err := o.readCertificate(); err != nil {
		return invalid(err)
	}
	if err := o.summary(false).Validate(); err != nil {
		return invalid(err)
	}
	if err := o.load.Validate(); err != nil {
		return invalid(o.placed(err))
	}
	return nil
}

// embedded says whether foo and bar are what is asked.
func (o *options) embedded() bool { return o.url == "" && !o.scripted() }

// scripted says whether the configuration file describes requests.
func (o *options) scripted() bool { return len(o.script.Requests) > 0 || len(o.script.Functions) > 0 }

func (o *options) checkTarget() error {
	switch {
	case o.scripted() && o.url != "":
		return fmt.Errorf("the URL %s is given and %s describes requests: give one of them", secret.URL(o.url), o.config)
	case o.scripted() && len(o.only) > 0:
		return fmt.Errorf("-%s goes with a URL: in %s it is a key of a request", o.only[0], o.config)
	case o.stack != "" && !o.embedded():
		return fmt.Errorf("-stack starts foo and bar as what is asked: leave it or the requests out")
	}
	return nil
}

// checkCompany refuses flags that would do nothing without another.
func (o *options) checkCompany() error {
	l := o.load
	switch {
	case l.Rate == nil && l.TimeUnit != nil:
		return errors.New("-time-unit goes with -rate")
	case l.Rate == nil && l.PreAllocatedVUs != nil:
		return errors.New("-pre-allocated-vus goes with -rate")
	case l.Rate == nil && l.MaxVUs != nil:
		return errors.New("-max-vus goes with -rate")
	case l.Rate == nil && l.Scenarios == nil && l.OnBusy != nil: // it serves for the scenarios of a file, too
		return errors.New("-on-busy goes with -rate")
	case l.Rate == nil && l.MaxCatchUpRate != nil:
		return errors.New("-max-catch-up-rate goes with -rate; in a file it is the maxCatchUpRate of a scenario")
	case l.Paused != nil && *l.Paused && o.address == "":
		return errors.New("-paused waits for the REST API to begin: give it an address too, such as -address localhost:6565")
	case o.address != "" && !validAddress(o.address):
		return errors.New("-address: want HOST:PORT, such as localhost:6565, the port in digits")
	case o.apiToken != "" && o.address == "":
		return errors.New("-api-token guards the REST API: give it an address too, such as -address 0.0.0.0:6565")
	case l.Paused != nil && *l.Paused && o.apiToken == "" && control.Open(o.address):
		return errors.New("-paused waits for the REST API, which takes changes on an address that others can reach with a token only: give one, -api-token env:NAME say")
	case o.linger && o.address == "":
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

// steps are what each user does.
func (o *options) steps(target string) script.Script {
	if o.scripted() {
		return o.script
	}
	s := o.step
	s.URL = target
	if o.basic != "" || o.bearer != "" {
		s.Basic, s.Bearer = literal(o.basic), literal(o.bearer)
	}
	if o.embedded() && len(s.Checks) == 0 {
		s.Checks = []script.Check{{Status: 200}, {Body: new("foobar")}}
	}
	if pause := o.pause(); pause > 0 {
		s.Think = load.Duration(pause)
	}
	return script.Script{Requests: []script.Step{s}}
}

// literal is a text of the script that stands for itself, whatever it has in it.
func literal(v string) string { return strings.ReplaceAll(v, "${", "$${") }

func (o *options) pause() time.Duration {
	switch {
	case o.think != nil:
		return *o.think
	case o.embedded() && !o.paced():
		return demonstrationThink
	}
	return 0
}

// paced says whether arrivals come at a rate, so that a pause of the users would only make more of them necessary.
func (o *options) paced() bool {
	if o.load.Rate != nil {
		return true
	}
	for _, s := range o.load.Scenarios {
		if strings.HasSuffix(s.Executor, "arrival-rate") {
			return true
		}
	}
	return false
}

// summary are the options of the report.
func (o *options) summary(color bool) summary.Options {
	s := summary.Options{Mode: summary.Mode(o.summaryMode), TrendStats: o.load.SummaryTrendStats, Color: color}
	if o.load.SummaryTimeUnit != nil {
		s.TimeUnit = *o.load.SummaryTimeUnit
	}
	return s
}

// codedError is an error that ends the command with an exit code.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

func invalid(err error) error { return &codedError{exitInvalidConfig, err} }
