package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// inspection is what "loadgen inspect" prints: a file that means the same for -config, and what it comes to.
type inspection struct {
	load.Options
	commandOptions
	Target string `json:"target"`
	script.Script
	TotalDuration load.Duration `json:"totalDuration"`
	TotalVUs      int           `json:"totalVUs"`
	Scenarios     []string      `json:"plan"`
	// Hidden are the paths of texts that have secrets in them, which are hidden.
	Hidden []string `json:"hidden,omitempty"`
}

// commandOptions are those of the command itself, under the keys that they have in a file (commandKeys).
type commandOptions struct {
	Env           map[string]string `json:"env,omitempty"`
	Stack         string            `json:"stack,omitempty"`
	SummaryMode   string            `json:"summaryMode,omitempty"`
	SummaryExport string            `json:"summaryExport,omitempty"`
	SummaryJSON   string            `json:"summaryJSON,omitempty"`
	Address       string            `json:"address,omitempty"`
	Linger        bool              `json:"linger,omitempty"`
	Quiet         bool              `json:"quiet,omitempty"`
	NoColor       bool              `json:"noColor,omitempty"`
	NoThresholds  bool              `json:"noThresholds,omitempty"`
	K6ExitCodes   bool              `json:"k6ExitCodes,omitempty"`
}

// inspect prints the options as JSON, secrets hidden, and makes no load.
func inspect(o *options, stdout, stderr io.Writer) int {
	for _, notice := range slices.Concat(o.warnings, o.notices) {
		fmt.Fprintf(stderr, "loadgen: %s\n", o.presentable(notice))
	}
	if _, err := compileQuietly(o); err != nil {
		return o.complain(stderr, invalid(o.placed(err)))
	}
	plan, err := o.load.Plan()
	if err != nil {
		return o.complain(stderr, invalid(o.placed(err)))
	}
	i := inspection{Options: o.load, commandOptions: o.commandOptions(), Target: o.targetName(), Script: o.absolute(o.steps(o.url)),
		TotalDuration: load.Duration(plan.MaxDuration), TotalVUs: plan.MaxVUs}
	for _, s := range plan.Scenarios {
		i.Scenarios = append(i.Scenarios, s.Name+": "+s.Description)
	}
	text, err := i.shown()
	if err != nil {
		return o.complain(stderr, fmt.Errorf("printing the options: %w", err))
	}
	stdout.Write(plain.JSON(text))
	return exitOK
}

// shown is the inspection as JSON with its secrets hidden.
func (i inspection) shown() ([]byte, error) {
	whole, err := i.text()
	if err != nil {
		return nil, err
	}
	i.Options, i.Script, i.Env = maskOptions(i.Options), maskScript(i.Script), maskValues(i.Env)
	text, err := i.text()
	if err != nil {
		return nil, err
	}
	if i.Hidden, err = hiddenPaths(whole, text); err != nil {
		return nil, err
	}
	return i.text()
}

func (i inspection) text() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(i)
	return text.Bytes(), err
}

func (o *options) commandOptions() commandOptions {
	return commandOptions{Env: o.env, Stack: o.stack, SummaryMode: o.summaryMode, SummaryExport: o.exportFile, SummaryJSON: o.jsonFile,
		Address: o.address, Linger: o.linger, Quiet: o.quiet, NoColor: o.noColor, NoThresholds: o.noThresholds, K6ExitCodes: o.k6ExitCodes}
}

// absolute is a script whose files are named in a way that means the same from any folder.
func (o *options) absolute(s script.Script) script.Script {
	from := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		if path, err := filepath.Abs(filepath.Join(o.dir, name)); err == nil {
			return path
		}
		return name
	}
	s.Data = maps.Clone(s.Data)
	for name, d := range s.Data {
		d.File = from(d.File)
		s.Data[name] = d
	}
	var steps func([]script.Step) []script.Step
	steps = func(all []script.Step) []script.Step {
		all = slices.Clone(all)
		for i := range all {
			all[i].BodyFile = from(all[i].BodyFile)
			all[i].Requests, all[i].Batch = steps(all[i].Requests), steps(all[i].Batch)
		}
		return all
	}
	s.Requests, s.Functions = steps(s.Requests), maps.Clone(s.Functions)
	for name, f := range s.Functions {
		s.Functions[name] = steps(f)
	}
	return s
}

// compileQuietly checks the requests; the embedded target has no URL before it is started.
func compileQuietly(o *options) (*script.Compiled, error) {
	target := o.url
	if o.embedded() {
		target = "http://localhost/foo"
	}
	steps := o.steps(target)
	return steps.Compile(o.dir)
}

// embeddedTarget is what the target that loadgen starts itself is called.
const embeddedTarget = "foo and bar"

func (o *options) targetName() string {
	switch {
	case o.embedded() && o.stack != "":
		return embeddedTarget + ", " + o.stack
	case o.embedded():
		return embeddedTarget
	case o.scripted():
		return o.config
	}
	return secret.URL(o.url)
}
