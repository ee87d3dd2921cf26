package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const mit = "Permission is hereby granted, free of charge, to any person"

func TestWrite(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  []string // in the text, in this order
		err   string
	}{
		{"OK", map[string]string{"LICENSE": mit, "main.go": "package a"}, []string{"example.com/a v1.0.0: MIT\n", "v1.0.0, LICENSE\n", mit}, ""},
		{"BesideAPackage", map[string]string{"LICENSE.md": mit, "b/COPYING": "Mozilla Public License Version 2.0", "c/LICENSE": "GNU GENERAL PUBLIC LICENSE\nVersion 3"},
			[]string{"example.com/a v1.0.0: MIT, MPL-2.0\n", "b/COPYING"}, ""},
		{"Folder", map[string]string{"licenses/ftl.txt": "The FreeType Project LICENSE"}, []string{": FTL\n"}, ""},
		{"None", map[string]string{"README": mit}, nil, "has no licence"},
		{"Unknown", map[string]string{"LICENSE": "do as you like"}, nil, "LICENSE is a licence known here"},
		{"AGPL", map[string]string{"LICENSE": "GNU AFFERO GENERAL PUBLIC LICENSE\n   Version 3"}, nil, "doesn't fit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &module{name: "example.com/a", version: "v1.0.0", dir: t.TempDir(), packages: []string{".", "b"}}
			for name, text := range tt.files {
				mustWrite(t, filepath.Join(m.dir, name), text)
			}
			text, err := write([]*module{m})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got error %v, want %q in it", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			rest := string(text)
			for _, want := range tt.want {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Errorf("%q is not in, or not in its place:\n%s", want, text)
				}
				rest = after
			}
		})
	}
}

// The texts of this repository's own program, which links what it is hard to get right: a font, two licences to choose from.
func TestOverhead(t *testing.T) {
	t.Setenv("GOWORK", "off")
	out := filepath.Join(t.TempDir(), "notices")
	if err := run([]string{"-C", "../../overhead", "-o", out}, nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"The Go standard library go1", "github.com/ajstarks/svgo v", ": CC-BY-4.0\n", "github.com/golang/freetype v", ": FTL\n", "OFL-1.1"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func mustWrite(tb testing.TB, name, text string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}
