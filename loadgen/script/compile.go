package script

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// compiler turns steps into acts, and gathers what is wrong with them.
type compiler struct {
	script  *Script
	program *program
	dir     string
	env     []map[string]string
	// defaults and baseURL are the script's, if nothing is wrong with them.
	defaults *Step
	baseURL  string
	// looksAtBody says that an expression somewhere may look at the body of the last response.
	looksAtBody bool
	// calls are the functions that were compiled for steps that call them, calling those that are being compiled.
	calls   map[string]*callee
	calling []string
	// of is the function that is compiled for scenarios.
	of string
	// allSets are the variables that steps set, onceSets those of steps within a once.
	allSets, onceSets map[string]bool
	unit
	problems load.OptionErrors
}

// unit is what is known at a place of a list of steps that is compiled by itself: a function, setup.
type unit struct {
	// visible are the variables that may have a value, every all of them.
	visible map[string]bool
	every   bool
	used    map[*rows]bool
	depth   int // of groups
	// assigned are the slots that were assigned to so far.
	assigned map[int]bool
}

// Compile checks s and reads the files it names, which are found from dir. What is wrong with it is load.OptionErrors, by the path of
// the step and its key. env are the variables that steps can take from their environment, those of all scenarios. A function
// whose steps have no variable does not allocate for its requests.
func (s *Script) Compile(dir string, env ...map[string]string) (*Compiled, error) {
	c := &compiler{script: s, program: newProgram(), dir: dir, env: env, calls: map[string]*callee{}}
	c.looksAtBody = looksAtBody(s)
	if c.loadData(); len(c.problems) > 0 {
		return nil, c.problems
	}
	c.declareMetrics()
	c.common()
	out := &Compiled{Functions: map[string]load.Func{}, program: c.program}
	if s.Setup != nil {
		out.Setup = c.setup(c.unitOf(s.Setup, "setup", false))
	}
	fromSetup := c.assigned
	if s.Requests != nil {
		out.Exec = c.function(c.unitOf(s.Requests, "requests", false, fromSetup))
	}
	for _, name := range sortedKeys(s.Functions) {
		c.of = name
		out.Functions[name] = c.function(c.unitOf(s.Functions[name], "functions."+name, c.isCalled(name), fromSetup))
	}
	c.of = ""
	if s.Teardown != nil {
		out.Teardown = c.function(c.unitOf(s.Teardown, "teardown", false, fromSetup))
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	for name := range c.onces() {
		c.program.sticky = append(c.program.sticky, c.program.slot(name))
	}
	return out, nil
}

// unitOf compiles a list of steps by itself, and says which data it uses. before are the slots that have values when it begins.
func (c *compiler) unitOf(steps []Step, path string, every bool, before ...map[int]bool) ([]act, []*rows) {
	c.unit = unit{visible: map[string]bool{}, every: every, used: map[*rows]bool{}, assigned: map[int]bool{}}
	for _, slots := range before {
		for slot := range slots {
			c.visible[c.program.names[slot]] = true
		}
	}
	for name := range c.onces() {
		c.visible[name] = true
	}
	if len(steps) == 0 {
		c.fail(path, `no steps; give it a request, such as {"url": "http://localhost:8080/"}`)
	}
	acts := c.steps(steps, path)
	used := slices.Collect(maps.Keys(c.used))
	slices.SortFunc(used, func(a, b *rows) int { return a.slot - b.slot })
	return acts, used
}

// function is what a user does in an iteration.
func (c *compiler) function(acts []act, used []*rows) load.Func {
	p := c.program
	return func(vu *load.VU) error {
		f := p.frames.Value(vu)
		if !f.begin(used) {
			vu.EndScenario()
		}
		return perform(f, acts)
	}
}

// setup is a function whose variables are all others' from then on.
func (c *compiler) setup(acts []act, used []*rows) func(*load.VU) (any, error) {
	p, do := c.program, c.function(acts, used)
	return func(vu *load.VU) (any, error) {
		p.shared.Store(nil)
		err := do(vu)
		p.shared.Store(&p.frames.Value(vu).vars)
		return nil, err
	}
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

// step compiles one step, with its guard and the pause after it.
func (c *compiler) step(s Step, path string) []act {
	c.misplaced(&s, path)
	guard := c.guard(&s, path)
	acts := c.kind(&s, path)
	acts = append(acts, c.think(s.Think, path+".think")...)
	if guard == nil {
		return acts
	}
	return c.guarded(guard, acts, &s, path)
}

// kind compiles what makes a step one of its kind.
func (c *compiler) kind(s *Step, path string) []act {
	kinds := s.Kinds()
	if len(kinds) > 1 {
		c.fail(path, "has %q and %q: a step is one of them", kinds[0], kinds[1])
		return nil
	}
	if len(kinds) == 0 {
		return c.afterwards(s, path)
	}
	return c.compilers()[kinds[0]](s, path)
}

// compilers are what compiles a step, by its kind.
func (c *compiler) compilers() map[string]func(*Step, string) []act {
	return map[string]func(*Step, string) []act{
		"url": c.request, "batch": c.batch, "group": c.group, "once": c.once, "repeat": c.repeat, "while": c.while, "each": c.each, "pick": c.pick,
		"call": c.call, "set": c.set, "log": c.logs, "fail": c.fails, "abort": c.aborts, "requests": c.block,
	}
}

// afterwards compiles a step that does nothing but look at the last response, and pause.
func (c *compiler) afterwards(s *Step, path string) []act {
	if len(s.Checks) == 0 && len(s.Extract) == 0 && len(s.Record) == 0 {
		if s.Think == "" {
			c.fail(path, `needs one of "url", "batch", "group" and "think", or another key that says what is done`)
		}
		return nil
	}
	after, tags := c.after(s, path), c.tagsOf(s, path)
	needs := len(s.Extract) > 0 || slices.ContainsFunc(s.Checks, Check.ofResponse)
	return []act{func(f *frame) error {
		if f.response == nil && needs {
			return fmt.Errorf("%s: there was no request before it in this iteration", path)
		}
		return tags.during(f, func() error { return after(f, f.response) })
	}}
}

// misplaced tells keys that have no effect where they stand.
func (c *compiler) misplaced(s *Step, path string) {
	kinds := s.Kinds()
	is := func(kind string) bool { return slices.Contains(kinds, kind) }
	if s.URL == "" && !s.Request.empty() && !s.onlyTagged(kinds) {
		c.fail(path, `has keys of a request and no "url": a request needs one, such as url: http://localhost:8080/`)
	}
	if s.Requests != nil && len(kinds) == 1 && !slices.Contains([]string{"group", "repeat", "while", "each", "requests"}, kinds[0]) {
		c.fail(path+".requests", "a step with %q has no steps within it: put them behind it", kinds[0])
	}
	if s.Until != "" && !is("repeat") {
		c.fail(path+".until", `goes with "repeat"`)
	}
	if s.Else != nil && s.If == "" {
		c.fail(path+".else", `goes with "if"`)
	}
	if s.Weight != nil {
		c.fail(path+".weight", `goes with a step of "pick"`)
	}
}

// empty says whether r has no keys.
func (r Request) empty() bool {
	text, err := json.Marshal(r)
	return err == nil && string(text) == "{}"
}

// lightNames are what expressions can ask of a response without its body.
var lightNames = regexp.MustCompile(`response\.(status|proto|duration|blocked|connecting|tls|sending|waiting|receiving|url|error|errorCode|header|cookie)\b`)

// looksAtBody says whether an expression of s may look at the body of the last response, or a step without a request does.
func looksAtBody(s *Script) bool {
	text, err := json.Marshal(s)
	if err != nil || regexp.MustCompile(`\bresponse\b`).Match(lightNames.ReplaceAll(text, nil)) {
		return true
	}
	found := false
	for step := range s.All {
		found = found || step.URL == "" && step.readsBody()
	}
	return found
}

// All yields the steps of s, and those within them.
func (s *Script) All(yield func(*Step) bool) {
	for _, list := range s.Lists() {
		for step := range within(*list) {
			if !yield(step) {
				return
			}
		}
	}
	for _, name := range sortedKeys(s.Functions) {
		for step := range within(s.Functions[name]) {
			if !yield(step) {
				return
			}
		}
	}
}

// within yields steps, and those within them.
func within(steps []Step) func(yield func(*Step) bool) {
	return func(yield func(*Step) bool) {
		lists := []*[]Step{&steps}
		for len(lists) > 0 {
			list := *lists[0]
			lists = lists[1:]
			for i := range list {
				if !yield(&list[i]) {
					return
				}
				lists = append(lists, list[i].Within()...)
			}
		}
	}
}

// template reads a text with ${...} in it, which stands at path.
func (c *compiler) template(text, path string) *expression.Template {
	return c.formed(text, path, expression.AsText)
}

// formed is template for a text whose values stand in a form.
func (c *compiler) formed(text, path string, form expression.Form) *expression.Template {
	t, err := expression.NewTemplate(text, form, (*scope)(c))
	if err != nil {
		c.fail(path, "%w", c.explain(err))
		return expression.Fixed("")
	}
	return t
}

// condition reads a text that is one expression.
func (c *compiler) condition(text, path string) func(*frame) (bool, error) {
	of, err := expression.Compile(text, (*scope)(c))
	if err != nil {
		c.fail(path, "%w", c.explain(err))
		return nil
	}
	return func(f *frame) (bool, error) {
		v, err := of(f)
		if err != nil {
			return false, fmt.Errorf("%s: %w", text, err)
		}
		return v.Truth(), nil
	}
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

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
