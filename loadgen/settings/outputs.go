package settings

import (
	"fmt"
	"os"

	"example.com/foobar/loadgen/atomicfile"
	"example.com/foobar/loadgen/script"
)

// namedFile is a file that the command reads or writes, and what names it.
type namedFile struct{ who, path string }

func (f namedFile) String() string {
	if f.who == keyLogVariable {
		return f.who + "=" + f.path
	}
	return f.who + " " + f.path
}

// keyLogVariable names the file that TLS session secrets are added to, in the format that Wireshark reads; the variable is
// that of browsers and curl.
const keyLogVariable = "SSLKEYLOGFILE"

// KeyLog is the file that the secrets of TLS sessions are added to, and the variable that names it; "" is none.
func (s *Settings) KeyLog() (path, variable string) { return s.Getenv(keyLogVariable), keyLogVariable }

// stepSummaryVariable names the file that GitHub shows under a job; the steps of the job share it.
const stepSummaryVariable = "GITHUB_STEP_SUMMARY"

// AddsTo says whether an output is added to what its file holds already, because others write there too.
func (s *Settings) AddsTo(path string) bool {
	shared := s.Getenv(stepSummaryVariable)
	return shared != "" && sameFile(path, shared, true)
}

// summaries are the files that get a form of the summary.
func (s *Settings) summaries() []namedFile {
	return []namedFile{{"-summary-export", s.SummaryExport}, {"-summary-json", s.SummaryJSON},
		{"-summary-markdown", s.SummaryMarkdown}, {"-junit", s.JUnit}}
}

// Outputs are the names of the files that get a form of the summary.
func (s *Settings) Outputs() []string {
	var names []string
	for _, out := range s.summaries() {
		if out.path != "" {
			names = append(names, out.path)
		}
	}
	return names
}

// CheckOutputs refuses to write where something is read or something else is written, by whatever name.
func (s *Settings) CheckOutputs() error {
	var outputs []namedFile
	for _, out := range append(s.summaries(), namedFile{keyLogVariable, s.Getenv(keyLogVariable)}) {
		if out.path == "" || out.path == os.DevNull {
			continue
		}
		for _, other := range outputs {
			if sameFile(out.path, other.path, true) {
				return fmt.Errorf("%s and %s are one file: give each a file of its own", other, out)
			}
		}
		for _, in := range s.inputs() {
			if in.path != "" && sameFile(out.path, in.path, false) {
				return fmt.Errorf("%s would overwrite %s: name another file", out, in)
			}
		}
		outputs = append(outputs, out)
	}
	return nil
}

// inputs are the files that are read.
func (s *Settings) inputs() []namedFile {
	all := append([]namedFile{{"-config", s.Config}, {"the file that is run", s.Source}, {"-cert", s.cert}, {"-key", s.key}}, s.read...)
	for _, name := range s.Baselines {
		all = append(all, namedFile{"-baseline", name})
	}
	for _, d := range s.script.Data {
		if d.File != "" {
			all = append(all, namedFile{"the data", script.Path(s.dir, d.File)})
		}
	}
	for _, name := range s.script.Included() {
		all = append(all, namedFile{"the included file", name})
	}
	for step := range s.allSteps {
		if step.BodyFile != "" {
			all = append(all, namedFile{"the body file", script.Path(s.dir, step.BodyFile)})
		}
		for _, part := range step.Multipart {
			if part.File != "" {
				all = append(all, namedFile{"the file of a form", script.Path(s.dir, part.File)})
			}
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
