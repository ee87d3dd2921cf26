package settings

import (
	"fmt"
	"os"

	"example.com/foobar/loadgen/atomicfile"
	"example.com/foobar/loadgen/script"
)

// namedFile is a file that the command reads or writes, and what names it.
type namedFile struct{ who, path string }

// CheckOutputs refuses to write where something is read or something else is written, by whatever name.
func (s *Settings) CheckOutputs() error {
	var outputs []namedFile
	for _, out := range []namedFile{{"-summary-export", s.SummaryExport}, {"-summary-json", s.SummaryJSON}} {
		if out.path == "" || out.path == os.DevNull {
			continue
		}
		for _, other := range outputs {
			if sameFile(out.path, other.path, true) {
				return fmt.Errorf("%s %s and %s %s are one file: give each a file of its own", other.who, other.path, out.who, out.path)
			}
		}
		for _, in := range s.inputs() {
			if in.path != "" && sameFile(out.path, in.path, false) {
				return fmt.Errorf("%s %s would overwrite %s %s: name another file", out.who, out.path, in.who, in.path)
			}
		}
		outputs = append(outputs, out)
	}
	return nil
}

// inputs are the files that are read.
func (s *Settings) inputs() []namedFile {
	all := append([]namedFile{{"-config", s.Config}}, s.read...)
	for _, d := range s.script.Data {
		all = append(all, namedFile{"the data", script.Path(s.dir, d.File)})
	}
	for step := range s.allSteps {
		if step.BodyFile != "" {
			all = append(all, namedFile{"the body file", script.Path(s.dir, step.BodyFile)})
		}
	}
	return all
}

// sameFile says whether two paths lead to one file, through links too, whether it is there or not. Streams are the same only
// if asked, for a terminal is read and written.
func sameFile(a, b string, streams bool) bool {
	one, err := os.Stat(a)
	two, err2 := os.Stat(b)
	if err == nil && err2 == nil {
		return os.SameFile(one, two) && (streams || one.Mode().IsRegular())
	}
	x, err := atomicfile.Target(a)
	y, err2 := atomicfile.Target(b)
	return err == nil && err2 == nil && x == y
}
