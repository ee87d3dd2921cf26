package expression

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/tidwall/gjson"
)

type unaryNode struct {
	sign string
	of   node
}

func (n *unaryNode) compile(c *compiler) (Eval, error) {
	if n.sign == "!" {
		of, err := c.sure(n.of)
		return func(e Env) (Value, error) {
			v, err := of(e)
			return BoolOf(!v.Truth()), err
		}, err
	}
	if l, literal := n.of.(*literalNode); literal && l.value.kind == Number {
		return (&literalNode{NumberOf(-l.value.number)}).compile(c)
	}
	of, err := c.sure(n.of)
	return func(e Env) (Value, error) {
		x, err := numberOf(of, e, "-")
		return NumberOf(-x), err
	}, err
}

type binaryNode struct {
	sign        string
	left, right node
}

func (n *binaryNode) compile(c *compiler) (Eval, error) {
	left, err := c.operand(n.left, n.sign == "||" || n.sign == "??" || n.comparesWithNull())
	if err != nil {
		return nil, err
	}
	right, err := c.operand(n.right, c.optional && (n.sign == "||" || n.sign == "??" || n.sign == "&&"))
	if err != nil {
		return nil, err
	}
	switch n.sign {
	case "||", "&&", "??":
		return choice(n.sign, left, right), nil
	case "+":
		return add(left, right), nil
	case "-", "*", "/", "%":
		return arithmetic(n.sign, left, right), nil
	case "matches":
		return n.matches(left, right)
	}
	return comparison(n.sign, left, right), nil
}

// comparesWithNull says whether n asks whether there is a value.
func (n *binaryNode) comparesWithNull() bool {
	l, literal := n.right.(*literalNode)
	return literal && l.value.kind == Null && (n.sign == "==" || n.sign == "!=")
}

// choice is one of the operands, as in JavaScript.
func choice(sign string, left, right Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := left(e)
		if err != nil {
			return v, err
		}
		takesLeft := v.kind > Null
		switch sign {
		case "||":
			takesLeft = v.Truth()
		case "&&":
			takesLeft = !v.Truth()
		}
		if takesLeft {
			return v, nil
		}
		return right(e)
	}
}

func add(left, right Eval) Eval {
	return func(e Env) (Value, error) {
		a, err := needed(left, e)
		if err != nil {
			return a, err
		}
		b, err := needed(right, e)
		if err != nil {
			return b, err
		}
		if a.kind == Number && b.kind == Number {
			return finite(a.number + b.number)
		}
		return madeText(a.String() + b.String())
	}
}

func arithmetic(sign string, left, right Eval) Eval {
	return func(e Env) (Value, error) {
		a, err := numberOf(left, e, sign)
		if err != nil {
			return Value{}, err
		}
		b, err := numberOf(right, e, sign)
		if err != nil {
			return Value{}, err
		}
		switch {
		case sign == "-":
			return finite(a - b)
		case sign == "*":
			return finite(a * b)
		case b == 0:
			return Value{}, errors.New("a division by 0")
		case sign == "/":
			return finite(a / b)
		}
		return finite(math.Mod(a, b))
	}
}

func finite(f float64) (Value, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return Value{}, errors.New("the result is out of range")
	}
	return NumberOf(f), nil
}

// numberOf is an operand that has to be a number, or a text that is one.
func numberOf(of Eval, e Env, sign string) (float64, error) {
	v, err := needed(of, e)
	if err != nil {
		return 0, err
	}
	f, ok := v.Float()
	if !ok {
		return 0, fmt.Errorf("%s wants numbers, got %s", sign, v.describe())
	}
	return f, nil
}

// describe is v in a message.
func (v Value) describe() string {
	switch v.kind {
	case Text:
		return fmt.Sprintf("the text '%.40s'", v.text)
	case List:
		return fmt.Sprintf("%.40s", v.text)
	case Null:
		return "null"
	case Unset:
		return "nothing"
	}
	return v.String()
}

// comparison compares two values, of which each may be null or unset.
func comparison(sign string, left, right Eval) Eval {
	compare := comparisons[sign]
	return func(e Env) (Value, error) {
		a, err := left(e)
		if err != nil {
			return a, err
		}
		b, err := right(e)
		return BoolOf(compare(a, b)), err
	}
}

func ordered(holds func(order int) bool) func(a, b Value) bool {
	return func(a, b Value) bool {
		order, ok := Compare(a, b)
		return ok && holds(order)
	}
}

var comparisons = map[string]func(a, b Value) bool{
	"==":       Equal,
	"!=":       func(a, b Value) bool { return !Equal(a, b) },
	"<":        ordered(func(order int) bool { return order < 0 }),
	"<=":       ordered(func(order int) bool { return order <= 0 }),
	">":        ordered(func(order int) bool { return order > 0 }),
	">=":       ordered(func(order int) bool { return order >= 0 }),
	"in":       func(a, b Value) bool { return has(b, a) },
	"contains": has,
}

// has says whether a list has a value, an object a key, a text another within it.
func has(whole, part Value) bool {
	if whole.kind <= Null || part.kind <= Null {
		return false
	}
	if whole.kind != List {
		return strings.Contains(whole.String(), part.String())
	}
	found := false
	list := gjson.Parse(whole.text)
	list.ForEach(func(key, value gjson.Result) bool {
		if list.IsObject() {
			found = key.Str == part.String()
		} else {
			found = Equal(resultOf(value, ""), part)
		}
		return !found
	})
	return found
}

// matches finds a regular expression of Go's. One that is the same each time is read once.
func (n *binaryNode) matches(left, right Eval) (Eval, error) {
	re := Patterns()
	if l, literal := n.right.(*literalNode); literal {
		if _, err := re(l.value.String()); err != nil {
			return nil, err
		}
	}
	return func(e Env) (Value, error) {
		a, err := left(e)
		if err != nil {
			return a, err
		}
		b, err := needed(right, e)
		if err != nil {
			return b, err
		}
		pattern, err := re(b.String())
		if err != nil {
			return Value{}, err
		}
		return BoolOf(a.kind > Null && pattern.MatchString(a.String())), nil
	}, nil
}

// Patterns reads regular expressions, and keeps the last one, for any number of goroutines.
func Patterns() func(string) (*regexp.Regexp, error) {
	var last atomic.Pointer[regexp.Regexp]
	return func(text string) (*regexp.Regexp, error) {
		if known := last.Load(); known != nil && known.String() == text {
			return known, nil
		}
		re, err := regexp.Compile(text)
		if err == nil {
			last.Store(re)
		}
		return re, err
	}
}
