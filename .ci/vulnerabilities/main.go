// Command vulnerabilities checks modules against Go's vulnerability database, which it takes from the module proxy, and
// fails on whatever an update would mend: in what a module builds, tests and runs as a tool, called or not, and in the
// standard library. What no version mends is let through only where the list of exceptions says why and until when.
//
//	vulnerabilities -govulncheck PROGRAM [-exceptions FILE] MODULE...
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "vulnerabilities:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer, now time.Time) error {
	flags := flag.NewFlagSet("vulnerabilities", flag.ContinueOnError)
	govulncheck := flags.String("govulncheck", "govulncheck", "the `program` that scans")
	list := flags.String("exceptions", "vulnerabilities/exceptions.txt", "the `file` of exceptions")
	if err := flags.Parse(args); err != nil {
		return err
	}
	exceptions, err := readExceptions(*list)
	if err != nil {
		return err
	}
	patchErr := checkPatch(stdout, now)
	database, err := fetchDatabase(stdout)
	if err != nil {
		return err
	}
	var all []finding
	for _, dir := range flags.Args() {
		found, err := scan(*govulncheck, database, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		fmt.Fprintf(stdout, "%s: %d found\n", dir, len(found))
		all = append(all, found...)
	}
	if len(flags.Args()) == 0 {
		return errors.New("no modules named: nothing would be checked")
	}
	return errors.Join(patchErr, judge(stdout, all, exceptions, now))
}

// scan has govulncheck look at all packages of the module in dir, their tests and the tools it pins.
func scan(program, database, dir string) ([]finding, error) {
	patterns, err := packagesOf(dir)
	if err != nil {
		return nil, err
	}
	args := append([]string{"-C", dir, "-db", database, "-scan", "package", "-test", "-format", "json"}, patterns...)
	out, err := command(program, args...)
	if err != nil {
		return nil, err
	}
	return parse(bytes.NewReader(out), dir)
}

// packagesOf are the patterns that name what is in the module: its packages, its tools, or both.
func packagesOf(dir string) ([]string, error) {
	var patterns []string
	for _, pattern := range []string{"./...", "tool"} {
		out, err := command("go", "-C", dir, "list", pattern)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(out)) > 0 {
			patterns = append(patterns, pattern)
		}
	}
	if len(patterns) == 0 {
		return nil, errors.New("no packages and no tools in it")
	}
	return patterns, nil
}

// command runs a program outside of the workspace, as images are built, and returns its output.
func command(name string, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}

// pinned is the database that is used when the proxy doesn't say which is the newest.
const pinned = "v0.0.0-20261105234957-e22db6528018"

// fetchDatabase downloads the newest database and returns its address, in the form that govulncheck takes.
func fetchDatabase(stdout io.Writer) (string, error) {
	const module = "golang.org/x/vulndb@"
	out, err := command("go", "mod", "download", "-json", module+"latest")
	if err != nil {
		fmt.Fprintf(stdout, "*** the newest vulnerability database can't be had, the pinned one is used: %v\n", err)
		if out, err = command("go", "mod", "download", "-json", module+pinned); err != nil {
			return "", fmt.Errorf("downloading the vulnerability database: %w", err)
		}
	}
	var got struct{ Dir, Version string }
	if err := json.Unmarshal(out, &got); err != nil {
		return "", fmt.Errorf("downloading the vulnerability database: %w", err)
	}
	dir := filepath.Join(got.Dir, "data", "osv")
	entries, err := filepath.Glob(filepath.Join(dir, "GO-*.json"))
	if err != nil || len(entries) == 0 {
		return "", fmt.Errorf("the vulnerability database %s has no entries in %s", got.Version, dir)
	}
	fmt.Fprintf(stdout, "database %s, %d entries\n", got.Version, len(entries))
	return "file://" + filepath.ToSlash(dir), nil
}
