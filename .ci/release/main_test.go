package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
)

func TestTaggedMod(t *testing.T) {
	const before = `module example.com/foobar/foo

go 1.26.0

replace example.com/foobar/telemetry => ../telemetry

require (
	example.com/foobar/telemetry v0.0.0
	example.com/other v1.0.0
)
`
	const want = `module example.com/foobar/foo

go 1.26.0

require (
	example.com/foobar/telemetry v0.3.0
	example.com/other v1.0.0
)
`
	got, ours, err := taggedMod([]byte(before), "v0.3.0")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(ours) != 1 || ours[0] != "example.com/foobar/telemetry" {
		t.Errorf("ours: got %q", ours)
	}
	if again, _, err := taggedMod(got, "v0.3.0"); err != nil || string(again) != want {
		t.Errorf("of a tag: got error %v and\n%s", err, again)
	}
	if _, _, err := taggedMod([]byte(before+"replace example.com/other => ../other\n"), "v0.3.0"); err == nil {
		t.Error("another's module replaced: got no error")
	}
}

func TestChecksumLines(t *testing.T) {
	version := module.Version{Path: "example.com/foobar/foo", Version: "v0.3.0"}
	if _, err := checksumLines(version, []byte("no archive"), nil); err == nil {
		t.Error("got no error")
	}
}

// Two archives of the same files are the same, whatever the files' times and modes are.
func TestPack(t *testing.T) {
	for _, goos := range []string{"linux", "windows"} {
		var first []byte
		for _, mode := range []os.FileMode{0o600, 0o755} {
			dir := t.TempDir()
			source := filepath.Join(dir, "program")
			if err := os.WriteFile(source, []byte(strings.Repeat("text", 1000)), mode); err != nil {
				t.Fatal(err)
			}
			then := time.Unix(1_000_000_000+int64(mode), 0)
			if err := os.Chtimes(source, then, then); err != nil {
				t.Fatal(err)
			}
			r := release{out: dir, time: time.Unix(1_790_000_000, 0).UTC()}
			name, err := r.pack("program_1", goos, []file{{"program", source, 0o755}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got
			} else if !bytes.Equal(first, got) {
				t.Errorf("%s: the archives differ", goos)
			}
		}
	}
}

// The bill of materials of this test's own program names Go and what is linked, and is the same twice.
func TestBillOfMaterials(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	first, err := billOfMaterials(program, "release")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"specVersion": "1.6"`, `"pkg:golang/std@1.`, `"pkg:golang/golang.org/x/mod@v`, `"go:build:GOARCH"`} {
		if !bytes.Contains(first, []byte(want)) {
			t.Errorf("%s is missing in\n%s", want, first)
		}
	}
	if second, err := billOfMaterials(program, "release"); err != nil || !bytes.Equal(first, second) {
		t.Errorf("the second differs: %v", err)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"-version", "1.0.0"}, {"-version", "v1.0"}, {"-version", "v1.0.0", "-programs", "nothing"}} {
		if err := run(args, nil); err == nil {
			t.Errorf("%q: got no error", args)
		}
	}
}
