package child

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestFindRoot(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(below, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a/one", "one", "two"} {
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(below)
	for _, c := range []struct {
		files []string
		want  string // "": not there
	}{
		{[]string{"one"}, filepath.Join(root, "a")},
		{[]string{"one", "two"}, root},
		{[]string{"one", "no file has this name"}, ""},
	} {
		got, err := FindRoot(c.files...)
		if got != c.want || errors.Is(err, fs.ErrNotExist) != (c.want == "") {
			t.Errorf("%q: got %q, %v, want %q", c.files, got, err, c.want)
		}
	}
}
