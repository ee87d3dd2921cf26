package k6

import (
	"encoding/base64"
	"regexp"

	"github.com/dop251/goja/ast"
)

// utilities are the functions of k6-utils.
var utilities = map[string]nativeFunc{
	"randomIntBetween": func(c *converter, at ast.Node, args []value) value {
		if len(args) != 2 {
			c.fail(at, "randomIntBetween wants two numbers")
		}
		return callTo("random.int", isNumber, c.exprOf(at, args[0]), c.exprOf(at, args[1]))
	},
	"randomItem":               randomItem,
	"randomString":             randomString,
	"uuidv4":                   uuid,
	"findBetween":              findBetween,
	"normalDistributionStages": notConverted("normalDistributionStages"),
	"getCurrentStageIndex":     notConverted("getCurrentStageIndex"),
}

func uuid(*converter, ast.Node, []value) value { return name("uuid", isText) }

// lowerCase is the alphabet of randomString.
const lowerCase = "abcdefghijklmnopqrstuvwxyz"

func randomString(c *converter, at ast.Node, args []value) value {
	alphabet := literal(lowerCase)
	if len(args) > 1 {
		alphabet = c.exprOf(at, args[1])
	}
	if len(args) == 0 {
		c.fail(at, "randomString wants a length")
	}
	return callTo("random.text", isText, c.exprOf(at, args[0]), alphabet)
}

// randomItem is one of a list.
func randomItem(c *converter, at ast.Node, args []value) value {
	a, ok := args0(args).(*array)
	if !ok {
		return callTo("random.item", anything, c.exprOf(at, args0(args)))
	}
	if len(a.items) == 0 {
		c.fail(at, "the list is empty")
	}
	return c.pickItem(at, a, callTo("random.int", isNumber, literal(0.0), literal(float64(len(a.items)-1))))
}

// findBetween is what stands between two texts of the body of a response.
func findBetween(c *converter, at ast.Node, args []value) value {
	if len(args) != 3 {
		c.fail(at, "findBetween is converted with three values")
	}
	e, ok := args[0].(*expr)
	before, ok2 := args[1].(string)
	after, ok3 := args[2].(string)
	if !ok || !ok2 || !ok3 {
		c.fail(at, "findBetween is converted for the body of a response and texts that are known")
	}
	return c.group(at, &regexpMatch{e, "(?s)" + regexp.QuoteMeta(before) + "(.*?)" + regexp.QuoteMeta(after)}, 1)
}

// encodings are those of k6/encoding, by the filter.
var encodings = map[string]string{"std": "base64", "rawurl": "base64url"}

func b64encode(c *converter, at ast.Node, args []value) value {
	kind, v := "std", args0(args)
	if len(args) > 1 {
		kind, _ = args[1].(string)
	}
	if text, ok := plainText(v); ok {
		if coding, ok := codings[kind]; ok {
			return coding.EncodeToString([]byte(text))
		}
	}
	f, ok := encodings[kind]
	if !ok {
		c.fail(at, "the encoding %s is not converted for what is known only in the test", kind)
	}
	return filter(c.textExpr(at, v), f, isText)
}

var codings = map[string]*base64.Encoding{"std": base64.StdEncoding, "rawstd": base64.RawStdEncoding, "url": base64.URLEncoding, "rawurl": base64.RawURLEncoding}

func b64decode(c *converter, at ast.Node, args []value) value {
	kind := "std"
	if len(args) > 1 {
		if text, ok := args[1].(string); ok {
			kind = text
		}
	}
	if text, ok := args0(args).(string); ok {
		if coding, ok := codings[kind]; ok {
			b, err := coding.DecodeString(text)
			if err != nil {
				c.fail(at, "the text can't be decoded: %v", err)
			}
			return string(b)
		}
	}
	return filter(c.exprOf(at, args0(args)), "unbase64", isText)
}

// digest is a hash in hexadecimal digits.
func digest(f string) nativeFunc {
	return func(c *converter, at ast.Node, args []value) value {
		if len(args) != 2 || args[1] != "hex" {
			c.fail(at, "%s is converted with the output hex", f)
		}
		return filter(c.textExpr(at, args[0]), f, isText)
	}
}

func hmac(c *converter, at ast.Node, args []value) value {
	if len(args) != 4 || args[0] != "sha256" || args[3] != "hex" {
		c.fail(at, "hmac is converted with sha256 and the output hex")
	}
	return filter(c.textExpr(at, args[2]), "hmac", isText, c.textExpr(at, args[1]))
}
