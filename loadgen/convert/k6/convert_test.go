package k6

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Each file is a script, the files that it reads, and what comes of it. UPDATE=1 writes anew what comes of it.
func TestConvert(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := converted(t, a)
			if os.Getenv("UPDATE") == "1" {
				update(t, name, a, got)
			}
			for _, f := range got {
				if want := content(a, f.Name); string(f.Data) != want {
					t.Errorf("%s: got\n%s\nwant\n%s", f.Name, f.Data, want)
				}
			}
		})
	}
}

// converted is what comes of the script in a.
func converted(tb testing.TB, a *txtar.Archive) []txtar.File {
	tb.Helper()
	r, err := Convert(Script{Name: "script.js", Text: content(a, "script.js"), Open: opener(a)})
	if err != nil {
		return []txtar.File{{Name: "want.txt", Data: []byte(err.Error() + "\n")}}
	}
	text, err := r.YAML()
	if err != nil {
		tb.Fatal(err)
	}
	return []txtar.File{{Name: "want.yaml", Data: text}, {Name: "want.txt", Data: []byte(r.Summary())}}
}

func content(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func opener(a *txtar.Archive) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		for _, f := range a.Files {
			if f.Name == filepath.ToSlash(name) {
				return f.Data, nil
			}
		}
		return nil, errors.Join(fs.ErrNotExist, errors.New(name))
	}
}

func update(tb testing.TB, name string, a *txtar.Archive, got []txtar.File) {
	tb.Helper()
	var kept []txtar.File
	for _, f := range a.Files {
		if f.Name != "want.yaml" && f.Name != "want.txt" {
			kept = append(kept, f)
		}
	}
	a.Files = append(kept, got...)
	if err := os.WriteFile(name, bytes.TrimSuffix(txtar.Format(a), []byte("")), 0o600); err != nil {
		tb.Fatal(err)
	}
}
