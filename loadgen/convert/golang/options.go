package golang

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
)

// test is the function that makes the test.
func (g *generator) test() string {
	var b strings.Builder
	b.WriteString("// newTest is what the users do, and how many of them there are unless flags say otherwise.\nfunc newTest() *load.Test {\n")
	begin, end := "return &load.Test{\n", "}\n}\n"
	if len(g.metricNames) > 0 {
		begin, end = "test := &load.Test{\n", "}\n"
		for _, name := range slices.Sorted(maps.Keys(g.metricNames)) {
			end += fmt.Sprintf("%s = test.%s(%q)\n", g.metricNames[name], makers[g.script.Metrics[name]][0], name)
		}
		end += "return test\n}\n"
	}
	b.WriteString(begin)
	if options := reflect.ValueOf(g.draft.Options); !options.IsZero() {
		fmt.Fprintf(&b, "Options: %s,\n", g.value(options))
	}
	env := map[string]string{}
	for _, name := range g.draft.Variables {
		env[name] = ""
	}
	maps.Copy(env, g.draft.Env)
	if len(env) > 0 {
		b.WriteString("Env: map[string]string{\n")
		for _, name := range slices.Sorted(maps.Keys(env)) {
			fmt.Fprintf(&b, "%q: %q,\n", name, env[name])
		}
		b.WriteString("},\n")
	}
	if len(g.script.Requests) > 0 {
		fmt.Fprintf(&b, "Exec: %s,\n", g.wrapped("users"))
	}
	if len(g.functions) > 0 {
		b.WriteString("Functions: map[string]load.Func{\n")
		for _, name := range slices.Sorted(maps.Keys(g.functions)) {
			fmt.Fprintf(&b, "%q: %s,\n", name, g.wrapped(g.functions[name]))
		}
		b.WriteString("},\n")
	}
	if len(g.script.Setup) > 0 {
		if g.needsValues() {
			begin := "&values{}"
			if len(g.script.Data) > 0 {
				begin = "(&values{}).begin(vu)"
			}
			fmt.Fprintf(&b, "Setup: func(vu *load.VU) (any, error) {\nv := %s\nreturn v, setUp(vu, v)\n},\n", begin)
		} else {
			b.WriteString("Setup: func(vu *load.VU) (any, error) { return nil, setUp(vu) },\n")
		}
	}
	if len(g.script.Teardown) > 0 {
		fmt.Fprintf(&b, "Teardown: %s,\n", g.wrapped("tearDown"))
	}
	b.WriteString(end)
	return b.String()
}

// wrapped is a function as package load takes it: with the user's values.
func (g *generator) wrapped(name string) string {
	if !g.needsValues() {
		return name
	}
	begin := "kept.Value(vu)"
	if len(g.script.Data) == 0 {
		return "func(vu *load.VU) error { return " + name + "(vu, " + begin + ") }"
	}
	return "func(vu *load.VU) error { return " + name + "(vu, " + begin + ".begin(vu)) }"
}

// values is the type of what users have for themselves.
func (g *generator) values() string {
	if !g.needsValues() {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n// values are what a user has for itself.\ntype values struct {\n")
	for _, name := range slices.Sorted(maps.Keys(g.variables)) {
		fmt.Fprintf(&b, "%s string\n", g.variables[name])
	}
	for i := range g.once {
		fmt.Fprintf(&b, "once%d bool // it has been done\n", i+1)
	}
	for _, name := range slices.Sorted(maps.Keys(g.script.Data)) {
		fmt.Fprintf(&b, "%s map[string]string // of this iteration\n", g.rows[name])
	}
	b.WriteString("}\n\n// kept has the values of all users.\nvar kept = load.PerUser[values]{")
	if len(g.script.Setup) > 0 {
		b.WriteString("New: func(vu *load.VU) values { return *load.Data[*values](vu) }")
	}
	b.WriteString("}\n")
	return b.String()
}

// data is the script's, and how an iteration takes its rows.
func (g *generator) data() string {
	if len(g.script.Data) == 0 {
		return ""
	}
	var b, begin strings.Builder
	for _, name := range slices.Sorted(maps.Keys(g.script.Data)) {
		d := g.script.Data[name]
		of := g.tables[name]
		if d.File != "" {
			fmt.Fprintf(&b, "\nvar %s = %s(%q)\n", of, g.help("mustRows"), d.File)
		} else {
			fmt.Fprintf(&b, "\nvar %s = %s(%s)\n", of, g.help("jsonRows"), quote(string(d.Rows)))
		}
		row := of + ".take()"
		switch d.Order {
		case "random", "shuffle":
			row = of + ".all[vu.Rand().IntN(len(" + of + ".all))]"
		case "vu":
			row = of + ".all[max(vu.ID-1, 0)%int64(len(" + of + ".all))]"
		}
		if d.OnEnd == "stop" || d.Order == "shuffle" {
			g.draft.Leave(0, "data "+name, "its rows are taken in any order, and round again: write it by hand")
			fmt.Fprintf(&begin, "// TODO: data %s: its rows are taken in any order, and round again\n", name)
		}
		fmt.Fprintf(&begin, "v.%s = %s\n", g.rows[name], row)
	}
	fmt.Fprintf(&b, "\n// begin takes the rows of an iteration.\nfunc (v *values) begin(vu *load.VU) *values {\n%sreturn v\n}\n", begin.String())
	return b.String()
}

// makers are the methods of a test that make metrics, and the types of their values.
var makers = map[string][2]string{"counter": {"NewCounter", "float64"}, "gauge": {"NewGauge", "float64"}, "trend": {"NewTrend", "float64"}, "rate": {"NewRate", "bool"},
	"time": {"NewTimeTrend", "time.Duration"}}

// metrics are the script's own.
func (g *generator) metrics() string {
	if len(g.metricNames) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n// Metrics of this test's own.\nvar (\n")
	for _, name := range slices.Sorted(maps.Keys(g.metricNames)) {
		of := makers[g.script.Metrics[name]][1]
		if of == "time.Duration" {
			g.use("time")
		}
		fmt.Fprintf(&b, "%s *load.Metric[%s]\n", g.metricNames[name], of)
	}
	return b.String() + ")\n"
}

// value is a value of Go's as it is written: options, and what they are made of.
func (g *generator) value(v reflect.Value) string {
	switch own := v.Interface().(type) {
	case load.Duration:
		return "load.Duration(" + g.duration(time.Duration(own)) + ")"
	case load.Threshold:
		return strconv.Quote(string(own))
	}
	switch v.Kind() {
	case reflect.Pointer:
		return g.pointer(v.Elem())
	case reflect.Struct:
		return g.structure(v)
	case reflect.Map:
		var b strings.Builder
		fmt.Fprintf(&b, "%s{\n", v.Type())
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			fmt.Fprintf(&b, "%q: %s,\n", key.String(), strings.TrimPrefix(g.value(v.MapIndex(key)), v.Type().Elem().String()))
		}
		return b.String() + "}"
	case reflect.Slice:
		var all []string
		for i := range v.Len() {
			all = append(all, strings.TrimPrefix(g.value(v.Index(i)), v.Type().Elem().String()))
		}
		return v.Type().String() + "{" + strings.Join(all, ", ") + "}"
	case reflect.String:
		return quote(v.String())
	}
	return fmt.Sprint(v.Interface())
}

func (g *generator) pointer(v reflect.Value) string {
	switch own := v.Interface().(type) {
	case load.Duration:
		return "load.For(" + g.duration(time.Duration(own)) + ")"
	case int64:
		return fmt.Sprintf("new(int64(%d))", own)
	}
	if v.Kind() == reflect.Struct {
		return "&" + g.value(v)
	}
	return "new(" + g.value(v) + ")"
}

func (g *generator) structure(v reflect.Value) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s{", v.Type())
	several := 0
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			several++
		}
	}
	separator := ""
	if several > 3 || v.Type() == reflect.TypeFor[load.Options]() {
		separator = "\n"
	}
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			fmt.Fprintf(&b, "%s%s: %s,", separator, v.Type().Field(i).Name, g.value(f))
		}
	}
	return b.String() + separator + "}"
}

// duration is a time as a person writes it in Go.
func (g *generator) duration(d time.Duration) string {
	g.use("time")
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "time.Hour"}, {time.Minute, "time.Minute"}, {time.Second, "time.Second"}, {time.Millisecond, "time.Millisecond"}} {
		switch {
		case d == unit.of:
			return unit.name
		case d != 0 && d%unit.of == 0:
			return fmt.Sprintf("%d * %s", d/unit.of, unit.name)
		}
	}
	return fmt.Sprintf("time.Duration(%d)", int64(d))
}
