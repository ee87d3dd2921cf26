package golang

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/expression"
)

// kind is the type of a Go expression.
type kind int

const (
	isText   kind = iota // string
	isNumber             // float64
	isInt                // int64
	isBool
	isList // string, of JSON
)

// code is an expression of Go.
type code struct {
	text string
	kind kind
}

// unknown is what there is no Go for.
type unknown struct{ what string }

func (u unknown) Error() string { return u.what + " has no Go yet; write it by hand" }

// template is the Go of a text with ${...} in it: a string.
func (g *generator) template(text string) (string, error) {
	return g.joined(text, func(s string) string { return s })
}

// joined is the Go of a text; form says how an expression's text stands in it.
func (g *generator) joined(text string, form func(string) string) (string, error) {
	pieces, err := expression.Pieces(text)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, p := range pieces {
		if p.Tree == nil {
			parts = append(parts, quote(p.Text))
			continue
		}
		c, err := g.expression(p.Tree)
		if err != nil {
			return "", err
		}
		parts = append(parts, form(g.asText(c)))
	}
	if len(parts) == 0 {
		return `""`, nil
	}
	return strings.Join(parts, " + "), nil
}

// quote is a text of Go: in backquotes where that reads better.
func quote(s string) string {
	if strings.ContainsAny(s, "\"\\") && strconv.CanBackquote(s) || strings.Count(s, "\n") > 1 && !strings.ContainsAny(s, "`\r") && strconv.CanBackquote(strings.ReplaceAll(s, "\n", "")) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// condition is the Go of a condition: a bool.
func (g *generator) condition(text string) (string, error) {
	t, err := expression.Condition(text)
	if err != nil {
		return "", err
	}
	c, err := g.expression(t)
	return g.asBool(c), err
}

func (g *generator) asText(c code) string {
	switch c.kind {
	case isNumber:
		g.use("strconv")
		return "strconv.FormatFloat(" + c.text + ", 'f', -1, 64)"
	case isInt:
		g.use("strconv")
		if _, err := strconv.ParseInt(c.text, 10, 64); err == nil {
			return strconv.Quote(c.text)
		}
		return "strconv.FormatInt(" + c.text + ", 10)"
	case isBool:
		g.use("strconv")
		return "strconv.FormatBool(" + c.text + ")"
	}
	return c.text
}

func (g *generator) asNumber(c code) string {
	switch c.kind {
	case isNumber:
		return c.text
	case isInt:
		return "float64(" + c.text + ")"
	}
	return g.help("number") + "(" + g.asText(c) + ")"
}

func (g *generator) asInt(c code) string {
	if c.kind == isInt {
		return c.text
	}
	return "int64(" + g.asNumber(c) + ")"
}

func (g *generator) asBool(c code) string {
	switch c.kind {
	case isBool:
		return c.text
	case isNumber, isInt:
		return "(" + c.text + " != 0)"
	}
	return g.help("truth") + "(" + c.text + ")"
}

// expression is the Go of an expression.
func (g *generator) expression(t *expression.Tree) (code, error) {
	switch t.Op {
	case "literal":
		return literal(t.Value), nil
	case "name":
		return g.name(t.Path)
	case "call":
		return g.call(strings.Join(t.Path, "."), t.Args)
	case "filter":
		return g.filter(t.Path[0], t.Args)
	case "list":
		return g.list(t)
	case "member":
		of, err := g.expression(t.Args[0])
		return g.member(of, t.Path), err
	}
	args := make([]code, len(t.Args))
	for i, arg := range t.Args {
		var err error
		if args[i], err = g.expression(arg); err != nil {
			return code{}, err
		}
	}
	return g.operator(t.Op, args)
}

func literal(v expression.Value) code {
	switch v.Kind() {
	case expression.Number:
		text := v.String()
		if _, err := strconv.ParseInt(text, 10, 64); err == nil {
			return code{text, isInt}
		}
		return code{text, isNumber}
	case expression.Bool:
		return code{v.String(), isBool}
	case expression.Null:
		return code{`""`, isText}
	}
	return code{quote(v.String()), isText}
}

func (g *generator) member(of code, keys []string) code {
	g.use("github.com/tidwall/gjson")
	return code{fmt.Sprintf("gjson.Get(%s, %q).String()", g.asText(of), strings.Join(keys, ".")), isText}
}

func (g *generator) name(path []string) (code, error) {
	rest := path[1:]
	switch first := path[0]; {
	case first == "env" && len(path) == 2:
		return code{fmt.Sprintf("vu.Env[%q]", path[1]), isText}, nil
	case first == "response":
		return g.response(rest)
	case g.variables[first] != "" && len(rest) == 0:
		return code{"v." + g.variables[first], isText}, nil
	case g.variables[first] != "":
		return g.member(code{"v." + g.variables[first], isText}, rest), nil
	case first == "vu" && len(rest) == 0:
		return code{"vu.ID", isInt}, nil
	case first == "iteration" && len(rest) == 0:
		return code{"vu.Iteration", isInt}, nil
	case first == "scenario" && len(rest) == 0:
		return code{"vu.Scenario", isText}, nil
	case first == "index" && len(rest) == 0 && g.loops > 0:
		return code{"index", isInt}, nil
	}
	if _, isData := g.script.Data[path[0]]; isData && len(rest) <= 1 {
		column := "value"
		if len(rest) == 1 {
			column = rest[0]
		}
		return code{fmt.Sprintf("v.%s[%q]", g.rows[path[0]], column), isText}, nil
	}
	return g.call(strings.Join(path, "."), nil)
}

func (g *generator) response(path []string) (code, error) {
	g.usesLast = true
	if len(path) == 0 {
		return code{}, unknown{"response"}
	}
	if len(path) > 1 && path[0] == "json" {
		return code{fmt.Sprintf("res.Value(%q).String()", strings.Join(path[1:], ".")), isText}, nil
	}
	known := map[string]code{"status": {"int64(res.Status)", isInt}, "body": {"string(res.Body)", isText}, "url": {"res.URL", isText}, "size": {"int64(len(res.Body))", isInt},
		"proto": {"res.Proto", isText}, "errorCode": {"int64(res.ErrorCode)", isInt}, "json": {"string(res.Body)", isText}}
	times := map[string]string{"duration": "Duration()", "blocked": "Blocked", "connecting": "Connecting", "tls": "TLSHandshaking", "sending": "Sending", "waiting": "Waiting",
		"receiving": "Receiving"}
	if of := times[path[0]]; of != "" && len(path) == 1 {
		return code{"(res.Timing." + of + ".Seconds() * 1000)", isNumber}, nil
	}
	if len(path) == 1 {
		if c, ok := known[path[0]]; ok {
			return c, nil
		}
		if path[0] == "error" {
			return code{g.help("errorText") + "(res.Err)", isText}, nil
		}
	}
	return code{}, unknown{"response." + strings.Join(path, ".")}
}

// list is a list of fixed values, as JSON.
func (g *generator) list(t *expression.Tree) (code, error) {
	var all []json.RawMessage
	for _, arg := range t.Args {
		if arg.Op != "literal" {
			return code{}, unknown{"a list with expressions in it"}
		}
		all = append(all, arg.Value.AppendJSON(nil))
	}
	b, err := json.Marshal(all)
	return code{quote(string(b)), isList}, err
}

// texts are the Go of several expressions, as texts.
func (g *generator) texts(all []*expression.Tree) ([]string, error) {
	out := make([]string, len(all))
	for i, t := range all {
		c, err := g.expression(t)
		if err != nil {
			return nil, err
		}
		out[i] = g.asText(c)
	}
	return out, nil
}

func (g *generator) numbers(all []*expression.Tree, as func(code) string) ([]string, error) {
	out := make([]string, len(all))
	for i, t := range all {
		c, err := g.expression(t)
		if err != nil {
			return nil, err
		}
		out[i] = as(c)
	}
	return out, nil
}
