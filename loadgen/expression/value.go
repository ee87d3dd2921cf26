package expression

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// Kind says what a Value is.
type Kind uint8

// The kinds of values.
const (
	Unset  Kind = iota // what has no value yet, or is not there
	Null               // JSON's null
	Bool               // true or false
	Number             // a float64
	Text               // a text
	List               // JSON: a list or an object
)

// Value is what an expression comes to. Its zero value is unset.
type Value struct {
	number float64
	// text is a text, JSON as it was written, a number as it was written if float64 can't hold it, or, of what is unset, its name.
	text string
	kind Kind
}

// UnsetOf is no value, and the name of what has none.
func UnsetOf(name string) Value { return Value{kind: Unset, text: name} }

// NullValue is JSON's null.
func NullValue() Value { return Value{kind: Null} }

// BoolOf is a truth value.
func BoolOf(b bool) Value {
	if b {
		return Value{kind: Bool, number: 1}
	}
	return Value{kind: Bool}
}

// NumberOf is a number.
func NumberOf(f float64) Value { return Value{kind: Number, number: f} }

// TextOf is a text.
func TextOf(s string) Value { return Value{kind: Text, text: s} }

// JSONOf is a value of JSON, which must be valid.
func JSONOf(raw string) Value { return resultOf(gjson.Parse(raw), raw) }

// ResultOf is what gjson found; name is what was looked for.
func ResultOf(r gjson.Result, name string) Value { return resultOf(r, name) }

func resultOf(r gjson.Result, name string) Value {
	switch {
	case !r.Exists():
		return UnsetOf(name)
	case r.Type == gjson.Null:
		return NullValue()
	case r.Type == gjson.True, r.Type == gjson.False:
		return BoolOf(r.Type == gjson.True)
	case r.Type == gjson.Number:
		return written(r.Raw, r.Num)
	case r.Type == gjson.String:
		return TextOf(r.Str)
	}
	return Value{kind: List, text: r.Raw}
}

// written is a number of a text, which is kept if it is a whole number that float64 can't hold.
func written(text string, f float64) Value {
	if math.Abs(f) < 1<<53 || strings.ContainsAny(text, ".eE") {
		text = ""
	}
	return Value{kind: Number, number: f, text: text}
}

// Kind is what v is.
func (v Value) Kind() Kind { return v.kind }

// IsSet says whether v is a value, which null is.
func (v Value) IsSet() bool { return v.kind != Unset }

// Name is, of what is unset, its name.
func (v Value) Name() string { return v.text }

// Truth is false of false, null, 0, an empty text and what is unset.
func (v Value) Truth() bool {
	switch v.kind {
	case Bool, Number:
		return v.number != 0
	case Text:
		return v.text != ""
	}
	return v.kind == List
}

// Float is v as a number: a number, or a text that is one.
func (v Value) Float() (float64, bool) {
	switch v.kind {
	case Number:
		return v.number, true
	case Text:
		return parseNumber(v.text)
	}
	return 0, false
}

// parseNumber reads a number in JSON's form, spaces around it aside.
func parseNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] != '-' && s[0] != '+' && s[0] != '.' && (s[0] < '0' || s[0] > '9') || strings.ContainsAny(s, "_xXpPnN") {
		return 0, false // also what ParseFloat takes besides: inf, nan, 0x1p-2 and 1_000
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// String is v as it stands in a text.
func (v Value) String() string {
	switch v.kind {
	case Text, List:
		return v.text
	case Number, Bool:
		return string(v.Append(nil))
	}
	return ""
}

// Append appends v as it stands in a text.
func (v Value) Append(b []byte) []byte {
	switch v.kind {
	case Bool:
		return strconv.AppendBool(b, v.number != 0)
	case Number:
		if v.text != "" {
			return append(b, v.text...)
		}
		return appendNumber(b, v.number)
	case Text, List:
		return append(b, v.text...)
	}
	return b
}

func appendNumber(b []byte, f float64) []byte {
	if whole := int64(f); float64(whole) == f && math.Abs(f) < 1<<53 {
		return strconv.AppendInt(b, whole, 10)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// AppendJSON appends v as JSON writes it.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case Text:
		b = append(b, '"')
		return append(AppendEscaped(b, v.text), '"')
	case Unset, Null:
		return append(b, "null"...)
	}
	return v.Append(b)
}

// AppendEscaped appends a text as it stands between the quotes of JSON. What is not UTF-8 becomes U+FFFD.
func AppendEscaped(b []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = appendEscape(append(b, s[from:i]...), r)
		i += size
		from = i
	}
	return append(b, s[from:]...)
}

const lowerHex = "0123456789abcdef"

// appendEscape appends a character that can't stand in a text of JSON as it is.
func appendEscape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	case utf8.RuneError:
		return utf8.AppendRune(b, r)
	}
	return append(b, '\\', 'u', '0', '0', lowerHex[r>>4&15], lowerHex[r&15])
}
