package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// inspection is what Inspect makes: a file that means the same for -config, and what it comes to.
type inspection struct {
	load.Options
	Command
	Target string `json:"target"`
	script.Script
	TotalDuration load.Duration `json:"totalDuration"`
	TotalVUs      int           `json:"totalVUs"`
	Scenarios     []string      `json:"plan"`
	// Hidden are the paths of texts that have secrets in them, which are hidden.
	Hidden []string `json:"hidden,omitempty"`
}

// Inspect is a file in JSON that means the same for -config, with what it comes to, and with its secrets hidden. Read knows what
// is hidden, and refuses it.
func (s *Settings) Inspect() ([]byte, error) {
	target := s.URL
	if s.Embedded() {
		target = "http://localhost/foo" // there is none before it is started
	}
	if _, err := s.Compile(target); err != nil {
		return nil, err
	}
	plan, err := engine.PlanOf(&s.Load)
	if err != nil {
		return nil, s.Locate(err)
	}
	i := inspection{Options: s.Load, Command: s.Command, Target: s.targetName(), Script: s.absolute(s.steps(s.URL)),
		TotalDuration: load.Duration(plan.MaxDuration), TotalVUs: plan.MaxVUs}
	for _, scenario := range plan.Scenarios {
		i.Scenarios = append(i.Scenarios, scenario.Name+": "+scenario.Description)
	}
	text, err := i.shown()
	if err != nil {
		return nil, fmt.Errorf("printing the options: %w", err)
	}
	return plain.JSON(text), nil
}

// shown is the inspection as JSON with its secrets hidden.
func (i inspection) shown() ([]byte, error) {
	whole, err := i.text()
	if err != nil {
		return nil, err
	}
	i.Options, i.Script, i.Env = maskOptions(i.Options), maskScript(i.Script), maskValues(i.Env)
	text, err := i.text()
	if err != nil {
		return nil, err
	}
	if i.Hidden, err = hiddenPaths(whole, text); err != nil {
		return nil, err
	}
	return i.text()
}

func (i inspection) text() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(i)
	return text.Bytes(), err
}

// absolute is a script whose files are named in a way that means the same from any folder.
func (s *Settings) absolute(what script.Script) script.Script {
	what.Data = maps.Clone(what.Data)
	for name, d := range what.Data {
		d.File = s.absolutePath(d.File)
		what.Data[name] = d
	}
	for _, steps := range what.Lists() {
		*steps = s.absoluteSteps(*steps)
	}
	what.Functions = maps.Clone(what.Functions)
	for name, f := range what.Functions {
		what.Functions[name] = s.absoluteSteps(f)
	}
	return what
}

func (s *Settings) absoluteSteps(steps []script.Step) []script.Step {
	steps = slices.Clone(steps)
	for i := range steps {
		step := &steps[i]
		step.BodyFile = s.absolutePath(step.BodyFile)
		step.Multipart = slices.Clone(step.Multipart)
		for p := range step.Multipart {
			step.Multipart[p].File = s.absolutePath(step.Multipart[p].File)
		}
		for _, steps := range step.Within() {
			*steps = s.absoluteSteps(*steps)
		}
	}
	return steps
}

func (s *Settings) absolutePath(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	if path, err := filepath.Abs(filepath.Join(s.dir, name)); err == nil {
		return path
	}
	return name
}

// derivedKeys are the keys of what is printed, by "k6 inspect" too, that follow from the others.
var derivedKeys = []string{"target", "totalDuration", "totalVUs", "plan", "hidden"}

// readInspected completes what was read from a file that inspect printed.
func (s *Settings) readInspected(root *file.Node) error {
	if root.Get("totalDuration") != nil && s.layer.Rate == nil {
		s.layer.MaxVUs = nil // with k6's execution requirements, it is how many there will be
	}
	if err := checkHidden(root); err != nil {
		return err
	}
	target := root.Get("target")
	if target == nil || len(s.script.Requests) != 1 || !hasNoURL(s.script.Requests[0]) {
		return nil
	}
	if name, err := target.Text(); err == nil && strings.HasPrefix(name, embeddedTarget) {
		s.step, s.script = s.script.Requests[0], script.Script{}
		think, _ := s.step.Think.Fixed()
		s.think, s.step.Think = &think, ""
	}
	return nil
}

// hasNoURL says whether a step is a request that says nothing of where it goes.
func hasNoURL(s script.Step) bool {
	return len(s.Kinds()) == 0
}

// checkHidden refuses a secret that inspect hid and nobody has written in since: it would be sent as it stands there.
func checkHidden(root *file.Node) error {
	n := root.Get("hidden")
	if n == nil {
		return nil
	}
	var hidden []string
	if err := n.Decode(&hidden); err != nil {
		return err
	}
	for at := range root.All {
		if isHidden(at) && slices.Contains(hidden, at.Path()) {
			return at.Errorf("inspect has hidden a secret here: write it in, or take it from the environment, as ${env.NAME} and -env NAME=...")
		}
	}
	return nil
}

// hiddenPaths are those of texts that differ between a file and the same with its secrets hidden.
func hiddenPaths(whole, shown []byte) ([]string, error) {
	a, err := file.Parse("", whole)
	if err != nil {
		return nil, err
	}
	b, err := file.Parse("", shown)
	if err != nil {
		return nil, err
	}
	var paths []string
	for at := range b.All {
		if !isHidden(at) {
			continue
		}
		if path := at.Path(); !isHidden(a.Find(path)) {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// isHidden says whether n is a text with what stands for a secret in it.
func isHidden(n *file.Node) bool {
	if !n.IsScalar() {
		return false
	}
	text, err := n.Text()
	return err == nil && strings.Contains(text, secret.Mask)
}
