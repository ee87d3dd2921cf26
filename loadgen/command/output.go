package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"example.com/foobar/loadgen/atomicfile"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// output is a file that gets the summary: whole, or not at all. It is opened before the load, so that nobody waits an hour
// to hear that it can't be written.
type output struct {
	flag, path string
	write      func(io.Writer, *metrics.Snapshot, summary.Options) error
	adds       bool // to what is in the file
	file       *atomicfile.File
	direct     *os.File // a pipe, a device, or a file that is added to: nothing to rename
}

func (s *session) openOutputs() error {
	if err := s.settings.CheckOutputs(); err != nil {
		return err
	}
	for _, out := range []*output{
		{flag: "summary-export", path: s.settings.SummaryExport, write: summary.Export},
		{flag: "summary-json", path: s.settings.SummaryJSON, write: summary.JSON},
		{flag: "summary-markdown", path: s.settings.SummaryMarkdown, write: summary.Markdown, adds: s.settings.AddsTo(s.settings.SummaryMarkdown)},
		{flag: "junit", path: s.settings.JUnit, write: summary.JUnit},
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
	case out.adds:
		out.direct, err = os.OpenFile(out.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
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

// openKeyLog opens the file for the secrets of TLS sessions, if there is to be one, and says so, because whoever reads it can read the
// traffic.
func (s *session) openKeyLog() (*os.File, error) {
	path, variable := s.settings.KeyLog()
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, &codedError{exitOutputFailed, fmt.Errorf("%s=%s can't be written: %w; name another file, or unset it", variable, path, err)}
	}
	s.screen.warn("warning: the secrets of all TLS sessions are written to " + strings.ToValidUTF8(path, "?") + " (" + variable +
		"): whoever can read that file can read the traffic of this test")
	return file, nil
}
