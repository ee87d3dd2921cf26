package script

import (
	"crypto/rand"
	"path/filepath"
	"strings"

	"golang.org/x/net/http/httpguts"

	"example.com/foobar/loadgen/expression"
)

// body is what is sent, in one of its forms.
func (c *compiler) body(d *draft, path string) *expression.Template {
	s := d.step
	var given []string
	for _, one := range []struct {
		key string
		is  bool
	}{{"body", s.Body != ""}, {"bodyFile", s.BodyFile != ""}, {"json", s.JSON != nil}, {"form", s.Form != nil}, {"multipart", s.Multipart != nil}} {
		if one.is {
			given = append(given, one.key)
		}
	}
	if len(given) > 1 {
		c.fail(path, `give one of "body", "bodyFile", "json", "form" and "multipart": it has %s`, strings.Join(given, " and "))
		return expression.Fixed("")
	}
	switch {
	case s.BodyFile != "":
		return expression.Fixed(string(c.file(s.BodyFile, path+".bodyFile")))
	case s.JSON != nil:
		d.contentType = "application/json"
		return c.json(s.JSON, path+".json")
	case s.Form != nil:
		d.contentType = "application/x-www-form-urlencoded"
		return c.pairs(s.Form, path+".form")
	case s.Multipart != nil:
		return c.multipart(d, path+".multipart")
	}
	return c.template(s.Body, path+".body")
}

// pairs are names and values as a query or a form has them, escaped and sorted by name.
func (c *compiler) pairs(all map[string]Lines, path string) *expression.Template {
	var parts []*expression.Template
	eachLine(all, path, func(name, value, at string) {
		if len(parts) > 0 {
			parts = append(parts, expression.Fixed("&"))
		}
		parts = append(parts, c.formed(name, at, expression.InQuery), expression.Fixed("="), c.formed(value, at, expression.InQuery))
	})
	return expression.Join(parts...)
}

// multipart is a form with files.
func (c *compiler) multipart(d *draft, path string) *expression.Template {
	boundary := rand.Text()
	d.contentType = "multipart/form-data; boundary=" + boundary
	var parts []*expression.Template
	add := func(text string) { parts = append(parts, expression.Fixed(text)) }
	for i, p := range d.step.Multipart {
		at := indexed(path, i)
		add("--" + boundary + "\r\nContent-Disposition: form-data; name=\"")
		parts = append(parts, c.quoted(p.Name, at+".name"))
		if p.Name == "" {
			c.fail(at, `needs its "name"`)
		}
		if p.File != "" && p.Value != "" {
			c.fail(at, `give one of "value" and "file"`)
		}
		fileName, contentType := p.FileName, p.ContentType
		if p.File != "" && fileName == "" {
			fileName = filepath.Base(p.File)
		}
		if fileName != "" {
			add("\"; filename=\"")
			parts = append(parts, c.quoted(fileName, at+".filename"))
			if contentType == "" {
				contentType = "application/octet-stream"
			}
		}
		add("\"")
		if contentType != "" {
			add("\r\nContent-Type: ")
			if !httpguts.ValidHeaderFieldValue(contentType) {
				c.fail(at+".contentType", "has a character in it that can't be sent")
			}
			parts = append(parts, c.template(contentType, at+".contentType"))
		}
		add("\r\n\r\n")
		if p.File != "" {
			add(string(c.file(p.File, at+".file")))
		} else {
			parts = append(parts, c.template(p.Value, at+".value"))
		}
		add("\r\n")
	}
	add("--" + boundary + "--\r\n")
	return expression.Join(parts...)
}

// quoted is a name within quotes, as browsers write it (HTML, multipart/form-data encoding algorithm).
func (c *compiler) quoted(name, path string) *expression.Template {
	return c.template(strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(name), path)
}

// tokenOnly says whether a name can be that of a cookie.
func tokenOnly(name string) bool { return httpguts.ValidHeaderFieldName(name) }
