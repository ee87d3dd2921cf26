package plan

import (
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// maxFile bounds a plan's file.
const maxFile = 1 << 20

// LoadFile reads a plan from a YAML file. Whatever is wrong is told with its line and key, and a key that isn't known with the
// nearest one that is.
func LoadFile(name string) (*Plan, error) {
	text, err := file.Read(name, maxFile)
	if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	p, err := parse(name, text)
	if err != nil {
		return nil, err
	}
	if p.Dir, err = filepath.Abs(filepath.Dir(name)); err != nil {
		return nil, fmt.Errorf("finding the plan's folder: %w", err)
	}
	return p, nil
}

// Parse reads a plan from YAML, fills in the defaults and validates it.
func Parse(text []byte) (*Plan, error) { return parse("", text) }

func parse(name string, text []byte) (*Plan, error) {
	root, err := file.Parse(name, text)
	if err != nil {
		return nil, err
	}
	if root.IsMap() && len(root.Keys()) == 0 {
		return nil, errors.New("the plan is empty: 'overhead init' writes an example")
	}
	root.NotK6()
	p := defaults() // what the file says is laid over them, so that 0 is 0
	if err := root.Decode(p); err != nil {
		return nil, err
	}
	p.complete()
	if err := p.Validate(); err != nil {
		return nil, placed(root, err)
	}
	return p, nil
}

// placed says of everything that is wrong with a plan where in its file that stands.
func placed(root *file.Node, err error) error {
	var problems load.OptionErrors
	if !errors.As(err, &problems) {
		return err
	}
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = &file.Error{Place: root.Find(p.Path).Place(), Err: p}
	}
	return errors.Join(errs...)
}

// Example is a commented plan that 'overhead init' writes.
//
//go:embed example.yaml
var Example []byte
