package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"example.com/foobar/loadgen/atomicfile"
	"example.com/foobar/loadgen/file"
)

// Names inside a folder.
const (
	experimentFile = "experiment.json"
	runsFolder     = "runs"
	maxFile        = 64 << 20
)

// Folder is an experiment's record. Files in it appear whole or not at all.
type Folder struct {
	Dir        string
	Experiment Experiment
	Runs       []*Run
}

// Create makes the folder and its first file; a folder that holds an experiment already is an error.
func Create(dir string, e Experiment) (*Folder, error) {
	if _, err := os.Stat(filepath.Join(dir, experimentFile)); err == nil {
		return nil, fmt.Errorf("creating a record: %s holds an experiment already: add rounds with -resume %s or choose another -out", dir, dir)
	}
	if err := os.MkdirAll(filepath.Join(dir, runsFolder), 0o755); err != nil {
		return nil, fmt.Errorf("creating a record: %w", err)
	}
	e.Schema = Schema
	f := &Folder{Dir: dir, Experiment: e}
	return f, f.writeJSON(experimentFile, e)
}

// Open reads a record.
func Open(dir string) (*Folder, error) {
	f := &Folder{Dir: dir}
	if err := readJSON(filepath.Join(dir, experimentFile), &f.Experiment); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("opening a record: %s holds no %s: name the folder that a run printed at its end", dir, experimentFile)
		}
		return nil, fmt.Errorf("opening a record: %w", err)
	}
	if f.Experiment.Schema != Schema {
		return nil, fmt.Errorf("opening a record: %s has schema %d, this program reads %d", dir, f.Experiment.Schema, Schema)
	}
	names, err := filepath.Glob(filepath.Join(dir, runsFolder, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("opening a record: %w", err)
	}
	for _, name := range names {
		r := &Run{}
		if err := readJSON(name, r); err != nil {
			return nil, fmt.Errorf("opening a record: %w", err)
		}
		if r.Schema != Schema {
			return nil, fmt.Errorf("opening a record: %s has schema %d, this program reads %d", name, r.Schema, Schema)
		}
		f.Runs = append(f.Runs, r)
	}
	slices.SortFunc(f.Runs, func(a, b *Run) int {
		return 1_000_000*(a.Round-b.Round) + 1000*(a.Attempt-b.Attempt) + a.Position - b.Position
	})
	return f, nil
}

// Add writes a run into the folder.
func (f *Folder) Add(r *Run) error {
	r.Schema = Schema
	name := fmt.Sprintf("%04d-%02d-%s-%d.json", r.Round, r.Position, r.Case, r.Attempt)
	if err := f.writeJSON(filepath.Join(runsFolder, name), r); err != nil {
		return err
	}
	f.Runs = append(f.Runs, r)
	return nil
}

// Replan rewrites the plan, for a record that is resumed with more rounds.
func (f *Folder) Replan() error { return f.writeJSON(experimentFile, f.Experiment) }

// Rounds is the number of the last round with a run in it.
func (f *Folder) Rounds() int {
	n := 0
	for _, r := range f.Runs {
		n = max(n, r.Round)
	}
	return n
}

// Valid is the run that counts for a case in a round, nil when there is none.
func (f *Folder) Valid(round int, name string) *Run {
	for _, r := range f.Runs {
		if r.Round == round && r.Case == name && !r.Void() {
			return r
		}
	}
	return nil
}

// Attempts is how often a case was tried in a round.
func (f *Folder) Attempts(round int, name string) int {
	n := 0
	for _, r := range f.Runs {
		if r.Round == round && r.Case == name {
			n = max(n, r.Attempt)
		}
	}
	return n
}

// WriteFile writes a file of the folder, whole or not at all.
func (f *Folder) WriteFile(name string, content []byte) error {
	return WriteFile(filepath.Join(f.Dir, name), content)
}

func (f *Folder) writeJSON(name string, v any) error {
	content, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", name, err)
	}
	return f.WriteFile(name, append(content, '\n'))
}

// WriteFile writes a file whole or not at all: beside its name first, then renamed.
func WriteFile(name string, content []byte) error {
	if err := atomicfile.Write(name, content); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

func readJSON(name string, v any) error {
	content, err := file.Read(name, maxFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, v); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}
