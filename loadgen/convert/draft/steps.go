package draft

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/foobar/loadgen/script"
)

// steps are a list of steps, their comments above them. A comment without a step stands above the next one, or at the end.
func (e *encoder) steps(all []script.Step) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	above := ""
	for _, s := range all {
		above += comment(s.Comment)
		if commentOnly(s) {
			continue
		}
		one := e.step(s)
		one.HeadComment, above = strings.TrimSuffix(above, "\n"), ""
		n.Content = append(n.Content, one)
	}
	if above != "" {
		end := plainScalar("")
		end.HeadComment = strings.TrimSuffix(above, "\n")
		n.Content, e.ends = append(n.Content, end), append(e.ends, end)
	}
	return n
}

// commentOnly says whether a step does nothing and has something to say.
func commentOnly(s script.Step) bool {
	said := s.Comment != ""
	s.Comment = ""
	return said && reflect.ValueOf(s).IsZero()
}

// prune makes a comment of each step that has no step left within it, since a group without steps can't be run.
func prune(all []script.Step) []script.Step {
	out := make([]script.Step, 0, len(all))
	for _, s := range all {
		hollow := false
		for _, within := range s.Within() {
			*within = prune(*within)
			if len(*within) > 0 && !slices.ContainsFunc(*within, does) {
				for _, one := range *within {
					s.Comment = joined(s.Comment, one.Comment)
				}
				*within, hollow = nil, true
			}
		}
		if hollow && !slices.ContainsFunc(s.Within(), func(l *[]script.Step) bool { return len(*l) > 0 }) && !acts(s) {
			s = script.Step{Comment: s.Comment}
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return all
	}
	return out
}

func does(s script.Step) bool { return !commentOnly(s) }

// acts says whether s does something besides the steps within it.
func acts(s script.Step) bool {
	return s.URL != "" || s.Call != "" || s.Set != nil || s.Log != "" || s.Fail != "" || s.Abort != "" || s.Record != nil || s.Checks != nil || s.Think != ""
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n" + b
}

// order is how a person writes the keys of a step; those that are not named come between, in the order of their fields.
var order = []string{"name", "if", "weight", "group", "batch", "once", "repeat", "until", "while", "each", "pick", "call", "set",
	"method", "url"}

// step is one step, its keys in order.
func (e *encoder) step(s script.Step) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	e.fields(n, reflect.ValueOf(s))
	type pair struct{ key, value *yaml.Node }
	pairs := []pair{}
	for i := 0; i < len(n.Content); i += 2 {
		pairs = append(pairs, pair{n.Content[i], n.Content[i+1]})
	}
	rank := func(key string) int {
		if key == "set" && s.URL != "" { // it is done after the response
			return len(order)
		}
		return rank(key)
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return rank(a.key.Value) - rank(b.key.Value) })
	n.Content = n.Content[:0]
	for _, p := range pairs {
		n.Content = append(n.Content, p.key, p.value)
	}
	return n
}

func rank(key string) int {
	switch i := slices.Index(order, key); {
	case i >= 0:
		return i
	case key == "else":
		return len(order) + 1
	}
	return len(order)
}
