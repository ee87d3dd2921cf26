package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"
)

// maxFile bounds a plan's file.
const maxFile = 1 << 20

// LoadFile reads a plan from a YAML file. A key that isn't known is an error that names the nearest one that is.
func LoadFile(name string) (*Plan, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening the plan: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("reading the plan: %s is larger than %d bytes", name, maxFile)
	}
	p, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if p.Dir, err = filepath.Abs(filepath.Dir(name)); err != nil {
		return nil, fmt.Errorf("finding the plan's folder: %w", err)
	}
	return p, nil
}

// Parse reads a plan from YAML, fills in the defaults and validates it.
func Parse(text []byte) (*Plan, error) {
	p := &Plan{}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(p); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the plan is empty: 'overhead init' writes an example")
		}
		return nil, explain(err)
	}
	p.fill()
	return p, p.Validate()
}

// unknown is how the YAML package reports a key that isn't known.
var unknown = regexp.MustCompile(`^line (\d+): field (.+) not found in type plan\.(\w+)$`)

// explain adds the nearest known key to errors about unknown ones.
func explain(err error) error {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("parsing YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	lines := make([]string, len(wrong.Errors))
	for i, line := range wrong.Errors {
		lines[i] = line
		if m := unknown.FindStringSubmatch(line); m != nil {
			lines[i] = fmt.Sprintf("line %s: %q is not known here%s", m[1], m[2], nearest(m[2], keys(m[3])))
		}
	}
	return errors.New(strings.Join(lines, "; "))
}

// keys are the YAML keys of the struct type of that name.
func keys(name string) []string {
	for _, v := range []any{Plan{}, Service{}, Load{}, Case{}, Timing{}, Limits{}} {
		if t := reflect.TypeOf(v); t.Name() == name {
			var out []string
			for i := range t.NumField() {
				if key := t.Field(i).Tag.Get("yaml"); key != "-" {
					out = append(out, key)
				}
			}
			return out
		}
	}
	return nil
}

// nearest is "; did you mean ...?" for the known name that is closest to got, or the list of all.
func nearest(got string, known []string) string {
	best, distance := "", len(got)/2+2
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(got), k); d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return "; known are " + strings.Join(known, ", ")
}
