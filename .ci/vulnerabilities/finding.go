package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// finding is one known fault in one module that one of ours uses.
type finding struct {
	dir     string // our module
	id      string // GO-YYYY-NNNN
	module  string // "stdlib" for Go itself
	version string // the one in use
	fixed   string // the first version without the fault; empty: there is none
	used    bool   // a package of the module is imported, not merely one of its siblings
}

func (f finding) String() string {
	mend := "no version mends it"
	if f.fixed != "" {
		mend = "mended in " + f.fixed
	}
	return fmt.Sprintf("%s: %s in %s %s, %s", f.dir, f.id, f.module, f.version, mend)
}

// parse reads what govulncheck -format json prints: one finding for each fault and module.
func parse(r io.Reader, dir string) ([]finding, error) {
	var found []finding
	sawConfig := false
	for d := json.NewDecoder(r); ; {
		var message struct {
			Config  *struct{}
			Finding *struct {
				OSV          string
				FixedVersion string `json:"fixed_version"`
				Trace        []struct{ Module, Version, Package string }
			}
		}
		err := d.Decode(&message)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading govulncheck's output: %w", err)
		}
		sawConfig = sawConfig || message.Config != nil
		if message.Finding == nil {
			continue
		}
		if len(message.Finding.Trace) == 0 {
			return nil, fmt.Errorf("reading govulncheck's output: %s has no trace", message.Finding.OSV)
		}
		at := message.Finding.Trace[0]
		found = append(found, finding{dir: dir, id: message.Finding.OSV, module: at.Module, version: at.Version,
			fixed: message.Finding.FixedVersion, used: at.Package != ""})
	}
	if !sawConfig {
		return nil, errors.New("govulncheck printed no configuration: it did not scan")
	}
	return merge(found), nil
}

// merge makes one finding of those of the same fault in the same module.
func merge(found []finding) []finding {
	slices.SortFunc(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.module, b.module), cmp.Compare(fmt.Sprint(b.used), fmt.Sprint(a.used)))
	})
	return slices.CompactFunc(found, func(a, b finding) bool { return a.id == b.id && a.module == b.module })
}

// judge returns an error that names every finding which an update would mend, every used one that nothing mends and no
// exception covers, and every exception that is over or isn't needed.
func judge(stdout io.Writer, found []finding, exceptions []exception, now time.Time) error {
	var errs []error
	needed := map[exception]bool{}
	for _, f := range found {
		i := slices.IndexFunc(exceptions, func(e exception) bool { return e.id == f.id && e.module == f.module })
		switch {
		case i >= 0 && now.Before(exceptions[i].until):
			needed[exceptions[i]] = true
			fmt.Fprintf(stdout, "let through: %v: %s\n", f, exceptions[i].reason)
		case f.fixed != "" || f.used:
			errs = append(errs, errors.New(f.String()))
		default:
			fmt.Fprintf(stdout, "not imported: %v\n", f)
		}
	}
	for _, e := range exceptions {
		if !needed[e] {
			errs = append(errs, fmt.Errorf("the exception %s %s until %s is over or not needed: remove it",
				e.id, e.module, e.until.Format(time.DateOnly)))
		}
	}
	return errors.Join(errs...)
}

// exception lets one fault in one module through for a time.
type exception struct {
	id, module string
	until      time.Time
	reason     string
}

// parseExceptions reads lines of the form "ID MODULE UNTIL REASON"; # begins a comment.
func parseExceptions(text string) ([]exception, error) {
	var exceptions []exception
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		parts := strings.SplitN(line, " ", 4)
		if len(parts) < 4 {
			return nil, fmt.Errorf("line %d: want: ID MODULE UNTIL REASON, such as GO-2026-1234 example.com/m 2027-01-31 why", i+1)
		}
		until, err := time.Parse(time.DateOnly, parts[2])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		exceptions = append(exceptions, exception{parts[0], parts[1], until, strings.TrimSpace(parts[3])})
	}
	return exceptions, nil
}
