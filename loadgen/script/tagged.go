package script

import (
	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/internal/engine"
)

// onlyTagged says whether a step without a request has the key tags of one, and no other: they are those of its checks and metrics.
func (s *Step) onlyTagged(kinds []string) bool {
	rest := s.Request
	rest.Tags = nil
	return len(kinds) == 0 && (s.Checks != nil || s.Record != nil) && rest.empty()
}

// tagged are tags of samples that belong to no request.
type tagged map[string]*expression.Template

func (c *compiler) tagsOf(s *Step, path string) tagged {
	all := tagged{}
	for _, name := range sortedKeys(s.Tags) {
		all[name] = c.template(s.Tags[name], path+".tags."+name)
	}
	return all
}

// during has do tag its samples.
func (t tagged) during(f *frame, do func() error) error {
	if len(t) == 0 {
		return do()
	}
	tags := make(map[string]string, len(t))
	for name, value := range t {
		text, err := f.text(value)
		if err != nil {
			return err
		}
		tags[name] = text
	}
	return engine.WithTags(f.vu, tags, do)
}
