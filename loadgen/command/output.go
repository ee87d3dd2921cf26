package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"example.com/foobar/loadgen/atomicfile"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/summary"
)

// output is a file that gets the summary: whole, or not at all. It is opened before the load, so that nobody waits an hour
// to hear that it can't be written.
type output struct {
	flag, path string
	write      func(io.Writer, *metrics.Snapshot, summary.Options) error
	file       *atomicfile.File
	direct     *os.File // a pipe or a device: nothing to rename
}

func (s *session) openOutputs() error {
	if err := s.o.checkOutputs(); err != nil {
		return invalid(err)
	}
	for _, out := range []*output{
		{flag: "summary-export", path: s.o.exportFile, write: summary.Export},
		{flag: "summary-json", path: s.o.jsonFile, write: summary.JSON},
	} {
		if out.path == "" {
			continue
		}
		if err := out.open(); err != nil {
			if path := new(fs.PathError); errors.As(err, &path) {
				err = path.Err // its path is that of a temporary file
			}
			return &codedError{exitOutputFailed, fmt.Errorf("-%s %s can't be written: %w", out.flag, out.path, err)}
		}
		s.outputs = append(s.outputs, out)
	}
	return nil
}

func (out *output) open() (err error) {
	info, err := os.Stat(out.path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("it is a directory; name a file in it")
	case err == nil && isStream(info):
		out.direct, err = os.OpenFile(out.path, os.O_WRONLY|os.O_APPEND, 0)
	default:
		out.file, err = atomicfile.Create(out.path)
	}
	return err
}

// isStream says whether a file is written as it comes: a pipe, a device, or that to which standard output or standard error
// was sent, whose other lines must stay.
func isStream(info fs.FileInfo) bool {
	if !info.Mode().IsRegular() {
		return true
	}
	for _, std := range []*os.File{os.Stdout, os.Stderr} {
		if to, err := std.Stat(); err == nil && os.SameFile(info, to) {
			return true
		}
	}
	return false
}

// finish writes the summary and puts the file in its place.
func (out *output) finish(snapshot *metrics.Snapshot, o summary.Options) error {
	if err := out.end(snapshot, o); err != nil {
		return fmt.Errorf("writing -%s %s: %w", out.flag, out.path, err)
	}
	return nil
}

func (out *output) end(snapshot *metrics.Snapshot, o summary.Options) error {
	if out.direct != nil {
		return errors.Join(out.write(out.direct, snapshot, o), out.direct.Close())
	}
	if err := out.write(out.file, snapshot, o); err != nil {
		return err
	}
	file := out.file
	out.file = nil
	return file.Commit()
}

// discardOutputs removes what was begun and not finished.
func (s *session) discardOutputs() {
	for _, out := range s.outputs {
		if out.file != nil {
			out.file.Discard()
		}
	}
}

// place is a file that the command reads or writes, and what names it.
type place struct{ who, path string }

// checkOutputs refuses to write where something is read or something else is written, by whatever name.
func (o *options) checkOutputs() error {
	var outputs []place
	for _, out := range []place{{"-summary-export", o.exportFile}, {"-summary-json", o.jsonFile}} {
		if out.path == "" || out.path == os.DevNull {
			continue
		}
		for _, other := range outputs {
			if same(out.path, other.path, true) {
				return fmt.Errorf("%s %s and %s %s are one file: give each a file of its own", other.who, other.path, out.who, out.path)
			}
		}
		for _, in := range o.inputs() {
			if in.path != "" && same(out.path, in.path, false) {
				return fmt.Errorf("%s %s would overwrite %s %s: name another file", out.who, out.path, in.who, in.path)
			}
		}
		outputs = append(outputs, out)
	}
	return nil
}

// inputs are the files that are read.
func (o *options) inputs() []place {
	all := append([]place{{"-config", o.config}}, o.read...)
	for _, d := range o.script.Data {
		all = append(all, place{"the data", script.Path(o.dir, d.File)})
	}
	var steps func(list []script.Step)
	steps = func(list []script.Step) {
		for _, s := range list {
			if s.BodyFile != "" {
				all = append(all, place{"the body file", script.Path(o.dir, s.BodyFile)})
			}
			steps(s.Requests)
			steps(s.Batch)
		}
	}
	steps(o.allSteps())
	return all
}

// same says whether two paths lead to one file, through links too, whether it is there or not. Streams are the same only
// if asked, for a terminal is read and written.
func same(a, b string, streams bool) bool {
	one, err := os.Stat(a)
	two, err2 := os.Stat(b)
	if err == nil && err2 == nil {
		return os.SameFile(one, two) && (streams || one.Mode().IsRegular())
	}
	x, err := atomicfile.Target(a)
	y, err2 := atomicfile.Target(b)
	return err == nil && err2 == nil && x == y
}
