package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/nearest"
)

// Variables are what ${...} can name in the texts of a step:
//
//	${token}        a variable, of extract, set, each or setup
//	${users.email}  the column email of this iteration's row of the data named users
//	${env.HOST}     a variable of the scenario's env, or of -env
//	${response...}  the last response: see responseNames
//	${vu}           the virtual user's number, from 1
//	${iteration}    the number of the user's iteration, from 0
//	${scenario}     the name of the scenario
//	${index}        the number of the round of the innermost loop, from 0
//	$${             is ${ itself
const Variables = "an earlier extract or set, DATA.COLUMN, env.NAME, response, vu, iteration, scenario or index"

// reserved are the names that no variable can have.
var reserved = []string{"", "vu", "iteration", "env", "true", "false", "null"}

// scope is a compiler at a place in the script, as expressions ask it for names. It implements expression.Names.
type scope compiler

// own are the names of the language of files itself.
var own = map[string]expression.Eval{
	"vu": func(e expression.Env) (expression.Value, error) {
		return expression.NumberOf(float64(e.(*frame).vu.ID)), nil
	},
	"iteration": func(e expression.Env) (expression.Value, error) {
		return expression.NumberOf(float64(e.(*frame).vu.Iteration)), nil
	},
	"scenario": func(e expression.Env) (expression.Value, error) {
		return expression.TextOf(e.(*frame).vu.Scenario), nil
	},
	"index": func(e expression.Env) (expression.Value, error) {
		return expression.NumberOf(float64(e.(*frame).index)), nil
	},
}

// Value finds data first, then variables, env, the response, and the names of the language.
func (s *scope) Value(path []string, optional bool) (of expression.Eval, used int, err error) {
	name := path[0]
	if data := s.program.data[name]; data != nil {
		return s.column(data, path)
	}
	if slot, known := s.program.slots[name]; known || s.settable(name) {
		if !s.visible[name] && !s.every && !optional {
			return nil, 0, errors.New("no such variable yet: it is set further down")
		}
		if !known {
			slot = s.program.slot(name)
		}
		return variable(slot, name), 1, nil
	}
	if name == "env" && len(path) > 1 {
		of, err = s.environment(path[1], optional)
		return of, 2, err
	}
	if name == "response" {
		return responseValue(path)
	}
	if of := own[name]; of != nil {
		return of, 1, nil
	}
	return nil, 0, nil
}

func variable(slot int, name string) expression.Eval {
	unset := expression.UnsetOf(name)
	return func(e expression.Env) (expression.Value, error) {
		if v := e.(*frame).vars[slot]; v.IsSet() {
			return v, nil
		}
		return unset, nil
	}
}

// column is a value of the iteration's row.
func (s *scope) column(data *rows, path []string) (expression.Eval, int, error) {
	column, used := "", 1
	switch {
	case len(path) > 1 && (data.has(path[1]) || !data.single):
		column, used = path[1], 2
	case data.single:
		column = plainColumn
	default:
		return nil, 0, fmt.Errorf("it is data: name a column of it, %s.%s say", path[0], data.columns[0])
	}
	i := slices.Index(data.columns, column)
	if i < 0 {
		return nil, 0, fmt.Errorf("the data %q has no column %q, but %s", path[0], column, strings.Join(data.columns, ", "))
	}
	s.used[data] = true
	slot := data.slot
	return func(e expression.Env) (expression.Value, error) { return e.(*frame).rows[slot][i], nil }, used, nil
}

// environment is a variable of the user's environment, which some scenario must have.
func (s *scope) environment(name string, optional bool) (expression.Eval, error) {
	var known []string
	for _, env := range s.env {
		known = slices.AppendSeq(known, maps.Keys(env))
	}
	if !optional && !slices.Contains(known, name) {
		slices.Sort(known)
		hint := nearest.Name(name, known)
		if hint != "" {
			hint = fmt.Sprintf("; did you mean %q?", hint)
		}
		return nil, fmt.Errorf("it is not set: give it with -env %s=VALUE or in env, or say what it is without, ${env.%s ?? 'VALUE'}%s", name, name, hint)
	}
	unset := expression.UnsetOf("env." + name)
	return func(e expression.Env) (expression.Value, error) {
		if value, set := e.(*frame).vu.Env[name]; set {
			return expression.TextOf(value), nil
		}
		return unset, nil
	}, nil
}

// Method is what the response is asked with a name.
func (s *scope) Method(path []string) func(expression.Env, expression.Value) (expression.Value, error) {
	return responseMethods[strings.Join(path, ".")]
}

// Plain finds a name with characters that stand for operators elsewhere: order-id, users.e-mail.
func (s *scope) Plain(name string) expression.Eval {
	if !strings.ContainsAny(name, "- /:@#&+*") {
		return nil
	}
	path := []string{name}
	if of, column, dotted := strings.Cut(name, "."); dotted && (of == "env" || s.program.data[of] != nil && s.program.data[of].has(column)) {
		path = []string{of, column}
	}
	of, used, err := s.Value(path, true)
	if err != nil || used != len(path) || path[0] == "env" && !s.hasEnv(path[1]) {
		return nil
	}
	return of
}

func (s *scope) hasEnv(name string) bool {
	return slices.ContainsFunc(s.env, func(env map[string]string) bool { _, has := env[name]; return has })
}

// Known are the names there are.
func (s *scope) Known() []string {
	known := append(slices.Collect(maps.Keys((*compiler)(s).sets())), "env", "response")
	known = slices.AppendSeq(known, maps.Keys(own))
	for _, name := range responseNames {
		known = append(known, "response."+name)
	}
	for name, data := range s.program.data {
		for _, column := range data.columns {
			known = append(known, name+"."+column)
		}
	}
	slices.Sort(known)
	return known
}

// explain says what a name can be where none is near.
func (c *compiler) explain(err error) error {
	if errors.Is(err, expression.ErrUnknown) {
		return fmt.Errorf("%w; it can be %s", err, Variables)
	}
	return err
}

// settable says whether a step somewhere sets the variable.
func (s *scope) settable(name string) bool { return (*compiler)(s).sets()[name] }

// assign is the slot of a variable that is set at path.
func (c *compiler) assign(name, path string) int {
	if strings.ContainsAny(name, "${}.") || slices.Contains(reserved, name) {
		c.fail(path, "a variable can't have this name")
	}
	if c.program.data[name] != nil {
		c.fail(path, "a data has this name: give the variable another")
	}
	slot := c.program.slot(name)
	c.visible[name], c.assigned[slot] = true, true
	return slot
}
