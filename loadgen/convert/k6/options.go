package k6

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/dop251/goja/token"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// durations are the keys of options that are times, which k6 takes as numbers of milliseconds, too.
var durations = []string{"duration", "startTime", "gracefulStop", "gracefulRampDown", "maxDuration", "timeUnit", "minIterationDuration", "setupTimeout",
	"teardownTimeout", "delayAbortEval", "ttl"}

// optionKeys are those that there are here, too.
var optionKeys = file.Keys(reflect.TypeFor[load.Options]())

// cleanOptions leaves out what is not known here, as k6 does, and gives times their unit.
func (c *converter) cleanOptions(o *object) {
	for _, key := range slices.Clone(o.keys) {
		if _, none := o.props[key].(undefined); none {
			o.remove(key)
			continue
		}
		if !slices.Contains(optionKeys, key) {
			o.remove(key)
			c.dropped = append(c.dropped, left{line: c.main.optionsLine(), text: key, reason: "this option has no effect here"})
		}
	}
	c.giveUnits(o, 20)
}

func (c *converter) giveUnits(v value, depth int) {
	if depth == 0 {
		return
	}
	switch v := v.(type) {
	case *object:
		for _, key := range v.keys {
			if text, ok := durationText(v.props[key]); ok && slices.Contains(durations, key) {
				v.props[key] = text
				continue
			}
			c.giveUnits(v.props[key], depth-1)
		}
	case *array:
		for _, item := range v.items {
			c.giveUnits(item, depth-1)
		}
	}
}

// execs are the functions that the scenarios name.
func execs(o *object) []string {
	scenarios, ok := o.props["scenarios"].(*object)
	if !ok {
		return nil
	}
	var all []string
	for _, key := range scenarios.keys {
		exec := "default"
		if s, ok := scenarios.props[key].(*object); ok {
			if text, ok := s.props["exec"].(string); ok {
				exec = text
			}
		}
		if !slices.Contains(all, exec) {
			all = append(all, exec)
		}
	}
	return all
}

// optionsLine is the line of the options.
func (m *module) optionsLine() int {
	i := strings.Index(m.text, "options")
	return m.line(max(i, 0))
}

// optionsError is what is wrong with the options, without the place in what was made of them.
func optionsError(err error) string {
	var placed *file.Error
	if errors.As(err, &placed) {
		return placed.Path + ": " + placed.Err.Error()
	}
	return err.Error()
}

// static is a copy of v in which all that depends on __ENV alone is known; what is not stays as it is.
func (c *converter) static(v value) value { return c.staticTo(v, 50) }

func (c *converter) staticTo(v value, depth int) value {
	if depth == 0 {
		return v
	}
	switch v := v.(type) {
	case *object:
		o := newObject()
		for _, key := range v.keys {
			o.set(key, c.staticTo(v.props[key], depth-1))
			if !isStatic(o.props[key]) {
				return v
			}
		}
		return o
	case *array:
		a := &array{}
		for _, item := range v.items {
			a.items = append(a.items, c.staticTo(item, depth-1))
		}
		return a
	case *expr:
		if known, ok := c.knownNow(v); ok {
			return known
		}
	case *phi:
		if test, ok := c.knownNow(v.condition); ok {
			if is, known := truth(test); known && is {
				return c.staticTo(v.a, depth-1)
			} else if known {
				return c.staticTo(v.b, depth-1)
			}
		}
	case *jsonText:
		return v
	}
	return v
}

// knownNow works e out with the variables of the environment.
func (c *converter) knownNow(e *expr) (value, bool) {
	switch e.op {
	case opLiteral:
		return e.value, true
	case opName:
		key, ok := strings.CutPrefix(e.text, "env.")
		if !ok {
			return nil, false
		}
		if v, set := c.script.Env[key]; set {
			return v, true
		}
		return undefined{}, true
	}
	var args []value
	for _, a := range e.args {
		v, ok := c.knownNow(a)
		if !ok {
			return nil, false
		}
		args = append(args, v)
	}
	switch e.op {
	case opConcat:
		text := ""
		for _, a := range args {
			part, ok := plainText(a)
			if !ok {
				return nil, false
			}
			text += part
		}
		return text, true
	case opChoose:
		if is, known := truth(args[0]); known && is {
			return args[1], true
		}
		return args[2], true
	case opUnary:
		if e.text == "!" {
			is, known := truth(args[0])
			return !is, known
		}
		f, ok := number(args[0])
		return -f, ok
	case opFilter:
		return knownFilter(e.text, args)
	case opBinary:
		return c.knownBinary(e.text, args[0], args[1])
	}
	return nil, false
}

func knownFilter(text string, args []value) (value, bool) {
	f, ok := number(args[0])
	switch text {
	case "number":
		return f, ok && f == f
	case "int":
		return float64(int64(f)), ok && f == f
	}
	return nil, false
}

func (c *converter) knownBinary(text string, a, b value) (value, bool) {
	is, known := truth(a)
	switch text {
	case "||":
		if known && is {
			return a, true
		}
		return b, known
	case "&&":
		if known && is {
			return b, true
		}
		return a, known
	case "??":
		if isNothing(a) {
			return b, true
		}
		return a, true
	case "==", "!=":
		same, known := equal(token.EQUAL, a, b)
		return same == (text == "=="), known
	case "+":
		return c.plus(nil, a, b), true
	}
	x, ok := number(a)
	y, ok2 := number(b)
	for t, sign := range operators {
		if sign == text && ok && ok2 {
			return arithmetic(t, a, b, x, y)
		}
	}
	return nil, false
}
