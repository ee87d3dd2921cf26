package report

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

// Whatever a record holds that can be opened, every report of it is drawn.
func FuzzRecord(f *testing.F) {
	sound := recordtest.MustRecord(f, "quick", 1)
	experiment, err := os.ReadFile(filepath.Join(sound.Dir, "experiment.json"))
	if err != nil {
		f.Fatal(err)
	}
	runs, err := filepath.Glob(filepath.Join(sound.Dir, "runs", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range runs {
		run, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(experiment, run)
	}
	f.Add(experiment, []byte(`{"schema":1,"round":1,"position":1,"attempt":1,"case":"off","gates":[{"ok":true}],"load":{"requests":1}}`))
	f.Add(experiment, []byte(`{"schema":1,"round":9999,"position":1,"attempt":1,"case":"tail-20","gates":[{"ok":true}],"load":{"requests":1,"window_seconds":-1},"processes":{"foo":{"user_seconds":-1e15}}}`))
	f.Fuzz(func(t *testing.T, experiment, run []byte) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "runs"), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{"experiment.json": experiment, "runs/a.json": run, "runs/b.json": run} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		opened, err := record.Open(dir)
		if err != nil {
			return
		}
		a := analysis.New(opened)
		for name, draw := range drawings {
			if name == "html" && len(run)%8 > 0 {
				continue // its pictures take long
			}
			var b bytes.Buffer
			if err := draw(&b, a); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
