package command

import (
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// What "loadgen inspect" and "k6 inspect" print is a file for -config that means the same.

// derived are the keys of it that follow from the others.
var derived = []string{"target", "totalDuration", "totalVUs", "plan", "hidden"}

// readInspected completes what was read from a file that inspect printed.
func (o *options) readInspected(root *file.Node) error {
	if root.Get("totalDuration") != nil && o.layer.Rate == nil {
		o.layer.MaxVUs = nil // with k6's execution requirements, it is how many there will be
	}
	if err := checkHidden(root); err != nil {
		return err
	}
	target := root.Get("target")
	if target == nil || len(o.script.Requests) != 1 || !unaddressed(o.script.Requests[0]) {
		return nil
	}
	if name, err := target.Text(); err == nil && strings.HasPrefix(name, embeddedTarget) {
		o.step, o.script = o.script.Requests[0], script.Script{}
		o.think, o.step.Think = new(time.Duration(o.step.Think)), 0
	}
	return nil
}

// unaddressed says whether a step is a request that says nothing of where it goes.
func unaddressed(s script.Step) bool {
	return s.URL == "" && s.Batch == nil && s.Group == "" && s.Requests == nil
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
