package record

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/foobar/loadgen/atomicfile"
	"example.com/foobar/loadgen/file"
)

// Names inside a folder.
const (
	experimentFile = "experiment.json"
	runsFolder     = "runs"
)

// maxFile bounds a file, and maxRecord all of a record's runs together.
const (
	maxFile   = 16 << 20
	maxRecord = 1 << 30
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
	if left, err := runFiles(dir); err != nil {
		return nil, fmt.Errorf("creating a record: %w", err)
	} else if len(left) > 0 {
		return nil, fmt.Errorf("creating a record: %s holds runs of another experiment: choose another -out", dir)
	}
	if err := os.MkdirAll(filepath.Join(dir, runsFolder), 0o755); err != nil {
		return nil, fmt.Errorf("creating a record: %w", err)
	}
	e.Schema = Schema
	f := &Folder{Dir: dir, Experiment: e}
	return f, f.writeJSON(experimentFile, e)
}

// Open reads a record and validates it: whoever wrote it, its names are words, its runs belong to its plan, and its numbers and
// sizes are those of an experiment.
func Open(dir string) (*Folder, error) {
	f := &Folder{Dir: dir}
	if _, err := readJSON(filepath.Join(dir, experimentFile), &f.Experiment); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("opening a record: %s holds no %s: name the folder that a run printed at its end", dir, experimentFile)
		}
		return nil, fmt.Errorf("opening a record: %w", err)
	}
	if f.Experiment.Schema != Schema {
		return nil, fmt.Errorf("opening a record: %s has schema %d, this program reads %d", dir, f.Experiment.Schema, Schema)
	}
	if err := f.Experiment.validate(); err != nil {
		return nil, fmt.Errorf("opening a record: %s: %w", filepath.Join(dir, experimentFile), err)
	}
	if err := f.readRuns(); err != nil {
		return nil, fmt.Errorf("opening a record: %w", err)
	}
	slices.SortFunc(f.Runs, func(a, b *Run) int {
		return cmp.Or(cmp.Compare(a.Round, b.Round), cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(a.Position, b.Position))
	})
	return f, nil
}

// runFiles are the files of the runs below dir: none where there is no folder of runs.
func runFiles(dir string) ([]string, error) {
	dir = filepath.Join(dir, runsFolder)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".json" && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names, nil
}

func (f *Folder) readRuns() error {
	names, err := runFiles(f.Dir)
	if err != nil {
		return err
	}
	left := int64(maxRecord)
	for _, name := range names {
		r := &Run{}
		size, err := readJSON(name, r)
		if err != nil {
			return err
		}
		if left -= size; left < 0 {
			return fmt.Errorf("the runs are larger than %d bytes", int64(maxRecord))
		}
		if r.Schema != Schema {
			return fmt.Errorf("%s has schema %d, this program reads %d", name, r.Schema, Schema)
		}
		if err := r.validate(&f.Experiment.Plan); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		f.Runs = append(f.Runs, r)
	}
	return nil
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

// WriteFile writes a file of the folder, whole or not at all. A name that leads out of the folder is an error.
func (f *Folder) WriteFile(name string, content []byte) error {
	if !filepath.IsLocal(name) {
		return fmt.Errorf("writing %q: the name leads out of the record's folder", name)
	}
	for at := name; at != "."; at = filepath.Dir(at) {
		if info, err := os.Lstat(filepath.Join(f.Dir, at)); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("writing %q: %s is a link, which may lead out of the record's folder: remove it", name, at)
		}
	}
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

// readJSON reads a file and returns its size. What is no plain file, or too large, is an error.
func readJSON(name string, v any) (int64, error) {
	if info, err := os.Stat(name); err != nil {
		return 0, err
	} else if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("%s is no plain file", name)
	}
	content, err := file.Read(name, maxFile)
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(content, v); err != nil {
		return 0, fmt.Errorf("reading %s: %w", name, err)
	}
	return int64(len(content)), nil
}
