package expression

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/nearest"
)

// function is one of the language's own.
type function struct {
	form        string // how it is written
	least, most int    // arguments; most is -1 for any number
	of          func(args []Eval) Eval
}

var functions = map[string]*function{
	"random.int":   {"random.int(1,100)", 2, 2, randomInt},
	"random.float": {"random.float(0,1)", 0, 2, randomFloat},
	"random.item":  {"random.item('a','b') or random.item(LIST)", 1, -1, randomItem},
	"random.text":  {"random.text(8) or random.text(8,'abc')", 1, 2, randomText},
	"random.bool":  {"random.bool() or random.bool(0.2)", 0, 1, randomBool},
	"uuid":         {"uuid", 0, 0, func([]Eval) Eval { return uuid }},
	"now":          {"now", 0, 0, clock(func(t time.Time) Value { return TextOf(t.UTC().Format("2006-01-02T15:04:05.000Z")) })},
	"now.unix":     {"now.unix", 0, 0, clock(func(t time.Time) Value { return NumberOf(float64(t.Unix())) })},
	"now.ms":       {"now.ms", 0, 0, clock(func(t time.Time) Value { return NumberOf(float64(t.UnixMilli())) })},
	"number":       {"number(TEXT)", 1, 1, func(args []Eval) Eval { return toNumber(args[0], nil) }},
	"range":        {"range(10)", 1, 1, rangeOf},
	"min":          {"min(a,b)", 1, -1, extreme(func(a, b float64) bool { return a < b })},
	"max":          {"max(a,b)", 1, -1, extreme(func(a, b float64) bool { return a > b })},
}

var functionNames = slices.Sorted(maps.Keys(functions))

type callNode struct {
	path []string
	args []node
}

func (n *callNode) compile(c *compiler) (Eval, error) {
	name := strings.Join(n.path, ".")
	if method := c.names.Method(n.path); method != nil {
		return n.method(c, name, method)
	}
	f := functions[name]
	if f == nil {
		return nil, fmt.Errorf("there is no function %s%s", name, nearest.Hint(": ", name, functionNames))
	}
	if len(n.args) < f.least || f.most >= 0 && len(n.args) > f.most {
		return nil, fmt.Errorf("%s has %d arguments: want %s", name, len(n.args), f.form)
	}
	args := n.args
	if l, isList := n.only(); isList && name == "random.item" {
		args = l.all // of a list that is written there, the one value
	}
	if len(args) == 0 && f.least > 0 {
		return nil, fmt.Errorf("%s of an empty list: want %s", name, f.form)
	}
	evals, err := c.all(args)
	if err != nil {
		return nil, err
	}
	if name == "random.item" && len(args) > 1 {
		return pickOne(evals), nil
	}
	return f.of(evals), nil
}

// only is the only argument, if that is a list of at least two.
func (n *callNode) only() (*listNode, bool) {
	if len(n.args) != 1 {
		return nil, false
	}
	l, isList := n.args[0].(*listNode)
	return l, isList && len(l.all) != 1
}

func (n *callNode) method(c *compiler, name string, method func(Env, Value) (Value, error)) (Eval, error) {
	if len(n.args) != 1 {
		return nil, fmt.Errorf("%s has %d arguments: want one", name, len(n.args))
	}
	arg, err := c.sure(n.args[0])
	return func(e Env) (Value, error) {
		v, err := needed(arg, e)
		if err != nil {
			return v, err
		}
		return method(e, v)
	}, err
}

func clock(of func(time.Time) Value) func([]Eval) Eval {
	return func([]Eval) Eval {
		return func(Env) (Value, error) { return of(time.Now()), nil }
	}
}

// maxList is the most values that range makes.
const maxList = 100_000

func rangeOf(args []Eval) Eval {
	return func(e Env) (Value, error) {
		n, err := wholeOf(args[0], e, "range")
		if err != nil {
			return Value{}, err
		}
		if n < 0 || n > maxList {
			return Value{}, fmt.Errorf("range(%d): want a number from 0 to %d", n, maxList)
		}
		b := []byte{'['}
		for i := range n {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendNumber(b, float64(i))
		}
		return Value{kind: List, text: string(append(b, ']'))}, nil
	}
}

// wholeOf is an argument that has to be a whole number.
func wholeOf(of Eval, e Env, function string) (int, error) {
	f, err := numberOf(of, e, function)
	if err != nil {
		return 0, err
	}
	if f != float64(int64(f)) || f >= 1<<53 || f <= -1<<53 {
		return 0, fmt.Errorf("%s wants a whole number, got %s", function, NumberOf(f))
	}
	return int(f), nil
}

func extreme(better func(a, b float64) bool) func([]Eval) Eval {
	return func(args []Eval) Eval {
		return func(e Env) (Value, error) {
			best, err := numberOf(args[0], e, "min and max")
			for _, arg := range args[1:] {
				var f float64
				if err == nil {
					f, err = numberOf(arg, e, "min and max")
				}
				if err == nil && better(f, best) {
					best = f
				}
			}
			return NumberOf(best), err
		}
	}
}
