package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// grace is how long after its release a patch of Go must have been taken up.
const grace = 14 * 24 * time.Hour

// checkPatch compares the Go that runs this with the newest patch of its minor release that the proxy has.
func checkPatch(stdout io.Writer, now time.Time) error {
	out, err := command("go", "env", "GOVERSION")
	if err != nil {
		return err
	}
	current := strings.TrimPrefix(strings.TrimSpace(string(out)), "go")
	if out, err = command("go", "list", "-m", "-versions", "go"); err != nil {
		return fmt.Errorf("asking which versions of Go there are: %w", err)
	}
	newest := newestPatch(current, strings.Fields(string(out)))
	if newest == "" {
		fmt.Fprintf(stdout, "go%s is the newest patch\n", current)
		return nil
	}
	if out, err = command("go", "list", "-m", "-json", "golang.org/toolchain@v0.0.1-go"+newest+".linux-amd64"); err != nil {
		return fmt.Errorf("asking when go%s was released: %w", newest, err)
	}
	var module struct{ Time time.Time }
	if err := json.Unmarshal(out, &module); err != nil {
		return err
	}
	return judgePatch(stdout, current, newest, now.Sub(module.Time))
}

// judgePatch says that a newer patch is out, and is an error when it has been for longer than grace.
func judgePatch(stdout io.Writer, current, newest string, age time.Duration) error {
	if age > grace {
		return fmt.Errorf("go%s has been out for %d days, and go.work still says go%s: raise it (docs/releasing.md)",
			newest, int(age.Hours()/24), current)
	}
	fmt.Fprintf(stdout, "*** go%s is out; go.work says go%s ***\n", newest, current)
	return nil
}

// newestPatch is the newest of versions with the same minor release as current, or "" where current is that.
func newestPatch(current string, versions []string) string {
	minor, patch := splitPatch(current)
	newest := ""
	for _, version := range versions {
		if m, p := splitPatch(version); m == minor && p > patch {
			newest, patch = version, p
		}
	}
	return newest
}

// splitPatch splits 1.26.11 into 1.26 and 11; the patch of a release candidate is -1.
func splitPatch(version string) (string, int) {
	i := strings.LastIndexByte(version, '.')
	patch, err := strconv.Atoi(version[i+1:])
	if i < 0 || err != nil {
		return version, -1
	}
	return version[:i], patch
}

func readExceptions(name string) ([]exception, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading the exceptions: %w", err)
	}
	exceptions, err := parseExceptions(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return exceptions, nil
}
