package k6

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// FuzzConvert converts scripts: none ends the process, and what comes of one reads back.
func FuzzConvert(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content(a, "script.js"))
	}
	for _, s := range []string{"", "export default", "export default () => { while (true) {} }", "export default function f() { f(); }",
		"import http from 'k6/http'; export default () => { for (let i = 0; i < 1e9; i++) { http.get('http://h/${' + i); } }",
		"let a = []; a.push(a); export const options = { a }; export default () => { console.log(JSON.stringify(a)); }",
		"import http from 'k6/http'; const o = {}; o.o = o; export default () => { http.post('http://h/', JSON.stringify(o)); http.post('http://h/', o); }",
		"export default () => { let s = 'a'; for (;;) { s += s; } }", "export { a as default } from './a.js';", "`${`${1}`}`; export default () => {}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Convert(Script{Name: "script.js", Text: text, Open: func(string) ([]byte, error) { return nil, fs.ErrNotExist }})
		if err != nil {
			if strings.Contains(err.Error(), "a bug") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if err := readsBack(r); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// readsBack says what is wrong with the file that a script came to.
func readsBack(d *draft.Draft) error {
	text, err := d.YAML()
	if err != nil {
		return err
	}
	n, err := file.Parse("made.yaml", text)
	if err != nil || n.IsNull() {
		return err
	}
	var options load.Options
	err = n.Decode(&options)
	read, err2 := script.Read(n)
	if err = errors.Join(err, err2); err != nil {
		return err
	}
	if _, err = read.Compile(""); err == nil {
		return nil
	}
	for _, ours := range []string{"no such variable", "there is no", "want an operator", "can't have this name", "has this name", "needs one of", "goes with", "no steps"} {
		if strings.Contains(err.Error(), ours) {
			return err
		}
	}
	return nil // a header or a name that the script has, and that can't be sent
}
