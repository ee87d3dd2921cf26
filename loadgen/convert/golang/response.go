package golang

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// after writes the checks of a response, and what is taken out of it.
func (g *generator) after(s *script.Step) error {
	for _, c := range s.Checks {
		name, ok, err := g.check(c)
		if err != nil {
			return err
		}
		g.usesLast = true
		g.line("vu.Check(%s, %s)", name, ok)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Extract)) {
		g.usesLast = true
		if err := g.extract(name, s.Extract[name]); err != nil {
			return err
		}
	}
	if s.URL == "" {
		return nil
	}
	if err := g.set(s); err != nil {
		return err
	}
	g.record(s.Record)
	return nil
}

func (g *generator) extract(name string, e script.Extract) error {
	to := "v." + g.variables[name]
	switch {
	case e.JSON != "":
		path, err := g.template(e.JSON)
		if err != nil {
			return err
		}
		g.line("%s = %s(vu, res, %s)", to, g.help("jsonValue"), path)
	case e.Header != "":
		g.line("%s = %s(vu, res, %q)", to, g.help("headerValue"), e.Header)
	case e.Cookie != "":
		g.line("%s = %s(vu, res, %q)", to, g.help("cookieValue"), e.Cookie)
	case e.Regex != "":
		g.line("%s = %s(vu, res, %s)", to, g.help("match"), quote(e.Regex))
	}
	return nil
}

// check is the Go of the name of a check and of its condition.
func (g *generator) check(c script.Check) (name, ok string, err error) {
	var names, all []string
	add := func(name, condition string) { names, all = append(names, name), append(all, condition) }
	if c.Status != nil {
		add("is status "+strings.Join(c.Status, " or "), statuses(c.Status, "res.Status"))
	}
	if c.Duration != "" {
		sign, limit := bound(c.Duration)
		d, ok := duration(limit)
		if !ok {
			return "", "", unknown{"duration: " + c.Duration}
		}
		add("duration "+sign+" "+limit, "res.Timing.Duration() "+sign+" "+g.duration(d))
	}
	if c.Size != "" {
		sign, limit := bound(c.Size)
		add("size "+sign+" "+limit, "len(res.Body) "+sign+" "+limit)
	}
	for _, body := range []struct{ verb, text, format string }{{"returns ", textOf(c.Body), "string(res.Body) == %s"}, {"contains ", c.BodyContains, "strings.Contains(string(res.Body), %s)"},
		{"matches ", c.BodyRegex, "regexp.MustCompile(%s).Match(res.Body)"}} {
		if body.text == "" && !(body.verb == "returns " && c.Body != nil) {
			continue
		}
		text, err := g.template(body.text)
		if err != nil {
			return "", "", err
		}
		if pkg, _, found := strings.Cut(body.format, "."); found && pkg != "string(res" {
			g.use(pkg)
		}
		add(body.verb+shortened(body.text), fmt.Sprintf(body.format, text))
	}
	if c.Header != "" {
		header, value, exact := strings.Cut(c.Header, ":")
		header, value = strings.TrimSpace(header), strings.TrimSpace(value)
		if !exact {
			add("has header "+header, fmt.Sprintf("%s(res, %q)", g.help("hasHeader"), header))
		} else {
			text, err := g.template(value)
			if err != nil {
				return "", "", err
			}
			add("header "+header+" is "+shortened(value), fmt.Sprintf("%s(res, %q, %s)", g.help("headerIs"), header, text))
		}
	}
	if c.JSON != "" {
		n, condition, err := g.jsonCheck(c.JSON)
		if err != nil {
			return "", "", err
		}
		add(n, condition)
	}
	if c.That != "" {
		condition, err := g.condition(c.That)
		if err != nil {
			return "", "", err
		}
		add(shortened(c.That), condition)
	}
	ok = strings.Join(all, " && ")
	if len(all) > 1 {
		ok = "(" + strings.Join(all, ") && (") + ")"
	}
	if c.Name == "" {
		return fmt.Sprintf("%q", strings.Join(names, ", ")), ok, nil
	}
	name, err = g.template(c.Name)
	return name, ok, err
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// shortened is a value as it stands in the name of a check.
func shortened(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

// duration is what a text such as 200ms says.
func duration(text string) (time.Duration, bool) {
	var d load.Duration
	err := d.Set(strings.TrimSpace(text))
	return time.Duration(d), err == nil
}

// bound is the sign and the limit of a text such as "<200ms".
func bound(text string) (sign, limit string) {
	text = strings.TrimSpace(text)
	for _, sign := range []string{"<=", ">=", "<", ">"} {
		if rest, found := strings.CutPrefix(text, sign); found {
			return sign, strings.TrimSpace(rest)
		}
	}
	return "==", text
}

// jsonCheck is the Go of a check of a value at a path.
func (g *generator) jsonCheck(text string) (name, condition string, err error) {
	depth := 0
	at, sign := -1, ""
	for i := 0; i < len(text) && at < 0; i++ {
		switch c := text[i]; {
		case c == '(' || c == '{':
			depth++
		case c == ')' || c == '}':
			depth--
		case depth <= 0:
			for _, s := range []string{"!=", "<=", ">=", "=", "<", ">"} {
				if strings.HasPrefix(text[i:], s) {
					at, sign = i, s
					break
				}
			}
		}
	}
	path, err := g.template(text)
	if at >= 0 {
		path, err = g.template(text[:at])
	}
	if err != nil || at < 0 {
		return "has " + shortened(text), "res.Value(" + path + ").Exists()", err
	}
	want := text[at+len(sign):]
	value, err := g.template(want)
	if err != nil {
		return "", "", err
	}
	of := "res.Value(" + path + ")"
	name = shortened(text[:at]) + " is " + shortened(secret.Value(text[strings.LastIndexByte(text[:at], '.')+1:at], want))
	switch sign {
	case "=":
		return name, of + ".Exists() && " + of + ".String() == " + value, nil
	case "!=":
		return shortened(text[:at]) + " != " + shortened(want), of + ".Exists() && " + of + ".String() != " + value, nil
	}
	return shortened(text[:at]) + " " + sign + " " + shortened(want), of + ".Exists() && " + g.help("compare") + "(" + of + ".String(), " + value + ") " + sign + " 0", nil
}
