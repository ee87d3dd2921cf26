package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/foobar/loadgen/child"
)

// tools are the peers that are built from Go source, by their package in the module peers.
var tools = map[string]string{
	"k6":         "go.k6.io/k6/v2",
	"vegeta":     "github.com/tsenart/vegeta/v12",
	"hey":        "github.com/rakyll/hey",
	"bombardier": "github.com/codesenberg/bombardier",
}

// installed are the programs that come from the system's packages, with the option that prints their version.
var installed = map[string]string{"nginx": "-v", "wrk": "-v", "taskset": "-V"}

// programs are load generators and servers that can be run: their paths by name.
type programs map[string]string

// find looks up or builds the named programs; remove deletes what was built. Its errors say how to get what is missing.
func find(ctx context.Context, log io.Writer, names ...string) (found programs, remove func() error, err error) {
	found = programs{}
	var sources []child.Program
	for _, name := range names {
		if _, ok := installed[name]; !ok {
			source, err := source(name)
			if err != nil {
				return nil, nil, err
			}
			sources = append(sources, source)
			continue
		}
		if found[name], err = exec.LookPath(name); err != nil {
			return nil, nil, fmt.Errorf("looking for %s: %w (on Debian: apt-get install %s)", name, err, debian(name))
		}
	}
	built, err := child.Build(ctx, sources, func(line string) { fmt.Fprintln(log, line) })
	if err != nil {
		return nil, nil, err
	}
	for _, source := range sources {
		found[source.Name] = built.Path(source.Name)
	}
	return found, built.Remove, nil
}

func debian(program string) string {
	if program == "taskset" {
		return "util-linux"
	}
	return program
}

// source is where a program is built from: loadgen in its own module, a peer in the module peers.
func source(name string) (child.Program, error) {
	root, err := repository()
	if err != nil || name == "loadgen" {
		return child.Program{Name: name, Dir: filepath.Join(root, "loadgen")}, err
	}
	return child.Program{Name: name, Dir: filepath.Join(root, "loadgen", "bench", "peers"), Package: tools[name]}, nil
}

// repository is the directory of go.work, found upwards from the working directory.
func repository() (string, error) {
	root, err := child.FindRoot("go.work")
	if err != nil {
		return "", fmt.Errorf("%w: run \"go -C loadgen/bench run .\" at the root of the repository", err)
	}
	return root, nil
}

// version asks a program, or the build information in it, which version it is; "" when neither says.
func (p programs) version(ctx context.Context, name string) string {
	if name == "taskset" {
		return ""
	}
	if option, ok := installed[name]; ok {
		out, _ := exec.CommandContext(ctx, p[name], option).CombinedOutput() // wrk -v exits with 1
		line, _, _ := strings.Cut(string(out), "\n")
		return strings.TrimSpace(strings.NewReplacer("nginx version: ", "", " Copyright (C) 2012 Will Glozer", "").Replace(line))
	}
	out, err := exec.CommandContext(ctx, "go", "version", "-m", p[name]).Output()
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) > 2 && (fields[0] == "mod" || fields[0] == "dep") && strings.HasPrefix(tools[name], fields[1]) {
			return fields[2]
		}
	}
	return ""
}
