package record_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/specimen"
)

func TestFolder(t *testing.T) {
	f := specimen.MustRecord(t, "quick", 2)
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
