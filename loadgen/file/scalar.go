package file

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// The forms of YAML 1.2's core schema (10.3.2).
var (
	integer = regexp.MustCompile(`^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$`)
	decimal = regexp.MustCompile(`^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$`)
	special = regexp.MustCompile(`^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
)

// maxDigits bounds a number that has to be counted out.
const maxDigits = 1000

// core is what a plain scalar is in YAML 1.2's core schema.
func core(s string) kind {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return null
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return boolean
	}
	if integer.MatchString(s) || decimal.MatchString(s) || special.MatchString(s) {
		return number
	}
	return text
}

// IsText says whether s, written without quotes, is a text and no number, truth value or null.
func IsText(s string) bool { return core(s) == text }

// canonical is a number as JSON writes it. What JSON has no form for is an error, and so is a number that begins with a zero:
// it is one thing in YAML 1.2, another in 1.1, and most often a text.
func canonical(s string) (string, error) {
	if special.MatchString(s) {
		return "", fmt.Errorf("%s can't be sent as a number: write %q in quotes if that is the text", s, s)
	}
	if len(s) > 1 && s[0] == '0' && (s[1] == 'o' || s[1] == 'x') {
		if len(s) > maxDigits {
			return "", fmt.Errorf("%s has too many digits", short(s))
		}
		n, ok := new(big.Int).SetString(s, 0)
		if !ok {
			return "", fmt.Errorf("%s is no number", short(s))
		}
		return n.String(), nil
	}
	sign, digits := "", strings.TrimPrefix(s, "+")
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	}
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return "", fmt.Errorf("%s begins with a zero: write %q in quotes if that is the text, %s if it is the number",
			short(s), short(s), short(sign+bare(digits)))
	}
	if strings.HasPrefix(digits, ".") {
		digits = "0" + digits
	}
	whole, rest, dotted := strings.Cut(digits, ".")
	if dotted && (rest == "" || rest[0] == 'e' || rest[0] == 'E') { // "5." and "5.e3"
		digits = whole + rest
	}
	return sign + digits, nil
}

// bare is a number without the zeros before it.
func bare(digits string) string {
	rest := strings.TrimLeft(digits, "0")
	if rest == "" || rest[0] < '0' || rest[0] > '9' {
		return "0" + rest
	}
	return rest
}
