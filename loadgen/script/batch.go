package script

import (
	"slices"

	"example.com/foobar/loadgen/load"
)

// batch sends its requests at once, and then looks at the responses one by one.
func (c *compiler) batch(s *Step, path string) []act {
	if len(s.Batch) == 0 {
		c.fail(path+".batch", "no requests")
	}
	builds, afters := make([]builder, len(s.Batch)), make([]func(*frame, *load.Response) error, len(s.Batch))
	for i := range s.Batch {
		one, at := &s.Batch[i], indexed(path+".batch", i)
		if !slices.Equal(one.Kinds(), []string{"url"}) || one.Think != "" || one.If != "" || one.Weight != nil {
			c.fail(at, `a batch holds requests only, each with its "url" and without "think" and "if"`)
		}
		builds[i] = c.builder(one.With(c.defaults), at)
	}
	for i := range s.Batch { // after all are built: none can use what another extracts
		afters[i] = c.after(s.Batch[i].With(c.defaults), indexed(path+".batch", i))
	}
	return []act{func(f *frame) error {
		reqs := make([]*load.Request, len(builds))
		for i, build := range builds {
			var err error
			if reqs[i], err = build(f); err != nil {
				return err
			}
		}
		for i, resp := range f.vu.Batch(reqs...) {
			f.response = resp
			if err := afters[i](f, resp); err != nil {
				return err
			}
		}
		return nil
	}}
}
