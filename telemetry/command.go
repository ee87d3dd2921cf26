package telemetry

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Exit codes of a service.
const (
	ExitOK     = 0 // stopped as asked, or the probe found the service healthy
	ExitFailed = 1 // could not listen or serve, or the probe found the service not healthy
	ExitUsage  = 2 // a flag or an environment variable can't be used
)

// Command is the command line of a service. Every flag may also be set by an environment variable; the flag wins.
type Command struct {
	flags    *flag.FlagSet
	env      map[string]string // flag -> variable
	settings *Settings
	about    string
	checks   []func() error
	version  bool
	probe    bool
}

// NewCommand returns a command line with the flags that every service has, their defaults taken from s.
// The text about, with worked examples, opens the answer to -h.
func NewCommand(s *Settings, about string) *Command {
	c := &Command{
		flags:    flag.NewFlagSet(s.Name, flag.ContinueOnError),
		env:      map[string]string{},
		settings: s,
		about:    about,
	}
	c.flags.SetOutput(io.Discard)
	c.String(&s.Addr, "addr", "ADDR", "listen on `HOST:PORT`; port 0 takes a free one, which the log tells")
	c.String(&s.Admin, "admin", "ADMIN_ADDR",
		"serve metrics, profiles, POST /flush and POST /gc on `HOST:PORT`; off when empty, loopback without a host")
	c.String(&s.AgentHostname, "agent-hostname", "AGENT_HOSTNAME",
		"send spans to http://`HOST`:4317 unless OTEL_EXPORTER_OTLP_ENDPOINT names a URL; localhost when empty")
	c.Duration(&s.DrainDelay, "drain-delay", "DRAIN_DELAY",
		"keep serving for `TIME` after SIGTERM while /readyz already says no")
	c.flags.BoolVar(&c.probe, "probe", false, "ask /healthz of -addr, exit 0 if it answers 200, else 1")
	c.flags.BoolVar(&c.version, "version", false, "print the version and exit")
	return c
}

// String adds a flag whose default is what p holds.
func (c *Command) String(p *string, name, env, usage string) {
	c.flags.StringVar(p, name, *p, usage)
	c.env[name] = env
}

// Duration adds a flag whose default is what p holds.
func (c *Command) Duration(p *time.Duration, name, env, usage string) {
	c.flags.DurationVar(p, name, *p, usage)
	c.env[name] = env
}

// Check adds a rule that Parse applies after its own.
func (c *Command) Check(rule func() error) { c.checks = append(c.checks, rule) }

// Parse fills the settings from args and the environment. It returns done and the exit code if there is nothing left to do:
// after -h, -version and -probe, and after an error, which it has printed.
func (c *Command) Parse(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) (code int, done bool) {
	err := c.parse(args, getenv)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(stdout)
		return ExitOK, true
	case err == nil && c.version:
		fmt.Fprintf(stdout, "%s %s %s %s/%s\n", c.settings.Name, Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return ExitOK, true
	case err != nil:
		fmt.Fprintf(stderr, "%s: %v\nrun %s -h for all flags and examples\n", c.settings.Name, err, c.settings.Name)
		return ExitUsage, true
	case c.probe:
		if err := Probe(ctx, c.settings.Addr); err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", c.settings.Name, err)
			return ExitFailed, true
		}
		return ExitOK, true
	}
	return ExitOK, false
}

func (c *Command) parse(args []string, getenv func(string) string) error {
	if err := c.flags.Parse(args); err != nil {
		return err
	}
	if c.flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: %s takes flags only", c.flags.Arg(0), c.settings.Name)
	}
	if c.version {
		return nil
	}
	if err := c.readEnv(getenv); err != nil {
		return err
	}
	if err := c.settings.readOTel(getenv); err != nil {
		return err
	}
	for _, check := range append([]func() error{c.settings.Validate}, c.checks...) {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// readEnv sets from the environment the flags that the command line doesn't.
func (c *Command) readEnv(getenv func(string) string) error {
	given := map[string]bool{}
	c.flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var err error
	c.flags.VisitAll(func(f *flag.Flag) {
		variable := c.env[f.Name]
		if variable == "" || given[f.Name] || err != nil {
			return
		}
		if value := getenv(variable); value != "" {
			if e := f.Value.Set(value); e != nil {
				err = fmt.Errorf("%s=%q: %w; want what -%s accepts, such as %s", variable, value, e, f.Name, f.DefValue)
			}
		}
	})
	return err
}

func (c *Command) help(w io.Writer) {
	fmt.Fprintf(w, "%s\n\nFlags, and the environment variables that set them when the flag isn't given:\n\n",
		strings.TrimSpace(c.about))
	c.flags.VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  -%s", strings.TrimSpace(f.Name+" "+value))
		if env := c.env[f.Name]; env != "" {
			fmt.Fprintf(w, "   %s", env)
		}
		if d := f.DefValue; d != "" && d != "false" {
			fmt.Fprintf(w, "   (default %s)", d)
		}
		fmt.Fprintf(w, "\n      %s\n", usage)
	})
	fmt.Fprint(w, aboutStandard, `
Exit codes: 0 stopped as asked, 1 could not serve (or -probe found it not healthy), 2 bad flag or variable.
`)
}

// Version is the version of the main module as Go recorded it at build time, with the revision if there is one.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
