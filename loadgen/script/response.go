package script

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/nearest"
)

// responseNames are what ${response.NAME} can be, of the last request: the status, 0 without a response; the body and its size in
// bytes; http_req_duration and its phases in milliseconds; where redirects led; why there was no response, null when there
// was one, and k6's code of it; "HTTP/1.1" or "HTTP/2.0"; and what the body is as JSON. Unset is all of it before the first request.
var responseNames = []string{"status", "body", "duration", "blocked", "connecting", "tls", "sending", "waiting", "receiving", "size", "url", "proto", "error",
	"errorCode", "json"}

// responseParts are those that are no JSON.
var responseParts = map[string]func(*load.Response) expression.Value{
	"status":     func(r *load.Response) expression.Value { return expression.NumberOf(float64(r.Status)) },
	"body":       func(r *load.Response) expression.Value { return expression.TextOf(string(r.Body)) },
	"duration":   func(r *load.Response) expression.Value { return milliseconds(r.Timing.Duration()) },
	"waiting":    func(r *load.Response) expression.Value { return milliseconds(r.Timing.Waiting) },
	"blocked":    func(r *load.Response) expression.Value { return milliseconds(r.Timing.Blocked) },
	"connecting": func(r *load.Response) expression.Value { return milliseconds(r.Timing.Connecting) },
	"tls":        func(r *load.Response) expression.Value { return milliseconds(r.Timing.TLSHandshaking) },
	"sending":    func(r *load.Response) expression.Value { return milliseconds(r.Timing.Sending) },
	"receiving":  func(r *load.Response) expression.Value { return milliseconds(r.Timing.Receiving) },
	"proto":      func(r *load.Response) expression.Value { return expression.TextOf(r.Proto) },
	"errorCode":  func(r *load.Response) expression.Value { return expression.NumberOf(float64(r.ErrorCode)) },
	"size":       func(r *load.Response) expression.Value { return expression.NumberOf(float64(len(r.Body))) },
	"url":        func(r *load.Response) expression.Value { return expression.TextOf(r.URL) },
	"error": func(r *load.Response) expression.Value {
		if r.Err == nil {
			return expression.NullValue()
		}
		return expression.TextOf(r.Err.Error())
	},
}

func milliseconds(d time.Duration) expression.Value {
	return expression.NumberOf(float64(d) / float64(time.Millisecond))
}

// responseValue is a name that begins with response.
func responseValue(path []string) (expression.Eval, int, error) {
	if len(path) < 2 {
		return nil, 0, fmt.Errorf("name what of it: response.%s, or response.header('Name')", strings.Join(responseNames, ", response."))
	}
	if path[1] == "json" {
		return jsonValue(path[2:]), len(path), nil
	}
	part, name := responseParts[path[1]], "response."+path[1]
	if part == nil {
		return nil, 0, fmt.Errorf("a response has no %s%s", path[1], nearest.Hint(": ", path[1], slices.Concat(responseNames, []string{"header", "cookie"})))
	}
	unset := expression.UnsetOf(name)
	return func(e expression.Env) (expression.Value, error) {
		if r := e.(*frame).response; r != nil {
			return part(r), nil
		}
		return unset, nil
	}, 2, nil
}

// jsonValue is what stands in the body at keys.
func jsonValue(keys []string) expression.Eval {
	name, path := strings.Join(append([]string{"response.json"}, keys...), "."), "@this"
	if len(keys) > 0 {
		escaped := make([]string, len(keys))
		for i, key := range keys {
			escaped[i] = gjson.Escape(key)
		}
		path = strings.Join(escaped, ".")
	}
	return func(e expression.Env) (expression.Value, error) { return e.(*frame).jsonAt(path, name), nil }
}

func (f *frame) jsonAt(path, name string) expression.Value {
	if f.response == nil {
		return expression.UnsetOf(name)
	}
	return expression.ResultOf(f.response.Value(path), name)
}

// responseMethods are what a response is asked with a name.
var responseMethods = map[string]func(expression.Env, expression.Value) (expression.Value, error){
	"response.json": func(e expression.Env, path expression.Value) (expression.Value, error) {
		return e.(*frame).jsonAt(path.String(), "response.json('"+path.String()+"')"), nil
	},
	"response.header": func(e expression.Env, name expression.Value) (expression.Value, error) {
		if r := e.(*frame).response; r != nil && r.Err == nil {
			if value, present := headerLines(r, name.String()); present {
				return expression.TextOf(value), nil
			}
		}
		return expression.UnsetOf("response.header('" + name.String() + "')"), nil
	},
	"response.regex": func(e expression.Env, pattern expression.Value) (expression.Value, error) {
		if r := e.(*frame).response; r != nil {
			if v, err := matched(r, pattern.String()); err != nil || v.IsSet() {
				return v, err
			}
		}
		return expression.UnsetOf("response.regex('" + pattern.String() + "')"), nil
	},
	"response.cookie": func(e expression.Env, name expression.Value) (expression.Value, error) {
		if r := e.(*frame).response; r != nil && r.Err == nil {
			if value, present := cookieOf(r, name.String()); present {
				return expression.TextOf(value), nil
			}
		}
		return expression.UnsetOf("response.cookie('" + name.String() + "')"), nil
	},
}

// matched finds the first group of a regular expression, or all of what it matches, in the body of a response.
func matched(r *load.Response, pattern string) (expression.Value, error) {
	re, err := patterns.read(pattern)
	if err != nil {
		return expression.Value{}, err
	}
	m := re.FindSubmatch(r.Body)
	if m == nil {
		return expression.Value{}, nil
	}
	return expression.TextOf(string(m[min(1, len(m)-1)])), nil
}

// cookieOf is the value of a cookie that a response sets.
func cookieOf(r *load.Response, name string) (string, bool) {
	for _, cookie := range r.Cookies() {
		if cookie.Name == name {
			return cookie.Value, true
		}
	}
	return "", false
}
