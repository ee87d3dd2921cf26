package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// output is a file that gets the summary: whole, or not at all. It is opened before the load, so that nobody waits an hour
// to hear that it can't be written.
type output struct {
	flag, path string
	write      func(io.Writer, *metrics.Snapshot, summary.Options) error
	file       *os.File
	direct     bool // a pipe or a device: nothing to rename
}

func (s *session) openOutputs() error {
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
	if err == nil && info.IsDir() {
		return fmt.Errorf("it is a directory; name a file in it")
	}
	if err == nil && !info.Mode().IsRegular() {
		out.direct = true
		out.file, err = os.OpenFile(out.path, os.O_WRONLY, 0)
		return err
	}
	out.file, err = os.CreateTemp(filepath.Dir(out.path), "."+filepath.Base(out.path)+"-*")
	return err
}

// finish writes the summary and puts the file in its place.
func (out *output) finish(snapshot *metrics.Snapshot, o summary.Options) error {
	err := out.write(out.file, snapshot, o)
	if err == nil && !out.direct {
		err = out.file.Chmod(0o644)
	}
	if err == nil && !out.direct {
		err = out.file.Sync()
	}
	if closed := out.file.Close(); err == nil {
		err = closed
	}
	if err == nil && !out.direct {
		err = os.Rename(out.file.Name(), out.path)
	}
	if err != nil {
		return fmt.Errorf("writing -%s %s: %w", out.flag, out.path, err)
	}
	out.file = nil
	return nil
}

// discardOutputs removes what was begun and not finished.
func (s *session) discardOutputs() {
	for _, out := range s.outputs {
		if out.file == nil {
			continue
		}
		out.file.Close()
		if !out.direct {
			os.Remove(out.file.Name())
		}
	}
}
