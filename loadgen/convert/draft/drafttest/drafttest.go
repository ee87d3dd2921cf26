// Package drafttest helps to test what makes drafts.
package drafttest

import (
	"os"
	"testing"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/script"
)

// MustRead is what a file of a test says.
func MustRead(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// MustWrite is the file that a draft becomes. It takes what a converter returns.
func MustWrite(tb testing.TB, d *draft.Draft, err error) string {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	text, err := d.YAML()
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// MustReadBack fails the test unless the file that a draft becomes can be read, and has requests.
func MustReadBack(tb testing.TB, d *draft.Draft) {
	tb.Helper()
	text := MustWrite(tb, d, nil)
	n, err := file.Parse("", []byte(text))
	if err != nil {
		tb.Fatalf("%v in:\n%s", err, text)
	}
	if s, err := script.Read(n); err != nil || len(s.Requests) == 0 {
		tb.Fatalf("got %d steps, %v of:\n%s", len(s.Requests), err, text)
	}
}

// Golden compares with a golden file, and writes it anew with UPDATE=1.
func Golden(tb testing.TB, name, got string) {
	tb.Helper()
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	if want := string(MustRead(tb, name)); got != want {
		tb.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
