package settings

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"example.com/foobar/loadgen/convert"
	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/file"
)

// sources are what the names of files end in that are converted before they are run: recorded traffic, scripts of k6.
var sources = []string{".har", ".js", ".mjs", ".cjs", ".ts", ".mts"}

// isSource says whether a file is converted before it is run.
func isSource(name string) bool {
	return slices.Contains(sources, strings.ToLower(filepath.Ext(name)))
}

// readSource reads the file that is to be run as what it becomes when it is converted.
func readSource(s *Settings) error {
	if s.Source == "" {
		return nil
	}
	if s.fileHasRequests() {
		return fmt.Errorf("%s and %s both say what the users do: give one of them", s.described, s.Source)
	}
	return s.readConverted(s.Source)
}

// readConverted converts a file and reads what it becomes, as if that were a file of its own beside it. One that can't be
// converted as a whole is an error.
func (s *Settings) readConverted(name string) error {
	text, err := file.Read(name, convert.MaxSource)
	if err != nil {
		return fmt.Errorf("reading what is to be run: %w", err)
	}
	source := convert.Source{Name: name, Text: text, Dir: filepath.Dir(name), Env: s.variables()}
	d, err := convert.Convert(source, convert.Options{KeepSecrets: true})
	if err != nil {
		return err
	}
	if !d.Whole() {
		return leftOut(name, d)
	}
	for _, variable := range slices.Concat(d.Variables, d.Environment) {
		if value, given := s.environment[variable]; given && s.Env[variable] == "" {
			s.Env[variable] = value
		}
	}
	for _, l := range d.Dropped {
		s.Notices = append(s.Notices, name+": "+l.String())
	}
	converted, err := d.YAML()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := s.parseConfig(name+", converted", converted); err != nil {
		return err
	}
	s.dir, s.described = filepath.Dir(name), name
	return nil
}

// variables are those of the environment, of files that were read, and of -env, which wins.
func (s *Settings) variables() map[string]string {
	all := maps.Clone(s.environment)
	maps.Copy(all, s.Env)
	for _, pair := range s.given {
		name, value, _ := strings.Cut(pair, "=")
		all[name] = value
	}
	return all
}

// leftOut is the error that a file can't be run as it is.
func leftOut(name string, d *draft.Draft) error {
	var b strings.Builder
	for _, l := range d.Left {
		fmt.Fprintf(&b, "\n  %s", l)
	}
	return fmt.Errorf("%s can't be run as it is; loadgen convert %s writes a file of what can be converted. What can't:%s", name, name, b.String())
}
