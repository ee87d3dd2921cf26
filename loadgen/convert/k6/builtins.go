package k6

import (
	"maps"
	"slices"

	"github.com/dop251/goja/ast"
)

// builtinModule is a module that is known: its exports.
type builtinModule struct {
	name    string
	exports *object
	itself  value // its default export, if that is not all of it
}

func (b *builtinModule) get(name string) value {
	if name == "default" {
		if b.itself != nil {
			return b.itself
		}
		return b.exports
	}
	if v, ok := b.exports.get(name); ok {
		return v
	}
	return &lost{name + " of " + b.name + " is not converted"}
}

func (b *builtinModule) all() value {
	if b.itself != nil {
		o := newObject()
		for _, k := range b.exports.keys {
			o.set(k, b.exports.props[k])
		}
		o.set("default", b.itself)
		return o
	}
	return b.exports
}

// inWeb finds the libraries that scripts load by a URL: their names, without a version.
var inWeb = lazily(`(?:^|/)(k6-utils|papaparse|k6-summary|k6-html-report|k6-reporter|uuid|httpx)(?:[/@-].*|\.js)?$|/(bundle)\.js$`)

// builtin is the module of k6 or the library of that name, nil if it is none that is converted.
func builtin(module string) provider {
	if build, ok := builtins[module]; ok {
		return &builtinModule{module, build(), nil}
	}
	m := inWeb().FindStringSubmatch(module)
	if m == nil {
		return nil
	}
	switch m[1] {
	case "k6-utils":
		return &builtinModule{module, namespace("utils", utilities), nil}
	case "papaparse":
		return &builtinModule{module, namespace("papaparse", map[string]nativeFunc{"parse": parseCSV}), nil}
	}
	return nil
}

// builtins make the modules of k6.
var builtins map[string]func() *object

func init() {
	builtins = map[string]func() *object{
		"k6": func() *object {
			return namespace("k6", map[string]nativeFunc{"check": check, "group": group, "sleep": sleep, "fail": fail, "randomSeed": ignore})
		},
		"k6/http": httpModule,
		"k6/data": func() *object { return classes("data", map[string]nativeFunc{"SharedArray": sharedArray}) },
		"k6/metrics": func() *object {
			return classes("metrics", map[string]nativeFunc{"Counter": newMetric("counter"), "Gauge": newMetric("gauge"), "Rate": newMetric("rate"), "Trend": newMetric("trend")})
		},
		"k6/encoding": func() *object {
			return namespace("encoding", map[string]nativeFunc{"b64encode": b64encode, "b64decode": b64decode})
		},
		"k6/execution": execution,
		"k6/crypto": func() *object {
			return namespace("crypto", map[string]nativeFunc{"md5": digest("md5"), "sha256": digest("sha256"), "hmac": hmac})
		},
	}
}

// classes are functions that are called with new.
func classes(of string, makers map[string]nativeFunc) *object {
	o := newObject()
	for _, key := range sortedKeys(makers) {
		o.set(key, &native{name: of + "." + key, call: notConverted(key + " without new"), make: makers[key]})
	}
	return o
}

func newError(c *converter, at ast.Node, args []value) value {
	o := newObject()
	o.kind = "Error"
	o.set("message", args0(args))
	return o
}

// require is the older form of import.
func require(c *converter, at ast.Node, args []value) value {
	module, ok := args0(args).(string)
	if !ok {
		c.fail(at, "require is converted with the name of a module")
	}
	p, err := c.imported(c.at, module, offset(at))
	if err != nil {
		c.fail(at, "%v", err)
	}
	return p.all()
}

// group is a group of steps.
func group(c *converter, at ast.Node, args []value) value {
	if len(args) < 2 {
		c.fail(at, "group wants a name and a function")
	}
	name := c.text(at, args[0])
	if name == "" {
		c.fail(at, "the group has no name")
	}
	s := &step{requests: &block{}, line: c.line(at)}
	s.Group = name
	c.add(s)
	var v value
	c.into(s.requests, func() { v = c.invoke(at, args[1], nil) })
	return v
}

// fail ends the iteration.
func fail(c *converter, at ast.Node, args []value) value {
	reason := args0(args)
	if isNothing(reason) {
		reason = "failed"
	}
	c.failStep(at, reason)
	return ended{threw}
}

// execution is what a script can ask of the test.
func execution() *object {
	exec := newObject()
	vu := newObject()
	for key, e := range map[string]*expr{"idInTest": name("vu", isNumber), "idInInstance": name("vu", isNumber), "iterationInInstance": name("iteration", isNumber),
		"iterationInScenario": name("iteration", isNumber)} {
		vu.set(key, e)
	}
	scenario := newObject()
	scenario.set("name", name("scenario", isText))
	scenario.set("iterationInTest", name("iterationInTest", isNumber))
	scenario.set("iterationInInstance", name("iterationInTest", isNumber))
	test := namespace("test", map[string]nativeFunc{"abort": abort, "fail": markFailed})
	slices.Sort(vu.keys)
	exec.set("vu", vu)
	exec.set("scenario", scenario)
	exec.set("test", test)
	exec.set("instance", newObject())
	return exec
}

func abort(c *converter, at ast.Node, args []value) value {
	text := "aborted by the script"
	if len(args) > 0 {
		text = c.text(at, args[0])
	}
	s := &step{}
	s.Abort = text
	c.add(s)
	return ended{threw}
}

func markFailed(c *converter, at ast.Node, _ []value) value {
	c.fail(at, "exec.test.fail is not converted")
	return nil
}

// newMetric makes a metric of the script's own.
func newMetric(kind string) nativeFunc {
	return func(c *converter, at ast.Node, args []value) value {
		text, ok := args0(args).(string)
		if !ok || text == "" {
			c.fail(at, "a metric wants a name")
		}
		as := kind
		if len(args) > 1 && kind == "trend" {
			if is, _ := truth(args[1]); is {
				as = "time"
			}
		}
		c.metrics[text] = as
		return &metric{text}
	}
}

// records says whether a value of a metric can be a key of s: of a request, or of a step that adds to other metrics.
func records(s *step, metric string) bool {
	if _, there := s.Record[metric]; there || s.If != "" || s.Think != "" {
		return false
	}
	return s.sent && s.batch == nil || s.Record != nil && s.Tags == nil && !s.sent
}

// record adds to a metric of the script's own.
func (c *converter) record(at ast.Node, m *metric, args []value) value {
	s := &step{}
	v := args0(args)
	text := "1"
	switch v := v.(type) {
	case bool:
		if !v {
			text = "0"
		}
	case undefined:
		c.fail(at, "add wants a value")
	default:
		e := c.ready(at, c.exprOf(at, v))
		if e.is == isBool {
			e = choose(e, literal(1.0), literal(0.0))
		}
		text = e.template()
	}
	if len(args) > 1 {
		s.Tags = c.tags(at, args[1])
	}
	if last := c.block.lastOf(); last != nil && s.Tags == nil && records(last, m.name) {
		before := last.Record
		last.Record = maps.Clone(before)
		if last.Record == nil {
			last.Record = map[string]string{}
		}
		last.Record[m.name] = text
		c.did(func() { last.Record = before })
		return true
	}
	s.Record = map[string]string{m.name: text}
	c.add(s)
	return true
}
