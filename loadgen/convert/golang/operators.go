package golang

import (
	"fmt"
	"strings"

	"example.com/foobar/loadgen/expression"
)

func (g *generator) operator(op string, args []code) (code, error) {
	a := args[0]
	if op == "!" {
		return code{"!" + g.asBool(a), isBool}, nil
	}
	if len(args) == 1 {
		return code{"-(" + g.asNumber(a) + ")", isNumber}, nil
	}
	b := args[1]
	bothNumbers := a.kind != isText && a.kind != isList && a.kind != isBool && b.kind != isText && b.kind != isList && b.kind != isBool
	switch op {
	case "?":
		return g.choose(a, b, args[2]), nil
	case "+":
		if a.kind == isInt && b.kind == isInt {
			return code{"(" + a.text + " + " + b.text + ")", isInt}, nil
		}
		if bothNumbers {
			return code{"(" + g.asNumber(a) + " + " + g.asNumber(b) + ")", isNumber}, nil
		}
		return code{"(" + g.asText(a) + " + " + g.asText(b) + ")", isText}, nil
	case "-", "*":
		if a.kind == isInt && b.kind == isInt {
			return code{"(" + a.text + " " + op + " " + b.text + ")", isInt}, nil
		}
		return code{"(" + g.asNumber(a) + " " + op + " " + g.asNumber(b) + ")", isNumber}, nil
	case "/":
		return code{"(" + g.asNumber(a) + " / " + g.asNumber(b) + ")", isNumber}, nil
	case "%":
		g.use("math")
		return code{"math.Mod(" + g.asNumber(a) + ", " + g.asNumber(b) + ")", isNumber}, nil
	case "&&", "||":
		if a.kind == isBool || b.kind == isBool || op == "&&" {
			return code{"(" + g.asBool(a) + " " + op + " " + g.asBool(b) + ")", isBool}, nil
		}
		return code{g.help("or") + "(" + g.asText(a) + ", " + g.asText(b) + ")", isText}, nil
	case "??":
		return code{g.help("or") + "(" + g.asText(a) + ", " + g.asText(b) + ")", isText}, nil
	case "==", "!=", "<", "<=", ">", ">=":
		if a.kind == isInt && b.kind == isInt {
			return code{"(" + a.text + " " + op + " " + b.text + ")", isBool}, nil
		}
		if bothNumbers {
			return code{"(" + g.asNumber(a) + " " + op + " " + g.asNumber(b) + ")", isBool}, nil
		}
		return code{"(" + g.help("compare") + "(" + g.asText(a) + ", " + g.asText(b) + ") " + op + " 0)", isBool}, nil
	case "contains":
		g.use("strings")
		return code{"strings.Contains(" + g.asText(a) + ", " + g.asText(b) + ")", isBool}, nil
	case "in":
		return code{g.help("isIn") + "(" + g.asText(a) + ", " + g.asText(b) + ")", isBool}, nil
	case "matches":
		g.use("regexp")
		return code{"regexp.MustCompile(" + g.asText(b) + ").MatchString(" + g.asText(a) + ")", isBool}, nil
	}
	return code{}, unknown{"the operator " + op}
}

func (g *generator) choose(of, yes, no code) code {
	if yes.kind == no.kind {
		return code{fmt.Sprintf("%s(%s, %s, %s)", g.help("choose"), g.asBool(of), yes.text, no.text), yes.kind}
	}
	return code{fmt.Sprintf("%s(%s, %s, %s)", g.help("choose"), g.asBool(of), g.asText(yes), g.asText(no)), isText}
}

// call is the Go of a function of the language.
func (g *generator) call(name string, args []*expression.Tree) (code, error) {
	switch name {
	case "uuid":
		return code{g.help("uuid") + "(vu)", isText}, nil
	case "now":
		g.use("time")
		return code{`time.Now().UTC().Format("2006-01-02T15:04:05.000Z")`, isText}, nil
	case "now.unix", "now.ms":
		g.use("time")
		return code{map[string]string{"now.unix": "time.Now().Unix()", "now.ms": "time.Now().UnixMilli()"}[name], isInt}, nil
	case "response.json", "response.header", "response.cookie", "response.regex":
		texts, err := g.texts(args)
		if err != nil || len(texts) != 1 {
			return code{}, orUnknown(err, name)
		}
		g.usesLast = true
		if name == "response.cookie" {
			return code{g.help("cookie") + "(res, " + texts[0] + ")", isText}, nil
		}
		if name == "response.regex" {
			return code{g.help("matched") + "(res, " + texts[0] + ")", isText}, nil
		}
		if name == "response.json" {
			return code{"res.Value(" + texts[0] + ").String()", isText}, nil
		}
		return code{"res.Header(" + texts[0] + ")", isText}, nil
	case "random.item":
		if len(args) == 1 && args[0].Op == "list" {
			args = args[0].Args
		}
		texts, err := g.texts(args)
		if err != nil || len(texts) < 2 {
			return code{}, orUnknown(err, "random.item of a list that is not written there")
		}
		return code{g.help("item") + "(vu, " + strings.Join(texts, ", ") + ")", isText}, nil
	case "random.text":
		c, err := g.expression(args[0])
		if err != nil || len(args) > 2 {
			return code{}, orUnknown(err, name)
		}
		alphabet := `"abcdefghijklmnopqrstuvwxyz0123456789"`
		if len(args) == 2 {
			texts, err := g.texts(args[1:])
			if err != nil {
				return code{}, err
			}
			alphabet = texts[0]
		}
		return code{g.help("text") + "(vu, " + g.asInt(c) + ", " + alphabet + ")", isText}, nil
	}
	return g.numeric(name, args)
}

func orUnknown(err error, what string) error {
	if err != nil {
		return err
	}
	return unknown{what}
}

// numeric is the Go of a function of numbers.
func (g *generator) numeric(name string, args []*expression.Tree) (code, error) {
	as := g.asNumber
	if name == "random.int" {
		as = g.asInt
	}
	n, err := g.numbers(args, as)
	if err != nil {
		return code{}, err
	}
	switch {
	case name == "random.int" && len(n) == 2:
		return code{fmt.Sprintf("%s(vu, %s, %s)", g.help("whole"), n[0], n[1]), isInt}, nil
	case name == "random.float" && len(n) == 0:
		return code{"vu.Rand().Float64()", isNumber}, nil
	case name == "random.float" && len(n) == 2:
		return code{fmt.Sprintf("(%s + vu.Rand().Float64()*(%s-%s))", n[0], n[1], n[0]), isNumber}, nil
	case name == "random.bool" && len(n) == 0:
		return code{"(vu.Rand().Float64() < 0.5)", isBool}, nil
	case name == "random.bool" && len(n) == 1:
		return code{"(vu.Rand().Float64() < " + n[0] + ")", isBool}, nil
	case name == "number" && len(n) == 1:
		return code{n[0], isNumber}, nil
	case (name == "min" || name == "max") && len(n) > 0:
		return code{name + "(" + strings.Join(n, ", ") + ")", isNumber}, nil
	}
	return code{}, unknown{name}
}

// textFilters are filters that make a text of one, with what they import.
var textFilters = map[string][2]string{"url": {"url.QueryEscape(%s)", "net/url"}, "base64": {"base64.StdEncoding.EncodeToString([]byte(%s))", "encoding/base64"},
	"base64url": {"base64.RawURLEncoding.EncodeToString([]byte(%s))", "encoding/base64"}, "hex": {"hex.EncodeToString([]byte(%s))", "encoding/hex"},
	"upper": {"strings.ToUpper(%s)", "strings"}, "lower": {"strings.ToLower(%s)", "strings"}, "trim": {"strings.TrimSpace(%s)", "strings"},
	"html": {"html.EscapeString(%s)", "html"}, "raw": {"%s", ""}}

// helperFilters are filters that a helper does.
var helperFilters = map[string]string{"sha256": "sha256Hex", "md5": "md5Hex", "unbase64": "unbase64", "json": "jsonText"}

func (g *generator) filter(name string, args []*expression.Tree) (code, error) {
	of, err := g.expression(args[0])
	if err != nil {
		return code{}, err
	}
	more, err := g.texts(args[1:])
	if err != nil {
		return code{}, err
	}
	if f, ok := textFilters[name]; ok {
		if f[1] != "" {
			g.use(f[1])
		}
		return code{fmt.Sprintf(f[0], g.asText(of)), isText}, nil
	}
	if helper := helperFilters[name]; helper != "" {
		return code{g.help(helper) + "(" + g.asText(of) + ")", isText}, nil
	}
	switch {
	case name == "number" && of.kind == isInt:
		return of, nil
	case name == "number":
		return code{g.asNumber(of), isNumber}, nil
	case name == "bool":
		return code{g.asBool(of), isBool}, nil
	case name == "int":
		return code{g.asInt(of), isInt}, nil
	case name == "length":
		return code{g.help("length") + "(" + g.asText(of) + ")", isInt}, nil
	case name == "round" && len(more) == 0:
		g.use("math")
		return code{"math.Round(" + g.asNumber(of) + ")", isNumber}, nil
	case name == "hmac":
		return code{g.help("hmacHex") + "(" + g.asText(of) + ", " + more[0] + ")", isText}, nil
	case name == "default":
		return code{g.help("or") + "(" + g.asText(of) + ", " + more[0] + ")", isText}, nil
	case name == "replace" && len(more) == 2:
		g.use("strings")
		return code{"strings.ReplaceAll(" + g.asText(of) + ", " + more[0] + ", " + more[1] + ")", isText}, nil
	}
	return code{}, unknown{"the filter " + name}
}
