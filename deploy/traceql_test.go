package deploy

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTraceQL parses the dashboards' TraceQL with Grafana's own grammar, which is a
// package for Node.js. The real Tempo answers the queries where TEMPO_BIN is set.
func TestTraceQL(t *testing.T) {
	check := MustTraceQL(t)
	var queries []string
	for _, q := range dashboardQueries(t, "tempo") {
		queries = append(queries, q.fill())
	}
	t.Run("OK", func(t *testing.T) {
		if said, err := check(queries...); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	})
	t.Run("ErrSyntax", func(t *testing.T) {
		if said, err := check(queries[0], "{status =", "{a b}"); err == nil || strings.Count(said, "not TraceQL") != 2 {
			t.Errorf("got %q, want two queries refused", said)
		}
	})
}

// MustTraceQL installs the parser in a temporary directory and returns a function that
// parses queries with it. Without Node.js the test is skipped, or fails if FOOBAR_E2E=require.
func MustTraceQL(t *testing.T) func(queries ...string) (said string, err error) {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("FOOBAR_E2E") == "require" {
			t.Fatal("npm is missing; install Node.js with npm, 18 or newer")
		}
		t.Skip("THE DASHBOARDS' TRACEQL IS NOT PARSED: npm is missing; install Node.js with npm, 18 or newer")
	}
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "check.mjs"} {
		if err := os.WriteFile(filepath.Join(dir, name), MustRead(t, "deploy/traceql/"+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	install := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = dir
	mustOutput(t, install)
	return func(queries ...string) (string, error) {
		var in bytes.Buffer
		for _, query := range queries {
			if err := json.NewEncoder(&in).Encode(query); err != nil {
				t.Fatal(err)
			}
		}
		node := exec.Command("node", "check.mjs")
		node.Dir, node.Stdin = dir, &in
		out, err := node.CombinedOutput()
		return string(out), err
	}
}
