package record_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

func mustRead(tb testing.TB, name string) []byte {
	tb.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return content
}

func mustWrite(tb testing.TB, name string, content []byte) {
	tb.Helper()
	if err := os.WriteFile(name, content, 0o644); err != nil {
		tb.Fatal(err)
	}
}

func want(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %s", err, text)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct{ name, file, content, want string }{
		{"Empty", "experiment.json", "", "experiment.json"},
		{"Half", "experiment.json", `{"schema": 1, "plan": {`, "experiment.json"},
		{"TwoValues", "experiment.json", `{"schema": 1} {"schema": 1}`, "experiment.json"},
		{"List", "experiment.json", `[]`, "experiment.json"},
		{"Null", "experiment.json", `null`, "has schema 0, this program reads 1"},
		{"NoPlan", "experiment.json", `{"schema": 1}`, "the plan: rounds is 0"},
		{"RunOfNewerSchema", "runs/a.json", `{"schema": 2}`, "a.json has schema 2, this program reads 1"},
		{"RunOfNoSchema", "runs/a.json", `{}`, "a.json has schema 0"},
		{"RunNull", "runs/a.json", `null`, "a.json has schema 0"},
		{"RunThatIsNone", "runs/a.json", `{"schema": 1}`, "a.json: round: 0"},
		{"RunBelowZero", "runs/a.json", `{"schema": 1, "round": -1}`, "a.json: round: -1"},
		{"RunOfNumber", "runs/a.json", `{"schema": 1, "round": 1e99}`, "a.json"},
		{"CaseByLetters", "runs/a.json", `{"schema": 1, "round": 1, "attempt": 1, "position": 1, "case": "OFF"}`, `the plan has no "OFF"`},
		{"CountsBelowZero", "runs/a.json", `{"schema": 1, "round": 1, "attempt": 1, "position": 1, "case": "off", "load": {"requests": -1}}`, "a.json"},
		{"NumberInMap", "runs/a.json", `{"schema": 1, "round": 1, "attempt": 1, "position": 1, "case": "off", "series": [{"cpu": {"foo": -1e16}}]}`,
			"run.Series.CPU: -1e+16 is larger than 1e+15"},
		{"NumberBehindPointer", "runs/a.json", `{"schema": 1, "round": 1, "attempt": 1, "position": 1, "case": "off", "processes": {"foo": {"alloc_bytes": 2e15}}}`,
			"run.Processes.Bytes: 2e+15 is larger"},
		{"Switches", "runs/a.json", `{"schema": 1, "round": 1, "attempt": 1, "position": 1, "case": "off", "processes": {"foo": {"context_switches": 18446744073709551615}}}`,
			"run.Processes.Switches: "},
		{"KeyOfMap", "runs/a.json", `{"schema": 1, "round": 1, "attempt": 1, "position": 1, "case": "off", "ledger": {"services": [{"service": "foo", "dropped": {"` +
			strings.Repeat("x", 65<<10) + `": 1}}]}}`, "run.Ledger.Services.Dropped: a text of 66560 bytes, at most 65536"},
	} {
		t.Run(c.name+"/"+filepath.Base(c.file), func(t *testing.T) {
			f := recordtest.MustRecord(t, "quick", 0)
			mustWrite(t, filepath.Join(f.Dir, c.file), []byte(c.content))
			got, err := record.Open(f.Dir)
			want(t, err, "opening a record: ")
			want(t, err, c.want)
			if got != nil {
				t.Error("a record that was refused is handed out")
			}
		})
	}
	t.Run("RunsAreNoFolder", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 0)
		if err := os.Remove(filepath.Join(f.Dir, "runs")); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, filepath.Join(f.Dir, "runs"), nil)
		_, err := record.Open(f.Dir)
		want(t, err, "runs")
	})
	t.Run("RunIsAFolder", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 0)
		if err := os.Mkdir(filepath.Join(f.Dir, "runs", "a.json"), 0o755); err != nil {
			t.Fatal(err)
		}
		_, err := record.Open(f.Dir)
		want(t, err, "a.json is no plain file")
	})
	t.Run("FileIsNoFolder", func(t *testing.T) {
		_, err := record.Open(filepath.Join(recordtest.MustRecord(t, "quick", 0).Dir, "experiment.json"))
		want(t, err, "opening a record: ")
	})
}

// A record without its folder of runs is one without runs.
func TestOpenWithoutRuns(t *testing.T) {
	f := recordtest.MustRecord(t, "quick", 0)
	if err := os.Remove(filepath.Join(f.Dir, "runs")); err != nil {
		t.Fatal(err)
	}
	got, err := record.Open(f.Dir)
	if err != nil || len(got.Runs) != 0 || got.Rounds() != 0 || got.Valid(1, "off") != nil || got.Attempts(1, "off") != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Runs come by round, then attempt, then position, whatever their files are called and however large the numbers are.
func TestOpenSortsRuns(t *testing.T) {
	f := recordtest.MustRecord(t, "quick", 0)
	rng := rand.New(rand.NewPCG(1, 2))
	numbers := []int{1, 2, 999, 1000, 1001, 10_000}
	var all [][3]int
	for _, round := range numbers {
		for _, attempt := range numbers {
			for position := 1; position <= 3; position++ {
				all = append(all, [3]int{round, attempt, position})
			}
		}
	}
	for i, at := range rng.Perm(len(all)) {
		n := all[at]
		text, err := json.Marshal(record.Run{Schema: record.Schema, Round: n[0], Attempt: n[1], Position: n[2], Case: "off"})
		if err != nil {
			t.Fatal(err)
		}
		mustWrite(t, filepath.Join(f.Dir, "runs", strings.Repeat("r", i+1)+".json"), text)
	}
	opened, err := record.Open(f.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var got [][3]int
	for _, r := range opened.Runs {
		got = append(got, [3]int{r.Round, r.Attempt, r.Position})
	}
	if !slices.Equal(got, all) {
		t.Errorf("got %v, want %v", got, all)
	}
}

// What was opened can be written, and is the same when it is opened again: a record that is resumed loses nothing.
func FuzzOpen(f *testing.F) {
	sound := recordtest.MustRecord(f, "quick", 1)
	experiment := mustRead(f, filepath.Join(sound.Dir, "experiment.json"))
	runs, err := filepath.Glob(filepath.Join(sound.Dir, "runs", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range runs {
		f.Add(experiment, mustRead(f, name))
	}
	void := []byte(`{"schema": 1, "round": 10000, "attempt": 10000, "position": 1, "case": "off", "started": "0001-01-01T00:00:00Z"}`)
	f.Add(experiment, void)
	f.Add(bytes.Replace(experiment, []byte(`"rounds": 6`), []byte(`"rounds": 7`), 1), []byte(`{"schema": 1}`))
	f.Add(bytes.Replace(experiment, []byte(`"foo"`), []byte(`"\u0000"`), 1), void)
	f.Add([]byte(`{"schema": 1, "plan": {"margin": "5%", "comparisons": [[]]}}`), []byte("[]"))
	f.Fuzz(func(t *testing.T, experiment, run []byte) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "runs"), 0o755); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, filepath.Join(dir, "experiment.json"), experiment)
		mustWrite(t, filepath.Join(dir, "runs", "a.json"), run)
		opened, err := record.Open(dir)
		if err != nil {
			return
		}
		copied, err := record.Create(filepath.Join(t.TempDir(), "copy"), opened.Experiment)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range opened.Runs {
			if err := copied.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		again, err := record.Open(copied.Dir)
		if err != nil {
			t.Fatalf("what was opened can't be opened again: %v", err)
		}
		again.Dir = opened.Dir
		was, _ := json.Marshal(opened)
		if is, _ := json.Marshal(again); !bytes.Equal(is, was) {
			t.Errorf("got\n%s\nwant\n%s", is, was)
		}
	})
}
