package record_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

func TestCreate(t *testing.T) {
	t.Run("MakesWhatLeadsThere", func(t *testing.T) {
		p, err := plan.Preset(plan.Quick, "/workspace")
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "a", "b[1]")
		f, err := record.Create(dir, record.Experiment{Plan: *p, Seed: math.MaxUint64, Schema: 77})
		if err != nil {
			t.Fatal(err)
		}
		got, err := record.Open(dir)
		if err != nil || got.Experiment.Schema != record.Schema || got.Experiment.Seed != math.MaxUint64 {
			t.Errorf("got %+v, %v", got, err)
		}
		if f.Dir != dir || len(f.Runs) != 0 || f.Rounds() != 0 {
			t.Errorf("got %+v", f)
		}
	})
	t.Run("FilesOfOthersAreLeftAlone", func(t *testing.T) {
		dir := t.TempDir()
		mustWrite(t, filepath.Join(dir, "notes.txt"), []byte("mine"))
		if _, err := record.Create(dir, record.Experiment{}); err != nil {
			t.Fatal(err)
		}
		if got := string(mustRead(t, filepath.Join(dir, "notes.txt"))); got != "mine" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("ErrRunsOfAnother", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 1)
		if err := os.Remove(filepath.Join(f.Dir, "experiment.json")); err != nil {
			t.Fatal(err)
		}
		_, err := record.Create(f.Dir, f.Experiment)
		want(t, err, "holds runs of another experiment: choose another -out")
		if _, err := os.Stat(filepath.Join(f.Dir, "experiment.json")); err == nil {
			t.Error("the plan is written beside runs of another")
		}
	})
	t.Run("ErrAFileIsThere", func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "taken")
		mustWrite(t, name, nil)
		_, err := record.Create(name, record.Experiment{})
		want(t, err, "creating a record: ")
	})
	t.Run("ErrRunsLeadOut", func(t *testing.T) {
		outside, dir := t.TempDir(), t.TempDir()
		if err := os.Symlink(outside, filepath.Join(dir, "runs")); err != nil {
			t.Skip(err)
		}
		f, err := record.Create(dir, record.Experiment{})
		if err == nil {
			err = f.Add(&record.Run{Round: 1, Position: 1, Attempt: 1, Case: "off"})
		}
		want(t, err, "runs is a link")
		if left, _ := os.ReadDir(outside); len(left) > 0 {
			t.Errorf("written to %s", left[0].Name())
		}
	})
}

func TestAdd(t *testing.T) {
	t.Run("NameTellsTheRun", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 0)
		if err := f.Add(&record.Run{Round: 3, Position: 2, Attempt: 1, Case: "tail-20"}); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(f.Dir, "runs", "0003-02-tail-20-1.json")); err != nil {
			t.Error(err)
		}
	})
	t.Run("ErrLeadsOut", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 0)
		for _, name := range []string{"/../../../PWNED", "x/../../../PWNED"} {
			if err := f.Add(&record.Run{Round: 1, Position: 1, Attempt: 1, Case: name}); err == nil {
				t.Errorf("%s: written", name)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(f.Dir), "PWNED*")); len(left) > 0 || len(f.Runs) != 0 {
			t.Errorf("written %v, and %d runs kept", left, len(f.Runs))
		}
	})
	t.Run("ErrNoNumber", func(t *testing.T) { // what JSON can't hold is no file, and no run of the folder
		f := recordtest.MustRecord(t, "quick", 0)
		r := &record.Run{Round: 1, Position: 1, Attempt: 1, Case: "off", Load: record.Load{AchievedRate: math.NaN()}}
		want(t, f.Add(r), "encoding runs")
		if left, _ := os.ReadDir(filepath.Join(f.Dir, "runs")); len(left) > 0 || len(f.Runs) != 0 {
			t.Errorf("left %v, and %d runs", left, len(f.Runs))
		}
	})
	t.Run("ErrFolderIsGone", func(t *testing.T) {
		f := recordtest.MustRecord(t, "quick", 0)
		if err := os.RemoveAll(f.Dir); err != nil {
			t.Fatal(err)
		}
		if err := f.Add(&record.Run{Round: 1, Position: 1, Attempt: 1, Case: "off"}); err == nil || len(f.Runs) != 0 {
			t.Errorf("got %v, and %d runs", err, len(f.Runs))
		}
	})
}

func TestVoid(t *testing.T) {
	ok, failed := record.Gate{Name: "checks", OK: true}, record.Gate{Name: "lag"}
	for _, c := range []struct {
		gates []record.Gate
		want  bool
	}{
		{nil, true}, // nothing was looked at
		{[]record.Gate{ok}, false},
		{[]record.Gate{ok, failed}, true},
		{[]record.Gate{failed, ok}, true},
	} {
		if got := (&record.Run{Gates: c.gates}).Void(); got != c.want {
			t.Errorf("%+v: got %v", c.gates, got)
		}
	}
}

// The record of a round in which some runs failed goes on where it was left: by void runs, attempts, and rounds.
func TestResumedRecord(t *testing.T) {
	f := recordtest.MustRecord(t, "quick", 3)
	again := *f.Valid(3, "tail-20")
	f.Valid(3, "tail-20").Gates = []record.Gate{{Name: "lag", Shown: "late"}}
	for _, r := range f.Runs {
		if r.Void() {
			if err := f.Add(r); err != nil { // over its own file
				t.Fatal(err)
			}
		}
	}
	opened, err := record.Open(f.Dir)
	if err != nil || len(opened.Runs) != 9 {
		t.Fatalf("got %v", err)
	}
	if opened.Valid(3, "tail-20") != nil || opened.Attempts(3, "tail-20") != 1 || opened.Rounds() != 3 {
		t.Errorf("got %+v, %d attempts, %d rounds, want a void run", opened.Valid(3, "tail-20"), opened.Attempts(3, "tail-20"), opened.Rounds())
	}
	again.Attempt, again.Gates = 2, []record.Gate{{Name: "lag", OK: true}}
	if err := opened.Add(&again); err != nil {
		t.Fatal(err)
	}
	if opened, err = record.Open(f.Dir); err != nil || len(opened.Runs) != 10 || !reflect.DeepEqual(opened.Valid(3, "tail-20"), &again) {
		t.Errorf("got %v, want the second attempt to count", err)
	}
}
