package curl

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"example.com/foobar/loadgen/script"
)

// form reads a part of a form with files: NAME=VALUE, NAME=@FILE, which is sent as a file, or NAME=<FILE, the content of which is the
// value. Behind a semicolon stand type=TYPE and filename=NAME.
func (r *reader) form(v word) error {
	name, rest, found := strings.Cut(v.text, "=")
	if !found || name == "" {
		return errors.New("want NAME=VALUE or NAME=@FILE")
	}
	kind := rest[:min(1, len(rest))]
	value, part, err := formOptions(rest)
	if err != nil {
		return err
	}
	part.Name = name
	switch kind {
	case "@":
		part.File = value[1:]
		if part.File == "" || strings.Contains(part.File, ",") {
			return errors.New("want one file: NAME=@FILE")
		}
		if part.FileName == path.Base(part.File) {
			part.FileName = ""
		}
	case "<":
		if part.Value, err = r.file(value[1:]); err != nil {
			return err
		}
	default:
		part.Value = value
	}
	r.request.parts = append(r.request.parts, part)
	return nil
}

// formOptions cuts off what stands behind semicolons.
func formOptions(rest string) (value string, p script.Part, err error) {
	if quoted, found := strings.CutPrefix(rest, `"`); found && strings.HasSuffix(quoted, `"`) {
		return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(strings.TrimSuffix(quoted, `"`)), p, nil
	}
	value, options, _ := strings.Cut(rest, ";")
	for options != "" {
		var one string
		one, options, _ = strings.Cut(options, ";")
		name, content, _ := strings.Cut(strings.TrimSpace(one), "=")
		content = strings.Trim(content, `"`)
		switch name {
		case "type":
			p.ContentType = content
		case "filename":
			p.FileName = content
		case "headers", "encoder":
			return "", p, fmt.Errorf("%s= of a part is not known here", name)
		default: // it belongs to the type, or to the value
			if p.ContentType == "" {
				value += ";" + one
			} else {
				p.ContentType += ";" + one
			}
		}
	}
	return value, p, nil
}

func (r *reader) formString(v word) error {
	name, value, found := strings.Cut(v.text, "=")
	if !found || name == "" {
		return errors.New("want NAME=VALUE")
	}
	r.request.parts = append(r.request.parts, script.Part{Name: name, Value: value})
	return nil
}
