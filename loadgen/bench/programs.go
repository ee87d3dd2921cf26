package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
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

// find builds or looks up the named programs; what is built goes to dir. Its errors say how to get what is missing.
func find(ctx context.Context, dir string, log io.Writer, names ...string) (programs, error) {
	found := programs{}
	for _, name := range names {
		if _, ok := installed[name]; ok {
			path, err := exec.LookPath(name)
			if err != nil {
				return nil, fmt.Errorf("looking for %s: %w (on Debian: apt-get install %s)", name, err, debian(name))
			}
			found[name] = path
			continue
		}
		path, err := build(ctx, dir, name, log)
		if err != nil {
			return nil, err
		}
		found[name] = path
	}
	return found, nil
}

func debian(program string) string {
	if program == "taskset" {
		return "util-linux"
	}
	return program
}

// build compiles loadgen as its users do, from the workspace, and a peer in the module peers.
func build(ctx context.Context, dir, name string, log io.Writer) (string, error) {
	root, err := repository()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	from, work, pkg := root, "GOWORK=", "./loadgen"
	if name != "loadgen" {
		from, work, pkg = filepath.Join(root, "loadgen", "bench", "peers"), "GOWORK=off", tools[name]
	}
	fmt.Fprintf(log, "building %s\n", name)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, pkg)
	cmd.Dir, cmd.Env = from, append(os.Environ(), work)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	return path, nil
}

// repository is the directory of go.work, found upwards from the working directory.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.work")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("no go.work in %s or above it: run \"go -C loadgen/bench run .\" at the root of the repository", dir)
		}
	}
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
