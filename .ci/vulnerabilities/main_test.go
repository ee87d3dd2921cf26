package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

// output is govulncheck's: a fault in a package that is imported, in one that isn't, and in the standard library.
const output = `
{"config": {"protocol_version": "v1.0.0"}}
{"progress": {"message": "Checking the code against the vulnerabilities..."}}
{"osv": {"id": "GO-2026-0001"}}
{"finding": {"osv": "GO-2026-0001", "fixed_version": "v1.2.3", "trace": [{"module": "example.com/a", "version": "v1.2.2"}]}}
{"finding": {"osv": "GO-2026-0001", "fixed_version": "v1.2.3", "trace": [{"module": "example.com/a", "version": "v1.2.2", "package": "example.com/a/b"}]}}
{"finding": {"osv": "GO-2026-0002", "trace": [{"module": "example.com/c", "version": "v0.1.0"}]}}
{"finding": {"osv": "GO-2026-0003", "fixed_version": "v1.26.9", "trace": [{"module": "stdlib", "version": "v1.26.8", "package": "net/http"}]}}
{"finding": {"osv": "GO-2026-0004", "trace": [{"module": "example.com/d", "version": "v0.1.0", "package": "example.com/d"}]}}
`

func TestJudge(t *testing.T) {
	found, err := parse(strings.NewReader(output), "ours")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 4 {
		t.Fatalf("got %d findings, want 4: %v", len(found), found)
	}
	tests := []struct {
		name, exceptions string
		want             []string
	}{
		{"None", "", []string{"GO-2026-0001 in example.com/a v1.2.2, mended in v1.2.3",
			"GO-2026-0003 in stdlib v1.26.8, mended in v1.26.9", "GO-2026-0004 in example.com/d v0.1.0, no version mends it"}},
		{"Some", "GO-2026-0004 example.com/d 2027-01-01 we call nothing of it\n", []string{"GO-2026-0001", "GO-2026-0003"}},
		{"Over", "GO-2026-0004 example.com/d 2026-11-01 we call nothing of it\n",
			[]string{"GO-2026-0001", "GO-2026-0003", "GO-2026-0004 in", "until 2026-11-01 is over or not needed"}},
		{"AnotherModule", "GO-2026-0004 example.com/e 2027-01-01 we call nothing of it\n",
			[]string{"GO-2026-0001", "GO-2026-0003", "GO-2026-0004 in", "GO-2026-0004 example.com/e until 2027-01-01 is over or not needed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			exceptions, err := parseExceptions("# a comment\n\n" + tt.exceptions)
			if err != nil {
				t.Fatal(err)
			}
			err = judge(io.Discard, found, exceptions, today)
			if err == nil {
				t.Fatal("got no error")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.want) {
				t.Fatalf("got %q, want %q", lines, tt.want)
			}
			for i, want := range tt.want {
				if !strings.Contains(lines[i], want) {
					t.Errorf("got %q, want %q in it", lines[i], want)
				}
			}
		})
	}
}

// Nothing that was scanned badly passes for clean.
func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "no JSON", `{"config": {}}{"finding": {"osv": "GO-2026-0001"}}`, `{"finding"`} {
		if found, err := parse(strings.NewReader(text), "ours"); err == nil {
			t.Errorf("%q: got %v, want an error", text, found)
		}
	}
}

func TestParseExceptionsRefuses(t *testing.T) {
	for _, text := range []string{"GO-2026-0001", "GO-2026-0001 example.com/a 2027-01-01", "GO-2026-0001 example.com/a soon because"} {
		if exceptions, err := parseExceptions(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, exceptions)
		}
	}
}

func TestNewestPatch(t *testing.T) {
	versions := strings.Fields("go 1.25.14 1.26rc1 1.26.0 1.26.9 1.26.10 1.26.11 1.27.0 1.27.4")
	for current, want := range map[string]string{"1.26.8": "1.26.11", "1.26.11": "", "1.26.12": "", "1.27.3": "1.27.4", "1.25.9": "1.25.14"} {
		if got := newestPatch(current, versions); got != want {
			t.Errorf("newer than %s: got %q, want %q", current, got, want)
		}
	}
}

func TestJudgePatch(t *testing.T) {
	if err := judgePatch(io.Discard, "1.26.10", "1.26.11", 13*24*time.Hour); err != nil {
		t.Errorf("within the time: %v", err)
	}
	if err := judgePatch(io.Discard, "1.26.10", "1.26.11", 15*24*time.Hour); err == nil {
		t.Error("after the time: got no error")
	}
}

// entry is a fault of every Go there will be for long, in the form of the database.
const entry = `{"schema_version": "1.3.1", "id": "GO-2000-0001", "modified": "2000-01-01T00:00:00Z", "affected": [{
	"package": {"name": "stdlib", "ecosystem": "Go"},
	"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "99.0.0"}]}],
	"ecosystem_specific": {"imports": [{"path": "net/http", "symbols": ["Get"]}]}}]}`

// The scanner reads a database in the form in which the proxy has it, and what it finds in a module with a known fault is
// an error. VULNERABILITIES_GOVULNCHECK names the program, as .ci/run does.
func TestScan(t *testing.T) {
	program := os.Getenv("VULNERABILITIES_GOVULNCHECK")
	if program == "" {
		t.Skip("VULNERABILITIES_GOVULNCHECK isn't set; .ci/run vulnerabilities sets it")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"module/go.mod":              "module example.com/faulty\n\ngo 1.26.0\n",
		"module/main.go":             "package main\n\nimport _ \"net/http\"\n\nfunc main() {}\n",
		"database/GO-2000-0001.json": entry,
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := scan(program, "file://"+filepath.ToSlash(filepath.Join(dir, "database")), filepath.Join(dir, "module"))
	if err != nil {
		t.Fatal(err)
	}
	if judge(io.Discard, found, nil, today) == nil {
		t.Error("judge: got no error")
	}
	if len(found) != 1 || found[0].id != "GO-2000-0001" || found[0].module != "stdlib" || !found[0].used {
		t.Errorf("got %v, want GO-2000-0001 in stdlib", found)
	}
}
