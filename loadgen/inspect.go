package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// inspection is what "loadgen inspect" prints: the options that result, the requests, and what they come to.
type inspection struct {
	load.Options
	Target string `json:"target"`
	script.Script
	TotalDuration load.Duration `json:"totalDuration"`
	TotalVUs      int           `json:"totalVUs"`
	Scenarios     []string      `json:"plan"`
}

// inspect prints the options as JSON, secrets masked, and makes no load.
func inspect(o *options, stdout, stderr io.Writer) int {
	for _, notice := range slices.Concat(o.warnings, o.notices) {
		fmt.Fprintf(stderr, "loadgen: %s\n", o.presentable(notice))
	}
	if _, err := compileQuietly(o); err != nil {
		return o.complain(stderr, invalid(err))
	}
	plan, err := o.load.Plan()
	if err != nil {
		return o.complain(stderr, invalid(err))
	}
	i := inspection{Options: maskOptions(o.load), Target: o.targetName(), Script: maskScript(o.steps(o.url)),
		TotalDuration: load.Duration(plan.MaxDuration), TotalVUs: plan.MaxVUs}
	for _, s := range plan.Scenarios {
		i.Scenarios = append(i.Scenarios, s.Name+": "+s.Description)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(i); err != nil {
		return o.complain(stderr, fmt.Errorf("printing the options: %w", err))
	}
	stdout.Write(plain.JSON(text.Bytes()))
	return exitOK
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

func (o *options) targetName() string {
	switch {
	case o.embedded() && o.stack != "":
		return "foo and bar, " + o.stack
	case o.embedded():
		return "foo and bar"
	case o.scripted():
		return o.config
	}
	return secret.URL(o.url)
}
