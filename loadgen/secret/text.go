package secret

import (
	"encoding/json"
	"regexp"
	"strings"
)

// What secrets look like in a text that is neither a URL nor a header alone.
var (
	urlInText    = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s"'<>]+`)
	memberInText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"\s*:\s*`)
	pairInText   = regexp.MustCompile(`([\w.%-]+)=("[^"]*"|'[^']*'|[^\s&;,"'<>]+)`)
	lineInText   = regexp.MustCompile(`(?i)([\w-]*(?:authorization|cookie|token|secret|passw|passphrase|pwd|api[-_]?key|access[-_]?key|` +
		`private[-_]?key|signature|credential|session[-_]?id|sessid|x-auth|jwt)[\w-]*|\b(?:pass|auth|sig|pin|sid|session))(\s*:\s*)([^\r\n"']+)`)
	elementInText = regexp.MustCompile(`<([\w:.-]+)([^<>]*)>([^<>]+)</`)
)

// Text is a text of any kind (a body, JSON or a form, a log line) without the secrets that can be told by their names.
func Text(v string) string {
	if !strings.ContainsAny(v, ":=<") {
		return v
	}
	if t := strings.TrimSpace(v); t[0] == '{' || t[0] == '[' {
		if masked, ok := masked(t); ok {
			return masked
		}
	}
	v = urlInText.ReplaceAllStringFunc(v, URL)
	v = members(v)
	v = lineInText.ReplaceAllStringFunc(v, func(found string) string {
		m := lineInText.FindStringSubmatch(found)
		return m[1] + m[2] + Value(m[1], m[3])
	})
	v = pairInText.ReplaceAllStringFunc(v, func(found string) string {
		m := pairInText.FindStringSubmatch(found)
		return m[1] + "=" + Value(m[1], m[2])
	})
	return elementInText.ReplaceAllStringFunc(v, func(found string) string {
		m := elementInText.FindStringSubmatch(found)
		return "<" + m[1] + m[2] + ">" + Value(m[1], m[3]) + "</"
	})
}

// members hides the values of members of something like JSON, which may be cut off.
func members(v string) string {
	var b strings.Builder
	for {
		at := memberInText.FindStringIndex(v)
		if at == nil {
			return b.String() + v
		}
		name := strings.TrimRight(v[at[0]:at[1]], ": \t\r\n")
		b.WriteString(v[:at[1]])
		v = v[at[1]:]
		if !Named(unquoted(name)) {
			continue
		}
		value := v[:valueEnd(v)]
		v = v[len(value):]
		if value != `""` && value != "null" && !IsTemplate(strings.Trim(value, `"`)) {
			value = `"` + Mask + `"`
		}
		b.WriteString(value)
	}
}

// valueEnd is where the value that v begins with ends: a string, an object, an array or a word.
func valueEnd(v string) int {
	depth, quoted := 0, false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			if quoted = !quoted; !quoted && depth == 0 {
				return i + 1
			}
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case depth == 0 && strings.IndexByte(", \t\r\n", c) >= 0:
			return i
		}
	}
	return len(v)
}

func unquoted(quoted string) string {
	var name string
	if json.Unmarshal([]byte(quoted), &name) != nil {
		return quoted
	}
	return name
}

// JSON is a JSON value without the values of members that are secrets, whatever is below them. What is no JSON is a Text.
func JSON(raw json.RawMessage) json.RawMessage {
	if m, ok := masked(string(raw)); ok {
		return json.RawMessage(m)
	}
	return json.RawMessage(Text(string(raw)))
}

// masked is JSON's value of a text, if it is one of JSON.
func masked(text string) (string, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var b strings.Builder
	if !json.Valid([]byte(text)) || writeValue(&b, d, false) != nil {
		return "", false
	}
	return b.String(), true
}

// writeValue copies the next value of d, its order kept; a hidden one has its texts, numbers and truths masked.
func writeValue(b *strings.Builder, d *json.Decoder, hidden bool) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	delim, nested := t.(json.Delim)
	if !nested {
		return writeScalar(b, t, hidden)
	}
	b.WriteString(delim.String())
	for first := true; d.More(); first = false {
		if !first {
			b.WriteByte(',')
		}
		within := hidden
		if delim == '{' {
			secret, err := writeKey(b, d)
			if err != nil {
				return err
			}
			within = hidden || secret
		}
		if err := writeValue(b, d, within); err != nil {
			return err
		}
	}
	if t, err = d.Token(); err == nil {
		b.WriteString(t.(json.Delim).String())
	}
	return err
}

// writeKey copies the key of a member, and says whether what it names is a secret.
func writeKey(b *strings.Builder, d *json.Decoder) (secret bool, err error) {
	key, err := d.Token()
	if err != nil {
		return false, err
	}
	if err := writeScalar(b, key, false); err != nil {
		return false, err
	}
	b.WriteByte(':')
	return Named(key.(string)), nil
}

func writeScalar(b *strings.Builder, t json.Token, hidden bool) error {
	if text, ok := t.(string); hidden && t != nil && !(ok && Hide(text) == text) {
		t = Mask
	} else if ok && !hidden {
		t = Text(text)
	}
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(t); err != nil {
		return err
	}
	b.WriteString(strings.TrimSuffix(out.String(), "\n"))
	return nil
}
