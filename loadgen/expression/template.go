package expression

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Form is how the values of a Template stand in it.
type Form uint8

// The forms of values.
const (
	AsText    Form = iota // as they are
	InJSON                // between the quotes of a text of JSON
	InQuery               // escaped, as names and values of a query or a form are
	WholeJSON             // as they are, in place of a text of JSON with its quotes
)

// Template is a text with ${...} in it, read once.
type Template struct {
	parts []part
}

// part is text, or an expression, and how its value stands there.
type part struct {
	text string
	of   Eval
	name string // of the expression, as it was written
	form Form
	// bare says that its last filter makes a value of JSON that is no text.
	bare bool
}

// NewTemplate reads a text. $${ is ${ itself. An error names the expression.
func NewTemplate(text string, form Form, names Names) (*Template, error) {
	t := &Template{}
	for text != "" {
		i := strings.Index(text, "${")
		switch {
		case i < 0:
			t.addText(text, form)
			return t, nil
		case i > 0 && text[i-1] == '$':
			t.addText(text[:i-1]+"${", form)
			text = text[i+2:]
			continue
		}
		t.addText(text[:i], form)
		p, rest, err := readPart(text[i:], names)
		if err != nil {
			return nil, err
		}
		p.form = form
		t.parts = append(t.parts, p)
		text = rest
	}
	return t, nil
}

// addText adds text that is the same each time, in its form.
func (t *Template) addText(text string, form Form) {
	switch form {
	case InJSON:
		text = string(AppendEscaped(nil, text))
	case InQuery:
		text = url.QueryEscape(text)
	}
	if n := len(t.parts); n > 0 && t.parts[n-1].of == nil {
		t.parts[n-1].text += text
	} else if text != "" {
		t.parts = append(t.parts, part{text: text})
	}
}

// readPart reads an expression from its ${ on; rest is what stands behind its }.
func readPart(text string, names Names) (p part, rest string, err error) {
	if name, rest, closed := strings.Cut(text[2:], "}"); closed {
		if of := names.Plain(name); of != nil {
			return part{of: of, name: name}, rest, nil
		}
	}
	n, end, err := parse(text, 2)
	if err != nil || !end.is("}") {
		return part{}, "", fmt.Errorf("%s: %w", shown(text), notClosed(text, end, err))
	}
	name := text[2:end.at]
	of, err := n.compile(&compiler{names: names})
	if err != nil {
		return part{}, "", fmt.Errorf("${%s}: %w", name, err)
	}
	return part{of: of, name: name, bare: isBare(n)}, text[end.at+1:], nil
}

// isBare says whether the last filter of an expression makes a value of JSON that is no text.
func isBare(n node) bool {
	f, filtered := n.(*filterNode)
	return filtered && slices.Contains([]string{"number", "int", "round", "bool", "raw"}, f.name)
}

// Bare says whether t is one expression that ends in the filter number, int, round, bool or raw: in JSON it stands for the whole
// text, without its quotes.
func (t *Template) Bare() bool { return len(t.parts) == 1 && t.parts[0].bare }

// Whole is t with its values as JSON has them, without quotes.
func (t *Template) Whole() *Template {
	whole := &Template{parts: slices.Clone(t.parts)}
	for i := range whole.parts {
		whole.parts[i].form = WholeJSON
	}
	return whole
}

// notClosed says why an expression does not end.
func notClosed(text string, end token, err error) error {
	switch {
	case !strings.Contains(text, "}"):
		return errors.New("it is not closed by }")
	case err != nil:
		return err
	}
	return fmt.Errorf("want an operator or }, got %s", end.describe())
}

// shown is the beginning of a text from its ${ on, in a message.
func shown(text string) string {
	head, _, closed := strings.Cut(text, "}")
	if closed {
		head += "}"
	}
	if r := []rune(head); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return head
}

// Static says whether t is the same each time.
func (t *Template) Static() bool {
	for i := range t.parts {
		if t.parts[i].of != nil {
			return false
		}
	}
	return true
}

// Says whether a text stands in t, its expressions aside.
func (t *Template) Says(text string) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.of == nil && strings.Contains(p.text, text) })
}

// Text is what t says if it is static.
func (t *Template) Text() string {
	if len(t.parts) == 0 {
		return ""
	}
	return t.parts[0].text
}

// Join is a template that says all of them, one behind the other.
func Join(all ...*Template) *Template {
	t := &Template{}
	for _, one := range all {
		for _, p := range one.parts {
			if p.of == nil {
				t.addText(p.text, AsText)
				continue
			}
			t.parts = append(t.parts, p)
		}
	}
	return t
}

// Fixed is a template that says a text.
func Fixed(text string) *Template {
	t := &Template{}
	t.addText(text, AsText)
	return t
}

// Append appends what t says now. It does not allocate where b has room and the values need none.
func (t *Template) Append(e Env, b []byte) ([]byte, error) {
	for i := range t.parts {
		p := &t.parts[i]
		if p.of == nil {
			b = append(b, p.text...)
			continue
		}
		v, err := needed(p.of, e)
		if err != nil {
			return b, p.wrap(err)
		}
		b = p.append(b, v)
	}
	return b, nil
}

// wrap names the expression in an error, unless that is all that there is to say.
func (p *part) wrap(err error) error { return fmt.Errorf("${%s}: %w", p.name, err) }

func (p *part) append(b []byte, v Value) []byte {
	switch p.form {
	case InJSON:
		if v.kind == Text || v.kind == List {
			return AppendEscaped(b, v.text)
		}
	case InQuery:
		if v.kind == Text || v.kind == List {
			return appendQuery(b, v.text)
		}
	case WholeJSON:
		if v.kind == Null {
			return append(b, "null"...)
		}
	}
	return v.Append(b)
}

const upperHex = "0123456789ABCDEF"

// appendQuery is url.QueryEscape, appended.
func appendQuery(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || strings.IndexByte("-_.~", c) >= 0:
			b = append(b, c)
		case c == ' ':
			b = append(b, '+')
		default:
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return b
}

// Value is what t comes to now: of a text that is one expression, its value; else the text.
func (t *Template) Value(e Env) (Value, error) {
	if len(t.parts) == 1 && t.parts[0].of != nil {
		p := &t.parts[0]
		v, err := p.of(e)
		if err != nil {
			return v, p.wrap(err)
		}
		return v, nil
	}
	if t.Static() {
		return TextOf(t.Text()), nil
	}
	b, err := t.Append(e, nil)
	if err != nil {
		return Value{}, err
	}
	return madeText(string(b))
}

// Computed is a template that says the value of an expression.
func Computed(of Eval) *Template { return &Template{parts: []part{{of: of}}} }
