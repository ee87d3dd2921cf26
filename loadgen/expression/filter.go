package expression

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/foobar/loadgen/nearest"
)

// filter is one of the language's own.
type filter struct {
	form        string // how it is written
	least, most int    // arguments
	of          func(of Eval, args []Eval) Eval
}

var filters = map[string]*filter{
	"url":       {"url", 0, 0, ofText(url.QueryEscape)},
	"base64":    {"base64", 0, 0, ofText(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) })},
	"base64url": {"base64url", 0, 0, ofText(func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) })},
	"unbase64":  {"unbase64", 0, 0, unbase64},
	"json":      {"json", 0, 0, toJSON},
	"hex":       {"hex", 0, 0, ofText(func(s string) string { return hex.EncodeToString([]byte(s)) })},
	"sha256":    {"sha256", 0, 0, ofText(func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) })},
	"md5":       {"md5", 0, 0, ofText(func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) })},
	"hmac":      {"hmac(KEY)", 1, 1, ofTexts(func(s string, args []string) (Value, error) { return TextOf(sign(s, args[0])), nil })},
	"upper":     {"upper", 0, 0, ofText(strings.ToUpper)},
	"lower":     {"lower", 0, 0, ofText(strings.ToLower)},
	"trim":      {"trim", 0, 0, ofText(strings.TrimSpace)},
	"trimEnd":   {"trimEnd(TEXT)", 1, 1, ofTexts(func(s string, args []string) (Value, error) { return TextOf(strings.TrimSuffix(s, args[0])), nil })},
	"html":      {"html", 0, 0, ofText(html.EscapeString)},
	"length":    {"length", 0, 0, length},
	"number":    {"number", 0, 0, toNumber},
	"raw":       {"raw", 0, 0, func(of Eval, _ []Eval) Eval { return of }},
	"bool":      {"bool", 0, 0, toBool},
	"int":       {"int", 0, 0, rounded(math.Trunc)},
	"round":     {"round or round(2)", 0, 1, rounded(math.Round)},
	"default":   {"default(VALUE)", 1, 1, func(of Eval, args []Eval) Eval { return choice("??", of, args[0]) }},
	"split":     {"split(',')", 1, 1, ofTexts(split)},
	"join":      {"join(',')", 1, 1, join},
	"replace":   {"replace('a','b')", 2, 2, ofTexts(replaced)},
	"slice":     {"slice(0,3) or slice(3)", 1, 2, slice},
	"date":      {"date('2006-01-02')", 1, 1, date},
}

var filterNames = slices.Sorted(maps.Keys(filters))

type filterNode struct {
	of   node
	name string
	args []node
}

func (n *filterNode) compile(c *compiler) (Eval, error) {
	f := filters[n.name]
	if f == nil {
		return nil, fmt.Errorf("there is no filter %s%s", n.name, nearest.Hint(": ", n.name, filterNames))
	}
	if len(n.args) < f.least || len(n.args) > f.most {
		return nil, fmt.Errorf("%s has %d arguments: want %s", n.name, len(n.args), f.form)
	}
	of, err := c.operand(n.of, n.name == "default")
	if err != nil {
		return nil, err
	}
	args, err := c.all(n.args)
	if err != nil {
		return nil, err
	}
	return f.of(of, args), nil
}

// ofText makes another text of one.
func ofText(change func(string) string) func(Eval, []Eval) Eval {
	return func(of Eval, _ []Eval) Eval {
		return func(e Env) (Value, error) {
			v, err := needed(of, e)
			if err != nil {
				return v, err
			}
			return madeText(change(v.String()))
		}
	}
}

// ofTexts makes a value of a text and of arguments that are texts.
func ofTexts(change func(string, []string) (Value, error)) func(Eval, []Eval) Eval {
	return func(of Eval, args []Eval) Eval {
		return func(e Env) (Value, error) {
			v, err := needed(of, e)
			if err != nil {
				return v, err
			}
			texts := make([]string, len(args))
			for i, arg := range args {
				a, err := needed(arg, e)
				if err != nil {
					return a, err
				}
				texts[i] = a.String()
			}
			return change(v.String(), texts)
		}
	}
}

// maxText is the most bytes of a text that is made of others: what makes itself longer each time has to end.
const maxText = 16 << 20

var errTooLong = fmt.Errorf("a text becomes longer than %d MiB", maxText>>20)

// madeText is a text that was made of others.
func madeText(s string) (Value, error) {
	if len(s) > maxText {
		return Value{}, errTooLong
	}
	return TextOf(s), nil
}

func replaced(s string, args []string) (Value, error) {
	if len(s)+strings.Count(s, args[0])*len(args[1]) > 2*maxText {
		return Value{}, errTooLong
	}
	return madeText(strings.ReplaceAll(s, args[0], args[1]))
}

func sign(s, key string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(s))
	return hex.EncodeToString(h.Sum(nil))
}

// unbase64 takes both alphabets, with or without the = at the end.
func unbase64(of Eval, _ []Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := needed(of, e)
		if err != nil {
			return v, err
		}
		s := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(strings.TrimSpace(v.String()), "="))
		b, err := base64.RawStdEncoding.DecodeString(s)
		if err != nil {
			return Value{}, fmt.Errorf("%s is no base64", v.describe())
		}
		return TextOf(string(b)), nil
	}
}

func toJSON(of Eval, _ []Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := needed(of, e)
		if err != nil {
			return v, err
		}
		return madeText(string(v.AppendJSON(nil)))
	}
}

// length is of a list or an object the number of its values, of a text that of its characters.
func length(of Eval, _ []Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := needed(of, e)
		if err != nil || v.kind != List {
			return NumberOf(float64(utf8.RuneCountInString(v.String()))), err
		}
		items := JSONOf(v.text).members()
		return NumberOf(float64(items)), nil
	}
}

func toNumber(of Eval, _ []Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := needed(of, e)
		if err != nil || v.kind == Number {
			return v, err
		}
		f, ok := v.Float()
		if v.kind == Bool {
			f, ok = v.number, true
		}
		if !ok {
			return Value{}, fmt.Errorf("%s is no number", v.describe())
		}
		return written(strings.TrimSpace(v.text), f), nil
	}
}

// toBool takes the text false for false.
func toBool(of Eval, _ []Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := needed(of, e)
		return BoolOf(v.Truth() && (v.kind != Text || v.text != "false" && v.text != "0")), err
	}
}

// rounded makes a whole number of one, or one with so many digits behind the point.
func rounded(round func(float64) float64) func(Eval, []Eval) Eval {
	return func(of Eval, args []Eval) Eval {
		return func(e Env) (Value, error) {
			f, err := numberOf(of, e, "a filter of numbers")
			if err != nil || len(args) == 0 {
				return NumberOf(round(f)), err
			}
			digits, err := wholeOf(args[0], e, "round")
			if err != nil {
				return Value{}, err
			}
			if digits < 0 || digits > 15 {
				return Value{}, errors.New("round wants a number of digits from 0 to 15")
			}
			by := math.Pow10(digits)
			return finite(round(f*by) / by)
		}
	}
}

func split(s string, by []string) (Value, error) {
	b := []byte{'['}
	for i, part := range strings.Split(s, by[0]) {
		if i > 0 {
			b = append(b, ',')
		}
		b = TextOf(part).AppendJSON(b)
	}
	return Value{kind: List, text: string(append(b, ']'))}, nil
}

func join(of Eval, args []Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := needed(of, e)
		if err != nil {
			return v, err
		}
		by, err := needed(args[0], e)
		if err != nil {
			return by, err
		}
		items, isList := v.Items()
		if !isList {
			return Value{}, fmt.Errorf("join wants a list, got %s", v.describe())
		}
		var b []byte
		for i, item := range items {
			if i > 0 {
				b = append(b, by.String()...)
			}
			if b = item.Append(b); len(b) > maxText {
				return Value{}, errTooLong
			}
		}
		return madeText(string(b))
	}
}

// slice is a part of a text or of a list. A negative place is counted from the end.
func slice(of Eval, args []Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := needed(of, e)
		if err != nil {
			return v, err
		}
		items, isList := v.Items()
		isList = isList && v.kind == List
		letters := []rune(nil)
		n := len(items)
		if !isList {
			letters = []rune(v.String())
			n = len(letters)
		}
		from, to, err := sliceBounds(e, args, n)
		if err != nil || !isList {
			return TextOf(string(letters[from:to])), err
		}
		b := []byte{'['}
		for i, item := range items[from:to] {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.AppendJSON(b)
		}
		return Value{kind: List, text: string(append(b, ']'))}, nil
	}
}

func sliceBounds(e Env, args []Eval, n int) (from, to int, err error) {
	bounds := [2]int{0, n}
	for i, arg := range args {
		at, err := wholeOf(arg, e, "slice")
		if err != nil {
			return 0, 0, err
		}
		if at < 0 {
			at += n
		}
		bounds[i] = max(0, min(at, n))
	}
	return bounds[0], max(bounds[0], bounds[1]), nil
}

// date writes a number of milliseconds since 1970 by a layout of Go's, in UTC.
func date(of Eval, args []Eval) Eval {
	return func(e Env) (Value, error) {
		ms, err := numberOf(of, e, "date")
		if err != nil {
			return Value{}, err
		}
		layout, err := needed(args[0], e)
		if err != nil {
			return layout, err
		}
		return TextOf(time.UnixMilli(int64(ms)).UTC().Format(layout.String())), nil
	}
}
