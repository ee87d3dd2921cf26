package record_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

func TestFolder(t *testing.T) {
	f := recordtest.MustRecord(t, "quick", 2)
	t.Run("RoundTrip", func(t *testing.T) {
		got, err := record.Open(f.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Runs) != 6 || got.Rounds() != 2 || got.Experiment.Seed != 42 {
			t.Errorf("got %d runs, %d rounds", len(got.Runs), got.Rounds())
		}
		if want := f.Valid(1, "off"); !reflect.DeepEqual(got.Valid(1, "off"), want) {
			t.Errorf("got %+v, want %+v", got.Valid(1, "off"), want)
		}
	})
	t.Run("NothingHalfWritten", func(t *testing.T) {
		left, err := filepath.Glob(filepath.Join(f.Dir, "*", ".*"))
		if err != nil || len(left) > 0 {
			t.Errorf("left over: %v %v", left, err)
		}
	})
	t.Run("ErrExists", func(t *testing.T) {
		if _, err := record.Create(f.Dir, record.Experiment{}); err == nil || !strings.Contains(err.Error(), "-resume") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrNoRecord", func(t *testing.T) {
		if _, err := record.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "experiment.json") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrSchema", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "experiment.json"), []byte(`{"schema": 99}`), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := record.Open(dir); err == nil || !strings.Contains(err.Error(), "schema 99") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrCorruptRun", func(t *testing.T) {
		if err := os.WriteFile(filepath.Join(f.Dir, "runs", "0009-01-off-1.json"), []byte(`{"schema"`), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := record.Open(f.Dir); err == nil || !strings.Contains(err.Error(), "0009-01-off-1.json") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrUnwritable", func(t *testing.T) {
		if err := record.WriteFile(filepath.Join(t.TempDir(), "nowhere", "file"), nil); err == nil {
			t.Error("written into a folder that isn't there")
		}
	})
}

// Whoever wrote a record, opening it leads nowhere outside of it and to no number that can't be counted with.
func TestOpenValidates(t *testing.T) {
	for _, c := range []struct {
		name, file, old, new, want string
	}{
		{"ServiceThatLeadsOut", "experiment.json", `"name": "bar"`, `"name": "x/../../../PWNED"`, "write letters, digits"},
		{"CaseThatLeadsOut", "experiment.json", `"name": "off-again"`, `"name": "../../off"`, "write letters, digits"},
		{"ServiceWithControls", "experiment.json", `"name": "bar"`, `"name": "\u001b[2J"`, "write letters, digits"},
		{"NoRounds", "experiment.json", `"rounds": 6`, `"rounds": -6`, "rounds is -6"},
		{"CoresWithoutEnd", "experiment.json", `"cores": 2`, `"cores": 1000000000000`, "cores: 1000000000000"},
		{"WrongType", "experiment.json", `"cores": 2`, `"cores": "two"`, "experiment.json"},
		{"RunOfNoCase", "runs/0001-01-CASE-1.json", `"case": "CASE"`, `"case": "../x"`, `the plan has no "../x"`},
		{"RoundWithoutEnd", "runs/0001-01-CASE-1.json", `"round": 1,`, `"round": 1000000000,`, "rounds are from 1 to"},
		{"RoundZero", "runs/0001-01-CASE-1.json", `"round": 1,`, `"round": 0,`, "rounds are from 1 to"},
		{"AttemptZero", "runs/0001-01-CASE-1.json", `"attempt": 1,`, `"attempt": 0,`, "attempts are from 1 to"},
		{"Position", "runs/0001-01-CASE-1.json", `"position": 1,`, `"position": 77,`, "the plan has 3 cases"},
		{"ProcessThatLeadsOut", "runs/0001-01-CASE-1.json", `"generator": {`, `"../../generator": {`, `no service "../../generator"`},
		{"LedgerOfNoService", "runs/0001-01-CASE-1.json", `"service": "bar"`, `"service": "../bar"`, `no service "../bar"`},
		{"NumberWithoutEnd", "runs/0001-01-CASE-1.json", `"lag_p99_us": 300`, `"lag_p99_us": 1e300`, "LagP99: 1e+300 is larger"},
		{"Curve", "runs/0001-01-CASE-1.json", `"curve": [`, `"curve": [1,`, "a curve of"},
		{"Text", "runs/0001-01-CASE-1.json", `"shown": "all 6000 passed"`, `"shown": "` + strings.Repeat("x", 1<<17) + `"`, "a text of"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := recordtest.MustRecord(t, "quick", 1)
			of := ""
			for _, r := range f.Runs {
				if r.Position == 1 {
					of = r.Case
				}
			}
			name := filepath.Join(f.Dir, strings.ReplaceAll(c.file, "CASE", of))
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			old, new := strings.ReplaceAll(c.old, "CASE", of), strings.ReplaceAll(c.new, "CASE", of)
			if !strings.Contains(string(text), old) {
				t.Fatalf("no %s in %s", old, text)
			}
			if err := os.WriteFile(name, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := record.Open(f.Dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	t.Run("NoPlainFile", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 1)
		if err := os.Symlink(os.DevNull, filepath.Join(f.Dir, "runs", "0009-01-off-1.json")); err != nil {
			t.Skip(err)
		}
		if _, err := record.Open(f.Dir); err == nil || !strings.Contains(err.Error(), "is no plain file") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("TooLarge", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 1)
		if err := os.Truncate(filepath.Join(f.Dir, "experiment.json"), 17<<20); err != nil {
			t.Fatal(err)
		}
		if _, err := record.Open(f.Dir); err == nil || !strings.Contains(err.Error(), "is larger than") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("OtherFilesAreLeftAlone", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 1)
		for _, name := range []string{".0001-01-off-1.json-123", "notes.txt", ".x.json"} {
			if err := os.WriteFile(filepath.Join(f.Dir, "runs", name), []byte("{"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := record.Open(f.Dir); err != nil || len(got.Runs) != 3 {
			t.Errorf("got %v", err)
		}
	})
}

func TestWriteFile(t *testing.T) {
	f := recordtest.MustRecord(t, "quick", 0)
	for _, name := range []string{"../PWNED", "/tmp/PWNED", "a/../../PWNED", ""} {
		if err := f.WriteFile(name, nil); err == nil || !strings.Contains(err.Error(), "leads out of") {
			t.Errorf("%q: got %v", name, err)
		}
	}
	for link, name := range map[string]string{"linked.txt": "linked.txt", "linked": "linked/report.txt"} {
		outside := t.TempDir()
		if err := os.Symlink(filepath.Join(outside, "target"), filepath.Join(f.Dir, link)); err != nil {
			t.Skip(err)
		}
		if err := f.WriteFile(name, []byte("x")); err == nil || !strings.Contains(err.Error(), "is a link") {
			t.Errorf("%s: got %v", name, err)
		}
		if left, _ := os.ReadDir(outside); len(left) > 0 {
			t.Errorf("%s: written to %s", name, left[0].Name())
		}
	}
	if err := f.WriteFile("report.txt", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := f.WriteFile("report.txt", []byte("two")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(f.Dir, "report.txt")); err != nil || string(got) != "two" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAttempts(t *testing.T) {
	f := recordtest.MustRecord(t, "quick", 2)
	void := *f.Valid(2, "off")
	void.Attempt, void.Gates = 2, nil
	if err := f.Add(&void); err != nil {
		t.Fatal(err)
	}
	if f.Attempts(2, "off") != 2 || f.Attempts(1, "off") != 1 || f.Attempts(3, "off") != 0 {
		t.Errorf("got %d, %d and %d", f.Attempts(2, "off"), f.Attempts(1, "off"), f.Attempts(3, "off"))
	}
	if f.Valid(2, "off").Attempt != 1 || f.Valid(3, "off") != nil || f.Valid(1, "nowhere") != nil {
		t.Error("another run counts")
	}
	f.Experiment.Plan.Rounds = 9
	if err := f.Replan(); err != nil {
		t.Fatal(err)
	}
	got, err := record.Open(f.Dir)
	if err != nil || got.Experiment.Plan.Rounds != 9 || len(got.Runs) != 7 || got.Runs[6].Attempt != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
}
