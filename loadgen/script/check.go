package script

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/secret"
)

// maxName bounds how much of a value stands in a check's name.
const maxName = 60

// Check is what must hold of a response: one of the fields besides Name, or all of them. A request without a response passes none,
// but for That alone.
type Check struct {
	// Name is what the report says; by default it tells the condition, "is status 200" or "returns foobar".
	Name   string   `json:"name,omitempty"`
	Status Statuses `json:"status,omitempty"`
	// Duration is a bound of http_req_duration, "<200ms", and Size one of the body's bytes, "<10000": with <, <=, > or >=.
	Duration     string  `json:"duration,omitempty"`
	Size         string  `json:"size,omitempty"`
	Body         *string `json:"body,omitempty"` // exactly this
	BodyContains string  `json:"bodyContains,omitempty"`
	BodyRegex    string  `json:"bodyRegex,omitempty"`
	// Header is "Name" for a header that is there, or "Name: value"; several lines of it are joined by ", ".
	Header string `json:"header,omitempty"`
	// JSON is a path into a body of JSON, "items.0.id" say, for a value that is there, or "PATH=VALUE"; != < <= > >= are the others.
	JSON string `json:"json,omitempty"`
	// That is a condition.
	That string `json:"that,omitempty"`
}

// holds says whether a condition holds of a response.
type holds func(f *frame, r *load.Response) (bool, error)

// check is a compiled Check.
type check struct {
	name string
	// varying is the name where it has variables.
	varying *expression.Template
	all     []holds
}

// readsBody says whether c looks at the response's body.
func (c Check) readsBody() bool {
	return c.Body != nil || c.BodyContains != "" || c.BodyRegex != "" || c.JSON != "" || c.Size != ""
}

// ofResponse says whether c looks at a response: a condition alone need not.
func (c Check) ofResponse() bool {
	c.Name, c.That = "", ""
	return !reflect.ValueOf(c).IsZero()
}

// checks compiles the checks of a step.
func (c *compiler) checks(all []Check, path string) []check {
	var compiled []check
	for i, one := range all {
		compiled = append(compiled, c.check(one, fmt.Sprintf("%s.checks[%d]", path, i)))
	}
	return compiled
}

// check compiles one. Its conditions tell their names.
func (c *compiler) check(of Check, path string) check {
	var out check
	var names []string
	for _, condition := range c.conditions(of, path) {
		names = append(names, condition.name)
		out.all = append(out.all, condition.holds)
	}
	if len(out.all) == 0 {
		c.fail(path, "want one of status, duration, size, body, bodyContains, bodyRegex, header, json and that")
	}
	if out.name = strings.Join(names, ", "); of.Name == "" {
		return out
	}
	out.name = of.Name
	if name := c.template(of.Name, path+".name"); name.Static() {
		out.name = name.Text()
	} else {
		out.varying = name
	}
	return out
}

// run counts whether the check holds of a response.
func (k *check) run(f *frame, r *load.Response) error {
	name := k.name
	if k.varying != nil {
		var err error
		if name, err = f.text(k.varying); err != nil {
			return err
		}
	}
	for _, condition := range k.all {
		ok, err := condition(f, r)
		if err != nil {
			return fmt.Errorf("check %s: %w", name, err)
		}
		if !ok {
			f.vu.Check(name, false)
			return nil
		}
	}
	f.vu.Check(name, true)
	return nil
}

// condition is one of a check's.
type condition struct {
	name  string
	holds holds
}

func (c *compiler) conditions(of Check, path string) []condition {
	var all []condition
	add := func(key string, given bool, compile func(path string) (condition, error)) {
		if !given {
			return
		}
		one, err := compile(path + "." + key)
		if err != nil {
			c.fail(path, "%s: %w", key, err)
			one.holds = func(*frame, *load.Response) (bool, error) { return false, nil }
		}
		all = append(all, one)
	}
	add("status", of.Status != nil, func(string) (condition, error) { return statusCondition(of.Status) })
	add("duration", of.Duration != "", func(path string) (condition, error) { return c.durationCondition(of.Duration, path) })
	add("size", of.Size != "", func(path string) (condition, error) { return c.sizeCondition(of.Size, path) })
	add("body", of.Body != nil, func(path string) (condition, error) {
		return c.bodyCondition("returns ", *of.Body, path, func(body, want []byte) bool { return bytes.Equal(body, want) }), nil
	})
	add("bodyContains", of.BodyContains != "", func(path string) (condition, error) {
		return c.bodyCondition("contains ", of.BodyContains, path, bytes.Contains), nil
	})
	add("bodyRegex", of.BodyRegex != "", func(path string) (condition, error) { return c.regexCondition(of.BodyRegex, path) })
	add("header", of.Header != "", func(path string) (condition, error) { return c.headerCondition(of.Header, path) })
	add("json", of.JSON != "", func(path string) (condition, error) { return c.jsonCondition(of.JSON, path) })
	add("that", of.That != "", func(path string) (condition, error) {
		holds := c.condition(of.That, path)
		return condition{short(of.That), func(f *frame, _ *load.Response) (bool, error) { return holds(f) }}, nil
	})
	return all
}

// answered is a condition that no request without a response passes.
func answered(of holds) holds {
	return func(f *frame, r *load.Response) (bool, error) {
		if r.Err != nil {
			return false, nil
		}
		return of(f, r)
	}
}

func statusCondition(statuses Statuses) (condition, error) {
	ranges, err := statuses.ranges()
	if err == nil && len(ranges) == 0 {
		err = errors.New(statusForms)
	}
	return condition{"is status " + strings.Join(statuses, " or "), answered(func(_ *frame, r *load.Response) (bool, error) {
		return have(ranges, r.Status), nil
	})}, err
}

// comparers are the operators of a bound, the longer ones first.
var comparers = []struct {
	sign  string
	holds func(order int) bool
}{
	{"<=", func(order int) bool { return order <= 0 }}, {">=", func(order int) bool { return order >= 0 }},
	{"<", func(order int) bool { return order < 0 }}, {">", func(order int) bool { return order > 0 }},
}

// bound compiles a text such as "<200ms": read reads what stands behind the operator, and of is what is compared with it.
func (c *compiler) bound(text, path, what, form string, read func(string) (float64, error), of func(*load.Response) float64) (condition, error) {
	for _, one := range comparers {
		rest, found := strings.CutPrefix(strings.TrimSpace(text), one.sign)
		if !found {
			continue
		}
		limit, err := c.limit(strings.TrimSpace(rest), path, read)
		return condition{what + " " + one.sign + " " + short(strings.TrimSpace(rest)), answered(func(f *frame, r *load.Response) (bool, error) {
			most, err := limit(f)
			x := of(r)
			order := 0
			if x < most {
				order = -1
			} else if x > most {
				order = 1
			}
			return one.holds(order), err
		})}, err
	}
	return condition{}, fmt.Errorf("%.60q: want %s, with <, <=, > or >=", text, form)
}

// limit is what a text comes to, which may have variables.
func (c *compiler) limit(text, path string, read func(string) (float64, error)) (func(*frame) (float64, error), error) {
	t := c.template(text, path)
	if t.Static() {
		x, err := read(t.Text())
		return func(*frame) (float64, error) { return x, nil }, err
	}
	return func(f *frame) (float64, error) {
		text, err := f.text(t)
		if err != nil {
			return 0, err
		}
		return read(text)
	}, nil
}

func (c *compiler) durationCondition(text, path string) (condition, error) {
	return c.bound(text, path, "duration", "<200ms", func(text string) (float64, error) {
		d, err := parseDuration(text)
		return float64(d), err
	}, func(r *load.Response) float64 { return float64(r.Timing.Duration()) })
}

func (c *compiler) sizeCondition(text, path string) (condition, error) {
	return c.bound(text, path, "size", "<10000", func(text string) (float64, error) {
		n, err := strconv.ParseUint(text, 10, 63)
		if err != nil {
			err = fmt.Errorf("%.60q: want a number of bytes such as 10000", text)
		}
		return float64(n), err
	}, func(r *load.Response) float64 { return float64(len(r.Body)) })
}

// bodyCondition compares the body with a text.
func (c *compiler) bodyCondition(verb, text, path string, compare func(body, want []byte) bool) condition {
	t := c.template(text, path)
	if t.Static() {
		want := []byte(t.Text())
		return condition{verb + short(t.Text()), answered(func(_ *frame, r *load.Response) (bool, error) { return compare(r.Body, want), nil })}
	}
	return condition{verb + short(text), answered(func(f *frame, r *load.Response) (bool, error) {
		var err error
		f.buffer, err = t.Append(f, f.buffer[:0])
		return err == nil && compare(r.Body, f.buffer), err
	})}
}

func (c *compiler) regexCondition(text, path string) (condition, error) {
	t, patterns := c.template(text, path), expression.Patterns()
	var err error
	if t.Static() {
		_, err = patterns(t.Text())
	}
	return condition{"matches " + short(text), answered(func(f *frame, r *load.Response) (bool, error) {
		text, err := f.text(t)
		if err != nil {
			return false, err
		}
		re, err := patterns(text)
		return err == nil && re.Match(r.Body), err
	})}, err
}

// headerCondition is about a header that is there, and may be empty, or has that value.
func (c *compiler) headerCondition(text, path string) (condition, error) {
	name, want, exact := strings.Cut(text, ":")
	name, want = strings.TrimSpace(name), strings.TrimSpace(want)
	if name == "" {
		return condition{}, errors.New("it has no name: want NAME or NAME: VALUE, such as X-Id: 7")
	}
	if !exact {
		return condition{"has header " + short(name), answered(func(_ *frame, r *load.Response) (bool, error) {
			_, present := headerLines(r, name)
			return present, nil
		})}, nil
	}
	is := short(secret.Value(name, want))
	if want == "" {
		is = "empty"
	}
	value := c.template(want, path)
	return condition{fmt.Sprintf("header %s is %s", short(name), is), answered(func(f *frame, r *load.Response) (bool, error) {
		got, present := headerLines(r, name)
		want, err := f.text(value)
		return present && got == want, err
	})}, nil
}

// jsonSigns are the operators of a condition on JSON; "" is that the value is there.
var jsonSigns = map[string]func(got, want expression.Value) bool{
	"=": func(got, want expression.Value) bool {
		return got.String() == want.String() || expression.Equal(got, want)
	},
	"!=": func(got, want expression.Value) bool {
		return got.String() != want.String() && !expression.Equal(got, want)
	},
}

func init() {
	for _, one := range comparers {
		jsonSigns[one.sign] = func(got, want expression.Value) bool {
			order, ok := expression.Compare(got, want)
			return ok && one.holds(order)
		}
	}
}

// jsonCondition is about what stands at a path. Of a path that leads nowhere nothing holds.
func (c *compiler) jsonCondition(text, path string) (condition, error) {
	at, sign, want := cutPath(text)
	if strings.TrimSpace(at) == "" {
		return condition{}, errors.New("it has no path: want PATH or PATH=VALUE, such as items.0.id=7")
	}
	where := c.template(at, path)
	if sign == "" {
		return condition{"has " + short(at), answered(func(f *frame, r *load.Response) (bool, error) {
			at, err := f.text(where)
			return err == nil && r.Value(at).Exists(), err
		})}, nil
	}
	value, compare := c.template(want, path), jsonSigns[sign]
	verb := map[string]string{"=": "is"}[sign]
	if verb == "" {
		verb = sign
	}
	shown := short(secret.Value(at[strings.LastIndexByte(at, '.')+1:], want))
	return condition{fmt.Sprintf("%s %s %s", short(at), verb, shown), answered(func(f *frame, r *load.Response) (bool, error) {
		at, err := f.text(where)
		if err != nil {
			return false, err
		}
		got := r.Value(at)
		want, err := f.text(value)
		return err == nil && got.Exists() && compare(expression.ResultOf(got, at), expression.TextOf(want)), err
	})}, nil
}

// cutPath cuts at the first operator outside of the brackets of a query such as items.#(id=="7").name.
func cutPath(text string) (path, sign, want string) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		}
		if depth > 0 {
			continue
		}
		for _, sign := range []string{"!=", "<=", ">=", "=", "<", ">"} {
			if strings.HasPrefix(text[i:], sign) {
				return text[:i], sign, text[i+len(sign):]
			}
		}
	}
	return text, "", ""
}

// short cuts a value that is too long for a name, and keeps it on one line and its secrets out.
func short(s string) string {
	s = strings.Join(strings.Fields(secret.Text(s)), " ")
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName-1]) + "…"
	}
	return s
}

func contains(all []string, one string) bool { return slices.Contains(all, one) }
