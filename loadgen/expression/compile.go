package expression

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/tidwall/gjson"

	"example.com/foobar/loadgen/nearest"
)

// Env is the iteration that an expression is evaluated in.
type Env interface {
	// Rand is where random numbers come from.
	Rand() *rand.Rand
}

// Eval is an expression, ready to be evaluated any number of times, by any number of goroutines that have an Env of their own. An
// error says what is wrong with the values.
type Eval func(Env) (Value, error)

// Names says what names mean that are not the language's own. All of it is asked when an expression is read.
type Names interface {
	// Value is how to come by what the first of the names in path means, with those behind it that belong to it: it has used so many,
	// and the others lead into the value. optional says that it may have no value, because there is another for that case. Of a name
	// that nothing is known by, it has used none.
	Value(path []string, optional bool) (of Eval, used int, err error)
	// Method is what path does with an argument, nil when nothing is known by that name.
	Method(path []string) func(Env, Value) (Value, error)
	// Plain is how to come by the value of a name as it stands between ${ and }, whatever characters it has; nil when there is none.
	Plain(name string) Eval
	// Known are the names there are, for a message about one that is not there.
	Known() []string
}

// compiler resolves an expression.
type compiler struct {
	names Names
	// optional says that what is compiled may have no value.
	optional bool
}

// Compile reads a text that is one expression, with or without ${ } around it.
func Compile(text string, names Names) (Eval, error) {
	text = strings.TrimSpace(text)
	shown := text
	if inner, found := strings.CutPrefix(text, "${"); found && strings.HasSuffix(inner, "}") {
		text = inner[:len(inner)-1]
	}
	if of := names.Plain(text); of != nil {
		return of, nil
	}
	n, rest, err := parse(text, 0)
	if err == nil && rest.kind != endToken {
		err = fmt.Errorf("want an operator or the end, got %s", rest.describe())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	of, err := n.compile(&compiler{names: names})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	return of, nil
}

// operand compiles an operand that may have no value, or is to have one.
func (c *compiler) operand(n node, optional bool) (Eval, error) {
	before := c.optional
	defer func() { c.optional = before }()
	c.optional = optional
	return n.compile(c)
}

// sure compiles an operand that is to have a value.
func (c *compiler) sure(n node) (Eval, error) { return c.operand(n, false) }

func (c *compiler) all(nodes []node) ([]Eval, error) {
	all := make([]Eval, len(nodes))
	for i, n := range nodes {
		var err error
		if all[i], err = c.sure(n); err != nil {
			return nil, err
		}
	}
	return all, nil
}

type literalNode struct{ value Value }

func (n *literalNode) compile(*compiler) (Eval, error) {
	value := n.value
	return func(Env) (Value, error) { return value, nil }, nil
}

// groupNode is a name in brackets of its own.
type groupNode struct{ of *nameNode }

func (n *groupNode) compile(c *compiler) (Eval, error) { return n.of.compile(c) }

type nameNode struct{ path []string }

func (n *nameNode) compile(c *compiler) (Eval, error) {
	of, used, err := c.names.Value(n.path, c.optional)
	switch {
	case err != nil:
		return nil, err
	case used > 0:
		return into(of, n.path[used:], strings.Join(n.path, ".")), nil
	case functions[strings.Join(n.path, ".")] != nil:
		return (&callNode{path: n.path}).compile(c)
	}
	return nil, c.unknown(n.path)
}

// unknown says that there is no such name, and which may have been meant.
func (c *compiler) unknown(path []string) error {
	written := strings.Join(path, ".")
	if near := nearest.Name(written, append(c.names.Known(), functionNames...)); near != "" {
		return fmt.Errorf("no such variable; did you mean %q?", near)
	}
	return ErrUnknown
}

// ErrUnknown is a name that nothing is known by, and none that is near.
var ErrUnknown = errors.New("no such variable")

// into leads from a value into the JSON that it is.
func into(of Eval, keys []string, name string) Eval {
	if len(keys) == 0 {
		return of
	}
	escaped := make([]string, len(keys))
	for i, key := range keys {
		escaped[i] = gjson.Escape(key)
	}
	path := strings.Join(escaped, ".")
	return func(e Env) (Value, error) {
		v, err := of(e)
		if err != nil || v.kind < Text {
			return UnsetOf(name), err
		}
		if v.kind == Text && !gjson.Valid(v.text) {
			return UnsetOf(name), nil
		}
		return resultOf(gjson.Get(v.text, path), name), nil
	}
}

type memberNode struct {
	of   node
	path []string
}

func (n *memberNode) compile(c *compiler) (Eval, error) {
	of, err := n.of.compile(c)
	return into(of, n.path, strings.Join(n.path, ".")), err
}

type indexNode struct{ of, key node }

func (n *indexNode) compile(c *compiler) (Eval, error) {
	of, err := n.of.compile(c)
	if err != nil {
		return nil, err
	}
	key, err := c.sure(n.key)
	if err != nil {
		return nil, err
	}
	return func(e Env) (Value, error) {
		k, err := needed(key, e)
		if err != nil {
			return Value{}, err
		}
		return into(of, []string{k.String()}, k.String())(e)
	}, nil
}

type listNode struct{ all []node }

func (n *listNode) compile(c *compiler) (Eval, error) {
	all, err := c.all(n.all)
	if err != nil {
		return nil, err
	}
	if value, fixed := n.fixed(all); fixed {
		return func(Env) (Value, error) { return value, nil }, nil
	}
	return func(e Env) (Value, error) { return listOf(e, all) }, nil
}

// fixed is a list of literals.
func (n *listNode) fixed(all []Eval) (Value, bool) {
	for _, one := range n.all {
		if _, literal := one.(*literalNode); !literal {
			return Value{}, false
		}
	}
	value, err := listOf(nil, all)
	return value, err == nil
}

func listOf(e Env, all []Eval) (Value, error) {
	b := []byte{'['}
	for i, of := range all {
		v, err := needed(of, e)
		if err != nil {
			return Value{}, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = v.AppendJSON(b)
	}
	return Value{kind: List, text: string(append(b, ']'))}, nil
}

// needed is a value that has to be there.
func needed(of Eval, e Env) (Value, error) {
	v, err := of(e)
	if err == nil && v.kind == Unset {
		err = noValue(v)
	}
	return v, err
}

func noValue(v Value) error { return fmt.Errorf("%s has no value", v.text) }

type condNode struct{ of, yes, no node }

func (n *condNode) compile(c *compiler) (Eval, error) {
	of, err := c.sure(n.of)
	if err != nil {
		return nil, err
	}
	yes, err := n.yes.compile(c)
	if err != nil {
		return nil, err
	}
	no, err := n.no.compile(c)
	return func(e Env) (Value, error) {
		v, err := of(e)
		switch {
		case err != nil:
			return v, err
		case v.Truth():
			return yes(e)
		}
		return no(e)
	}, err
}
