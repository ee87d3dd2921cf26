package script

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
)

// compiler turns steps into acts, and gathers what is wrong with them.
type compiler struct {
	dir      string
	depth    int // of groups
	scope    *scope
	problems load.OptionErrors
}

func (c *compiler) fail(path, format string, a ...any) {
	c.problems = append(c.problems, &load.OptionError{Path: path, Err: fmt.Errorf(format, a...)})
}

func (c *compiler) steps(steps []Step, path string) []act {
	var acts []act
	for i, s := range steps {
		acts = append(acts, c.step(s, fmt.Sprintf("%s[%d]", path, i))...)
	}
	return acts
}

// step compiles one step, with the pause after it.
func (c *compiler) step(s Step, path string) []act {
	var acts []act
	c.unbuilt(s, path)
	switch kinds := s.Kinds(); {
	case len(kinds) > 1:
		c.fail(path, "has %q and %q: a step is one of them", kinds[0], kinds[1])
	case s.URL != "":
		acts = c.request(s, path)
	case s.Batch != nil:
		acts = c.batch(s, path)
	case s.Group != "":
		acts = c.group(s, path)
	case len(kinds) > 0:
		c.fail(path, "%q: not yet", kinds[0])
	case s.Think == "" || s.Think == "0s":
		c.fail(path, `needs one of "url", "batch", "group" and "think"`)
	}
	return append(acts, c.think(s, path)...)
}

func (c *compiler) think(s Step, path string) []act {
	pause, fixed := s.Think.Fixed()
	switch {
	case !fixed:
		c.fail(path+".think", "not yet")
	case pause < 0:
		c.fail(path+".think", "%s is negative; want a time such as 1s", pause)
	case pause > 0:
		return []act{func(vu *load.VU, _ *values) error { vu.Sleep(pause); return nil }}
	}
	return nil
}

// maxGroups is how deep groups may nest: each tells its metrics under the names of all those around it.
const maxGroups = 50

func (c *compiler) group(s Step, path string) []act {
	if s.Group == "" || len(s.Requests) == 0 {
		c.fail(path, `a group needs its name in "group" and its steps in "requests"`)
		return nil
	}
	if c.depth == maxGroups {
		c.fail(path, "groups nest deeper than %d: put its steps into a group further out", maxGroups)
		return nil
	}
	c.depth++
	defer func() { c.depth-- }()
	acts := c.steps(s.Requests, path+".requests")
	return []act{func(vu *load.VU, v *values) error {
		return vu.Group(s.Group, func() error { return perform(vu, acts, v) })
	}}
}

func (c *compiler) request(s Step, path string) []act {
	build := c.builder(s, path)
	after := c.after(s, path)
	return []act{func(vu *load.VU, v *values) error {
		req, err := build(vu, v)
		if err != nil {
			return err
		}
		return after(vu, vu.Do(req), v)
	}}
}

// batch sends its requests at once, and then checks the responses one by one.
func (c *compiler) batch(s Step, path string) []act {
	if len(s.Batch) == 0 {
		c.fail(path+".batch", "no requests")
	}
	builds, afters := make([]builder, len(s.Batch)), make([]afterwards, len(s.Batch))
	for i, one := range s.Batch {
		at := fmt.Sprintf("%s.batch[%d]", path, i)
		if kinds := one.Kinds(); !slices.Equal(kinds, []string{"url"}) || one.Think != "" {
			c.fail(at, `a batch holds requests only, each with its "url" and without "think"`)
		}
		builds[i] = c.builder(one, at)
	}
	for i, one := range s.Batch { // after all are built: none can use what another extracts
		afters[i] = c.after(one, fmt.Sprintf("%s.batch[%d]", path, i))
	}
	return []act{func(vu *load.VU, v *values) error {
		reqs := make([]*load.Request, len(builds))
		for i, build := range builds {
			var err error
			if reqs[i], err = build(vu, v); err != nil {
				return err
			}
		}
		for i, resp := range vu.Batch(reqs...) {
			if err := afters[i](vu, resp, v); err != nil {
				return err
			}
		}
		return nil
	}}
}

// afterwards is what is done with a response: checks, then extractions.
type afterwards func(vu *load.VU, r *load.Response, v *values) error

func (c *compiler) after(s Step, path string) afterwards {
	checks := make([]check, 0, len(s.Checks))
	for i, one := range s.Checks {
		compiled, err := one.compile()
		if err != nil {
			c.fail(fmt.Sprintf("%s.checks[%d]", path, i), "%w", err)
			continue
		}
		checks = append(checks, compiled)
	}
	extracts := c.extracts(s.Extract, path)
	return func(vu *load.VU, r *load.Response, v *values) error {
		for i := range checks {
			vu.Check(checks[i].name, r.Err == nil && checks[i].holds(r))
		}
		for _, e := range extracts {
			if err := e(r, v); err != nil {
				return err
			}
		}
		engine.ResponseOf(r).Release() // now: others may wait for the memory of a large body
		r.Body = nil
		return nil
	}
}

// readsBody says whether a check or an extraction looks at the response's body.
func (s Step) readsBody() bool {
	return slices.ContainsFunc(s.Checks, Check.readsBody) ||
		slices.ContainsFunc(slices.Collect(maps.Values(s.Extract)), func(e Extract) bool { return e.Header == "" })
}

func (c Check) readsBody() bool {
	return c.Body != nil || c.BodyContains != "" || c.BodyRegex != "" || c.JSON != ""
}

// MaxBody bounds a file that is sent, and MaxData one of data, in bytes.
const (
	MaxBody = 1 << 30
	MaxData = 256 << 20
)

// file reads a file that is sent. It is found from the script's directory, and may be anywhere.
func (c *compiler) file(name, path string) []byte {
	b, err := file.Read(Path(c.dir, name), MaxBody)
	if err != nil {
		c.fail(path, "%w", err)
	}
	return b
}

// Path is where a file is that a script in dir names.
func Path(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}
