package script

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

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

// check is a compiled Check.
type check struct {
	name  string
	holds func(*load.Response) bool
}

// compile checks that c has one condition.
func (c Check) compile() (check, error) {
	var found []check
	add := func(name string, holds func(*load.Response) bool) { found = append(found, check{name, holds}) }
	if c.Status != nil {
		statuses, err := c.Status.ranges()
		if err != nil {
			return check{}, err
		}
		add("is status "+strings.Join(c.Status, " or "), func(r *load.Response) bool { return have(statuses, r.Status) })
	}
	if c.Body != nil {
		add("returns "+short(*c.Body), func(r *load.Response) bool { return string(r.Body) == *c.Body })
	}
	if c.BodyContains != "" {
		want := []byte(c.BodyContains)
		add("contains "+short(c.BodyContains), func(r *load.Response) bool { return bytes.Contains(r.Body, want) })
	}
	if c.Header != "" {
		found = append(found, headerCheck(c.Header))
	}
	if c.JSON != "" {
		found = append(found, jsonCheck(c.JSON))
	}
	if c.BodyRegex != "" {
		re, err := regexp.Compile(c.BodyRegex)
		if err != nil {
			return check{}, fmt.Errorf("bodyRegex: %w", err)
		}
		add("matches "+short(c.BodyRegex), func(r *load.Response) bool { return re.Match(r.Body) })
	}
	return c.only(found)
}

// only is the one condition found, under the name given.
func (c Check) only(found []check) (check, error) {
	switch {
	case len(found) != 1:
		return check{}, errors.New("want one of status, body, bodyContains, bodyRegex, header and json")
	case c.Header != "" && nameless(strings.Cut(c.Header, ":")):
		return check{}, errors.New("header: it has no name: want NAME or NAME: VALUE, such as X-Id: 7")
	case c.JSON != "" && nameless(cutPath(c.JSON)):
		return check{}, errors.New("json: it has no path: want PATH or PATH=VALUE, such as items.0.id=7")
	case c.Name != "":
		found[0].name = c.Name
	}
	return found[0], nil
}

// nameless says whether there is nothing to look up in a text that was cut into its name and a value.
func nameless(name, _ string, _ bool) bool { return strings.TrimSpace(name) == "" }

// headerCheck is about a header that is there, and may be empty, or has that value.
func headerCheck(text string) check {
	name, want, exact := strings.Cut(text, ":")
	name, want = strings.TrimSpace(name), strings.TrimSpace(want)
	if !exact {
		return check{"has header " + short(name), func(r *load.Response) bool {
			_, present := headerLines(r, name)
			return present
		}}
	}
	is := short(secret.Value(name, want))
	if want == "" {
		is = "empty"
	}
	return check{fmt.Sprintf("header %s is %s", short(name), is), func(r *load.Response) bool {
		value, present := headerLines(r, name)
		return present && value == want
	}}
}

// jsonCheck splits at the first "=" outside of the brackets of a query such as items.#(id=="7").name.
func jsonCheck(text string) check {
	path, want, exact := cutPath(text)
	if !exact {
		return check{"has " + short(path), func(r *load.Response) bool { return r.Value(path).Exists() }}
	}
	return check{fmt.Sprintf("%s is %s", short(path), short(secret.Value(path[strings.LastIndexByte(path, '.')+1:], want))), func(r *load.Response) bool {
		v := r.Value(path)
		return v.Exists() && v.String() == want
	}}
}

func cutPath(text string) (path, want string, exact bool) {
	depth := 0
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '=' && depth <= 0:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

// short cuts a value that is too long for a name, and keeps it on one line and its secrets out.
func short(s string) string {
	s = strings.Join(strings.Fields(secret.Text(s)), " ")
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName-1]) + "…"
	}
	return s
}
