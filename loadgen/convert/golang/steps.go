package golang

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/script"
)

// steps writes steps one after the other.
func (g *generator) steps(all []script.Step) {
	for i := range all {
		s := all[i]
		if text := comment(s.Comment); text != "" {
			g.out.WriteString(text)
		}
		g.guarded(&s)
	}
}

// guarded writes a step with its condition.
func (g *generator) guarded(s *script.Step) {
	if s.If == "" {
		g.step(s)
		return
	}
	ok, err := g.condition(s.If)
	if err != nil {
		g.todo("if: "+s.If, err)
		return
	}
	g.line("if %s {", ok)
	g.step(s)
	if len(s.Else) > 0 {
		g.line("} else {")
		g.steps(s.Else)
	}
	g.line("}")
}

// step writes what a step does, and the pause after it.
func (g *generator) step(s *script.Step) {
	kinds := s.Kinds()
	kind := ""
	if len(kinds) > 0 {
		kind = kinds[0]
	}
	write := map[string]func(*script.Step) error{"url": g.request, "batch": g.batch, "group": g.group, "once": g.doOnce, "repeat": g.repeat, "while": g.while,
		"each": g.each, "pick": g.pick, "call": g.callFunction, "set": g.set, "log": g.log, "fail": g.end, "abort": g.end, "requests": g.block, "": g.bare}[kind]
	if write == nil {
		g.todo(kind, nil)
		return
	}
	if err := write(s); err != nil {
		g.todo(describe(s, kind), err)
	}
	if kind != "url" {
		g.record(s.Record)
	}
	if err := g.think(s.Think); err != nil {
		g.todo("think: "+string(s.Think), err)
	}
}

// describe is a step in a few words.
func describe(s *script.Step, kind string) string {
	switch kind {
	case "url":
		return strings.TrimSpace(s.Method + " " + s.URL)
	case "group":
		return "group " + s.Group
	case "":
		return "a step"
	}
	return kind
}

// bare is a step with checks or a pause alone.
func (g *generator) bare(s *script.Step) error { return g.after(s) }

func (g *generator) block(s *script.Step) error { g.steps(s.Requests); return nil }

func (g *generator) group(s *script.Step) error {
	name, err := g.template(s.Group)
	if err != nil {
		return err
	}
	g.line("if err := vu.Group(%s, func() error {", name)
	g.steps(s.Requests)
	g.line("return nil\n}); err != nil {\nreturn err\n}")
	return nil
}

func (g *generator) doOnce(s *script.Step) error {
	g.once++
	n := g.once
	g.line("if !v.once%d {", n)
	g.steps(s.Once)
	g.line("v.once%d = true\n}", n)
	return nil
}

func (g *generator) repeat(s *script.Step) error {
	times, err := g.template(string(s.Repeat))
	if err != nil {
		return err
	}
	limit := g.asInt(code{times, isText})
	if n, err := strconv.Atoi(string(s.Repeat)); err == nil {
		limit = strconv.Itoa(n)
	}
	g.line("for index := range int64(%s) {\n_ = index", limit)
	err = g.loop(s.Requests)
	if s.Until != "" && err == nil {
		var ok string
		g.loops++
		ok, err = g.condition(s.Until)
		g.loops--
		if err == nil {
			g.line("if %s {\nbreak\n}", ok)
		}
	}
	g.line("}")
	return err
}

// maxRounds is how often the steps of while are done at most.
const maxRounds = 10_000

func (g *generator) while(s *script.Step) error {
	g.loops++
	ok, err := g.condition(s.While)
	g.loops--
	if err != nil {
		return err
	}
	g.line("for index := int64(0); %s; index++ {", ok)
	g.line("if index == %d {\nvu.Fail(\"while: more than %d rounds\")\n}", maxRounds, maxRounds)
	err = g.loop(s.Requests)
	g.line("}")
	return err
}

func (g *generator) loop(steps []script.Step) error {
	g.loops++
	defer func() { g.loops-- }()
	g.steps(steps)
	return nil
}

func (g *generator) each(s *script.Step) error {
	names := slices.Sorted(maps.Keys(s.Each))
	if len(names) != 1 {
		return unknown{"each of several lists"}
	}
	name, of := names[0], quote(string(s.Each[names[0]]))
	var text string
	if json.Unmarshal(s.Each[name], &text) == nil {
		var err error
		if of, err = g.template(text); err != nil {
			return err
		}
	}
	g.line("for index, one := range %s(%s) {\nindex := int64(index)\n_ = index\nv.%s = one", g.help("list"), of, g.variables[name])
	err := g.loop(s.Requests)
	g.line("}")
	return err
}

func (g *generator) pick(s *script.Step) error {
	sum := 0.0
	for _, one := range s.Pick {
		sum += weight(one)
	}
	g.line("switch n := vu.Rand().Float64() * %v; {", sum)
	at := 0.0
	for i, one := range s.Pick {
		at += weight(one)
		if i == len(s.Pick)-1 {
			g.line("default:")
		} else {
			g.line("case n < %v:", at)
		}
		if text := comment(one.Comment); text != "" {
			g.out.WriteString(text)
		}
		g.guarded(&one)
	}
	g.line("}")
	return nil
}

func weight(s script.Step) float64 {
	if s.Weight == nil {
		return 1
	}
	return *s.Weight
}

func (g *generator) callFunction(s *script.Step) error {
	of := g.functions[s.Call]
	if of == "" {
		return unknown{"the function " + s.Call}
	}
	argument := ""
	if g.needsValues() {
		argument = ", v"
	}
	g.line("if err := %s(vu%s); err != nil {\nreturn err\n}", of, argument)
	return nil
}

// record adds values to the metrics of the script's own.
func (g *generator) record(all map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		metric := g.metricNames[name]
		value, err := g.typed(all[name])
		if metric == "" || err != nil {
			g.todo("record: "+name, err)
			continue
		}
		argument := g.asNumber(value)
		switch g.script.Metrics[name] {
		case "rate":
			argument = g.asBool(value)
		case "time":
			g.use("time")
			argument = "time.Duration(" + argument + " * float64(time.Millisecond))"
		}
		if value.kind == isBool && g.script.Metrics[name] != "rate" {
			argument = g.help("choose") + "(" + value.text + ", 1.0, 0.0)"
		}
		g.line("%s.Add(vu, %s)", metric, argument)
	}
}

// typed is the Go of a text that may be one expression, with that expression's type.
func (g *generator) typed(text string) (code, error) {
	pieces, err := expression.Pieces(text)
	if err == nil && len(pieces) == 1 && pieces[0].Tree != nil {
		return g.expression(pieces[0].Tree)
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return code{text, isNumber}, nil
	}
	whole, err := g.template(text)
	return code{whole, isText}, err
}

func (g *generator) set(s *script.Step) error {
	for _, one := range s.Set {
		text, err := g.template(one.Text)
		if err != nil {
			return err
		}
		g.line("v.%s = %s", g.variables[one.Name], text)
	}
	return nil
}

func (g *generator) log(s *script.Step) error {
	text, err := g.template(s.Log)
	if err != nil {
		return err
	}
	g.use("log")
	g.line("log.Print(%s)", text)
	return nil
}

func (g *generator) end(s *script.Step) error {
	method, text := "Fail", s.Fail
	if s.Abort != "" {
		method, text = "Abort", s.Abort
	}
	reason, err := g.template(text)
	if err != nil {
		return err
	}
	g.line("vu.%s(%s)", method, reason)
	return nil
}

// think writes a pause.
func (g *generator) think(t script.Think) error {
	if d, fixed := t.Fixed(); fixed {
		if d > 0 {
			g.line("vu.Sleep(%s)", g.duration(d))
		}
		return nil
	}
	if inner, found := strings.CutPrefix(string(t), "exponential("); found {
		mean, ok := duration(strings.TrimSuffix(inner, ")"))
		if !ok {
			return unknown{"think: " + string(t)}
		}
		g.use("time")
		g.line("vu.Sleep(time.Duration(min(vu.Rand().ExpFloat64(), 10) * float64(%s)))", g.duration(mean))
		return nil
	}
	from, to, ranged := strings.Cut(string(t), "-")
	least, ok := duration(from)
	most, ok2 := duration(to)
	if ranged && ok && ok2 {
		g.use("time")
		g.line("vu.Sleep(%s + time.Duration(vu.Rand().Int64N(int64(%s)+1)))", g.duration(least), g.duration(most-least))
		return nil
	}
	return g.thinkText(string(t))
}

// thinkText is a pause that a text comes to: a number of seconds, or a time.
func (g *generator) thinkText(t string) error {
	text, err := g.template(t)
	if err != nil {
		return err
	}
	g.use("time")
	g.line("vu.Sleep(time.Duration(%s * float64(time.Second)))", g.asNumber(code{text, isText}))
	return nil
}
