package expression

import (
	"errors"
	"fmt"
	"slices"
)

// The bounds of an expression: how deep it nests, and how many parts it has.
const (
	maxDepth = 100
	maxParts = 2000
)

// node is a part of an expression that was read, and not yet resolved.
type node interface {
	compile(c *compiler) (Eval, error)
	tree() *Tree
}

// parser reads an expression by descent.
type parser struct {
	scanner
	token token
	depth int
	parts int
}

// parse reads an expression, up to the end of the text or to a "}" that is none of its own.
func parse(text string, at int) (n node, end token, err error) {
	p := &parser{scanner: scanner{text: text, at: at}}
	if err = p.advance(); err != nil {
		return nil, token{}, err
	}
	if n, err = p.pipe(); err != nil {
		return nil, token{}, err
	}
	return n, p.token, nil
}

func (p *parser) advance() (err error) {
	if p.parts++; p.parts > maxParts {
		return fmt.Errorf("it has more than %d parts", maxParts)
	}
	p.token, err = p.next(p.token.is("."))
	return err
}

// take goes beyond one of those signs, if it is next, and says which.
func (p *parser) take(signs ...string) (sign string, err error) {
	if p.token.kind == signToken && slices.Contains(signs, p.token.text) {
		sign = p.token.text
		return sign, p.advance()
	}
	return "", nil
}

// takeWord is take for operators that are names as well.
func (p *parser) takeWord(words ...string) (word string, err error) {
	if p.token.kind == nameToken && slices.Contains(words, p.token.text) {
		word = p.token.text
		return word, p.advance()
	}
	return "", nil
}

func (p *parser) want(sign string) error {
	if taken, err := p.take(sign); err != nil || taken != "" {
		return err
	}
	return fmt.Errorf("want %s, got %s", sign, p.token.describe())
}

// nest bounds how deep the expression nests; its caller calls rise when it is done.
func (p *parser) nest() error {
	if p.depth++; p.depth > maxDepth {
		return fmt.Errorf("it nests deeper than %d", maxDepth)
	}
	return nil
}

func (p *parser) rise() { p.depth-- }

func (p *parser) pipe() (node, error) {
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer p.rise()
	n, err := p.cond()
	for err == nil {
		var bar string
		if bar, err = p.take("|"); err != nil || bar == "" {
			return n, err
		}
		n, err = p.filter(n)
	}
	return nil, err
}

func (p *parser) filter(of node) (node, error) {
	if p.token.kind != nameToken {
		return nil, fmt.Errorf("want a filter such as url behind |, got %s", p.token.describe())
	}
	f := &filterNode{of: of, name: p.token.text}
	if err := p.advance(); err != nil {
		return nil, err
	}
	open, err := p.take("(")
	if err == nil && open != "" {
		f.args, err = p.args(")")
	}
	return f, err
}

// args reads what stands up to the closing bracket.
func (p *parser) args(closing string) (args []node, err error) {
	for {
		if closed, err := p.take(closing); err != nil || closed != "" {
			return args, err
		}
		if len(args) > 0 {
			if err := p.want(","); err != nil {
				return nil, err
			}
		}
		arg, err := p.pipe()
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
}

func (p *parser) cond() (node, error) {
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer p.rise()
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if asked, err := p.take("?"); err != nil || asked == "" {
		return n, err
	}
	c := &condNode{of: n}
	if c.yes, err = p.cond(); err != nil {
		return nil, err
	}
	if err = p.want(":"); err != nil {
		return nil, err
	}
	c.no, err = p.cond()
	return c, err
}

// chain reads operands with operators of the same rank between them.
func (p *parser) chain(operand func() (node, error), signs ...string) (node, error) {
	n, err := operand()
	for err == nil {
		var sign string
		if sign, err = p.take(signs...); err != nil || sign == "" {
			return n, err
		}
		var right node
		if right, err = operand(); err == nil {
			n = &binaryNode{sign, n, right}
		}
	}
	return nil, err
}

func (p *parser) or() (node, error)   { return p.chain(p.and, "||", "??") }
func (p *parser) and() (node, error)  { return p.chain(p.cmp, "&&") }
func (p *parser) sum() (node, error)  { return p.chain(p.term, "+", "-") }
func (p *parser) term() (node, error) { return p.chain(p.unary, "*", "/", "%") }

func (p *parser) cmp() (node, error) {
	n, err := p.sum()
	if err != nil {
		return nil, err
	}
	sign, err := p.take("==", "!=", "<", "<=", ">", ">=")
	if err == nil && sign == "" {
		sign, err = p.takeWord("in", "matches", "contains")
	}
	if err != nil || sign == "" {
		return n, err
	}
	right, err := p.sum()
	return &binaryNode{sign, n, right}, err
}

func (p *parser) unary() (node, error) {
	sign, err := p.take("!", "-")
	if err != nil {
		return nil, err
	}
	if sign == "" {
		return p.postfix()
	}
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer p.rise()
	n, err := p.unary()
	return &unaryNode{sign, n}, err
}

func (p *parser) postfix() (node, error) {
	n, err := p.primary()
	for err == nil {
		var sign string
		if sign, err = p.take(".", "[", "("); err != nil || sign == "" {
			return n, err
		}
		switch sign {
		case ".":
			n, err = p.member(n)
		case "[":
			n, err = p.index(n)
		default:
			n, err = p.call(n)
		}
	}
	return nil, err
}

// member reads what stands behind a dot.
func (p *parser) member(of node) (node, error) {
	if p.token.kind != nameToken && p.token.kind != numberToken {
		return nil, fmt.Errorf("want a name behind the dot, got %s", p.token.describe())
	}
	key := p.token.text
	return withKey(of, key), p.advance()
}

// index reads what stands in brackets.
func (p *parser) index(of node) (node, error) {
	key, err := p.pipe()
	if err != nil {
		return nil, err
	}
	if err := p.want("]"); err != nil {
		return nil, err
	}
	if l, fixed := key.(*literalNode); fixed {
		return withKey(of, l.value.String()), nil
	}
	return &indexNode{of, key}, nil
}

// withKey is a further step of a path: of a name, or into a value.
func withKey(of node, key string) node {
	switch n := of.(type) {
	case *nameNode:
		return &nameNode{append(slices.Clone(n.path), key)}
	case *memberNode:
		return &memberNode{n.of, append(slices.Clone(n.path), key)}
	}
	return &memberNode{of, []string{key}}
}

func (p *parser) call(of node) (node, error) {
	n, named := of.(*nameNode)
	if !named {
		return nil, errors.New("only a function has arguments in brackets")
	}
	args, err := p.args(")")
	return &callNode{n.path, args}, err
}

// constants are the names that are values.
var constants = map[string]Value{"true": BoolOf(true), "false": BoolOf(false), "null": NullValue()}

func (p *parser) primary() (node, error) {
	t := p.token
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch {
	case t.kind == nameToken:
		if value, known := constants[t.text]; known {
			return &literalNode{value}, nil
		}
		return &nameNode{[]string{t.text}}, nil
	case t.kind == numberToken:
		return &literalNode{written(t.text, t.value)}, nil
	case t.kind == textToken:
		return &literalNode{TextOf(t.text)}, nil
	case t.is("("):
		n, err := p.pipe()
		if err == nil {
			err = p.want(")")
		}
		if name, isName := n.(*nameNode); isName {
			n = &groupNode{name} // what follows is not of the name
		}
		return n, err
	case t.is("["):
		all, err := p.args("]")
		return &listNode{all}, err
	}
	return nil, fmt.Errorf("want a value, got %s", t.describe())
}
