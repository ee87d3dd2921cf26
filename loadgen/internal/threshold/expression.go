package threshold

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/metrics"
)

// Expression is one parsed threshold. The grammar, with which k6's expressions are read unchanged:
//
//	expression  -> ws* aggregation ws* operator ws* number ws*
//	aggregation -> "count" | "rate"                          (counter)
//	             | "value"                                   (gauge)
//	             | "rate"                                    (rate)
//	             | "avg" | "min" | "max" | "med"             (trend)
//	             | "p(" ws* number ws* ")"                   (trend; 0 to 100)
//	operator    -> ">=" | ">" | "<=" | "<" | "===" | "==" | "!="
//	number      -> [ "+" | "-" ] digits [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ]
//	             | [ "+" | "-" ] "." digits [ ( "e" | "E" ) [ "+" | "-" ] digits ]
//
// A number is in milliseconds for times, in bytes for data, and a share from 0 to 1 for a rate.
type Expression struct {
	// Aggregation is avg, min, max, med, p, count, rate or value, and Percentile the argument of p.
	Aggregation string
	Percentile  float64
	Operator    string
	Limit       float64
	// label is the left side as it was written, without spaces.
	label string
}

// aggregations are those that each kind of metric knows.
var aggregations = map[metrics.Kind][]string{
	metrics.Counter: {"count", "rate"},
	metrics.Gauge:   {"value"},
	metrics.Rate:    {"rate"},
	metrics.Trend:   {"avg", "min", "max", "med", "p"},
}

// operators, of which the longer ones are tried first.
var operators = []string{"===", ">=", "<=", "==", "!=", ">", "<"}

// ParseExpression reads a threshold's expression.
func ParseExpression(text string) (Expression, error) {
	p := parser{text: text}
	var e Expression
	p.space()
	p.aggregation(&e)
	p.space()
	e.Operator = p.oneOf(operators, "an operator (>, >=, <, <=, ==, ===, !=)")
	p.space()
	e.Limit = p.number("a number, such as 500 or 0.01")
	p.space()
	if p.problem == "" && p.at < len(text) {
		p.fail("nothing after the number (no units, no && and ||)")
	}
	if p.problem != "" {
		return Expression{}, fmt.Errorf("position %d: %s; a threshold is \"aggregation operator number\", such as "+
			"\"p(95)<500\" or \"rate<0.01\"", p.at+1, p.problem)
	}
	return e, nil
}

// Validate says whether the expression can judge a metric of that kind.
func (e Expression) Validate(k metrics.Kind) error {
	if slices.Contains(aggregations[k], e.Aggregation) {
		return nil
	}
	return fmt.Errorf("unsupported aggregation method %s on metric of type %s. supported aggregation methods for this metric are: %s",
		e.Aggregation, k, strings.Join(aggregations[k], ", "))
}

// Holds says whether value stands to the limit as the operator asks.
func (e Expression) Holds(value float64) bool {
	switch e.Operator {
	case ">":
		return value > e.Limit
	case ">=":
		return value >= e.Limit
	case "<":
		return value < e.Limit
	case "<=":
		return value <= e.Limit
	case "!=":
		return value != e.Limit
	}
	return value == e.Limit
}

// parser reads a text from left to right and stops at the first problem.
type parser struct {
	text    string
	at      int
	problem string
}

func (p *parser) fail(want string) {
	if p.problem == "" {
		p.problem = "expected " + want
	}
}

func (p *parser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
}

// oneOf reads the first of words that comes next.
func (p *parser) oneOf(words []string, want string) string {
	if p.problem != "" {
		return ""
	}
	for _, w := range words {
		if strings.HasPrefix(p.text[p.at:], w) {
			p.at += len(w)
			return w
		}
	}
	p.fail(want)
	return ""
}

func (p *parser) aggregation(e *Expression) {
	start := p.at
	e.Aggregation = p.oneOf([]string{"count", "rate", "value", "avg", "min", "max", "med", "p("},
		"an aggregation (avg, min, max, med, p(N), count, rate or value)")
	if e.Aggregation == "p(" {
		e.Aggregation = "p"
		p.space()
		begin := p.at
		e.Percentile = p.number("a percentile, such as the 95 of p(95)")
		if p.problem == "" && (e.Percentile < 0 || e.Percentile > 100) {
			p.at = begin
			p.fail("a percentile from 0 to 100")
		}
		p.space()
		p.oneOf([]string{")"}, "the ) that ends p(N)")
	}
	e.label = strings.NewReplacer(" ", "", "\t", "").Replace(p.text[start:p.at])
}

func (p *parser) number(want string) float64 {
	if p.problem != "" {
		return 0
	}
	length := numberLength(p.text[p.at:])
	v, err := strconv.ParseFloat(p.text[p.at:p.at+length], 64)
	if err != nil {
		p.fail(want)
		return 0
	}
	p.at += length
	return v
}

// numberLength is how much of the text's beginning is a number.
func numberLength(text string) int {
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("+-.0123456789eE", r) })
	if end < 0 {
		end = len(text)
	}
	for ; end > 0; end-- {
		if _, err := strconv.ParseFloat(text[:end], 64); err == nil || errors.Is(err, strconv.ErrRange) {
			break
		}
	}
	return end
}
