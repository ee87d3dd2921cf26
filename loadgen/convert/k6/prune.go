package k6

import (
	"encoding/json"
	"regexp"
	"slices"

	"example.com/foobar/loadgen/script"
)

// words are what can be the name of a variable.
var words = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// prune leaves out variables that nothing looks at.
func prune(s *script.Script) {
	for pruneOnce(s) {
	}
}

func pruneOnce(s *script.Script) (changed bool) {
	text, err := json.Marshal(s)
	if err != nil {
		return false
	}
	count := map[string]int{}
	for _, word := range words.FindAllString(string(text), -1) {
		count[word]++
	}
	for _, list := range s.Lists() {
		changed = pruneSteps(list, count) || changed
	}
	for name, list := range s.Functions {
		changed = pruneSteps(&list, count) || changed
		s.Functions[name] = list
	}
	return changed
}

// pruneSteps leaves out of steps the variables whose names are written once.
func pruneSteps(list *[]script.Step, count map[string]int) (changed bool) {
	steps := *list
	for i := range steps {
		s := &steps[i]
		n := len(s.Set)
		s.Set = slices.DeleteFunc(s.Set, func(one script.NamedText) bool { return count[one.Name] == 1 })
		if len(s.Set) == 0 {
			s.Set = nil
		}
		changed = changed || len(s.Set) < n
		for _, within := range s.Within() {
			changed = pruneSteps(within, count) || changed
		}
	}
	n := len(steps)
	if steps = slices.DeleteFunc(steps, hollow); len(steps) == 0 {
		steps = nil
	}
	*list = steps
	return changed || len(steps) < n
}

// hollow says whether nothing is left of a step.
func hollow(s script.Step) bool {
	does := s.URL != "" || s.Set != nil || s.Log != "" || s.Fail != "" || s.Abort != "" || s.Call != "" || s.Checks != nil || s.Record != nil || s.Think != ""
	return !does && s.Comment == "" && !slices.ContainsFunc(s.Within(), func(within *[]script.Step) bool { return len(*within) > 0 })
}
