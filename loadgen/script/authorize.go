package script

import (
	"encoding/base64"
	"strings"

	"example.com/foobar/loadgen/expression"
)

// authorize adds the headers that the body, basic or bearer ask for, unless the step has them, and digest.
func (c *compiler) authorize(d *draft, path string) {
	s := d.step
	if d.contentType != "" {
		d.addMissing("Content-Type", expression.Fixed(d.contentType))
	}
	var given []string
	for key, text := range map[string]string{"basic": s.Basic, "digest": s.Digest, "bearer": s.Bearer} {
		if text != "" {
			given = append(given, key)
		}
		if text != "" && key != "bearer" && !strings.Contains(text, ":") {
			c.fail(path+"."+key, "want user:password")
		}
	}
	switch {
	case len(given) > 1:
		c.fail(path, `give one of "basic", "digest" and "bearer"`)
	case s.Bearer != "":
		d.addMissing("Authorization", expression.Join(expression.Fixed("Bearer "), c.template(s.Bearer, path+".bearer")))
	case s.Basic != "":
		d.addMissing("Authorization", expression.Join(expression.Fixed("Basic "), encoded(c.template(s.Basic, path+".basic"))))
	case s.Digest != "":
		d.digest = c.template(s.Digest, path+".digest")
	}
}

// encoded is what t says in base64.
func encoded(t *expression.Template) *expression.Template {
	if t.Static() {
		return expression.Fixed(base64.StdEncoding.EncodeToString([]byte(t.Text())))
	}
	return expression.Computed(func(e expression.Env) (expression.Value, error) {
		text, err := t.Append(e, nil)
		return expression.TextOf(base64.StdEncoding.EncodeToString(text)), err
	})
}
