package ci

import (
	"regexp"
	"strings"
	"testing"
)

// toolchain is the line of go.work that names the Go which builds and checks everything.
var toolchain = regexp.MustCompile(`(?m)^toolchain go(\d+\.\d+\.\d+)$`)

// MustToolchain returns go.work's Go version, such as 1.26.11.
func MustToolchain(tb testing.TB) string {
	tb.Helper()
	m := toolchain.FindStringSubmatch(MustRead(tb, "go.work"))
	if m == nil {
		tb.Fatal("go.work has no line such as: toolchain go1.26.11")
	}
	return m[1]
}

// What is built in an image or in the workflow is built with the Go that go.work names, not with one that came along.
func TestOneToolchain(t *testing.T) {
	want := MustToolchain(t)
	for _, tt := range []struct {
		files   []string
		version *regexp.Regexp
	}{
		{[]string{"*Dockerfile", "compose.yml"}, regexp.MustCompile(`golang:([\w.]+)`)},
		{[]string{".github/workflows/*"}, regexp.MustCompile(`go-version: *"?([\w.]+)`)},
	} {
		n := 0
		for _, name := range MustFiles(t, tt.files...) {
			for _, m := range tt.version.FindAllStringSubmatch(MustRead(t, name), -1) {
				n++
				if got := m[1]; got != want {
					t.Errorf("%s: Go %s, want %s, the toolchain of go.work", name, got, want)
				}
			}
		}
		if n == 0 {
			t.Errorf("%q name no version of Go", tt.files)
		}
	}
	for _, name := range MustFiles(t, ".github/workflows/*") {
		text := MustRead(t, name)
		setups, versions := strings.Count(text, "actions/setup-go@"), strings.Count(text, "go-version:")
		if setups != versions {
			t.Errorf("%s sets Go up %d times, and says %d times which", name, setups, versions)
		}
	}
}

// A module asks for the oldest Go that it can do with, and leaves the toolchain to go.work: one place to change.
func TestModulesNameNoToolchain(t *testing.T) {
	for _, name := range MustFiles(t, "*go.mod") {
		if strings.Contains(MustRead(t, name), "\ntoolchain ") {
			t.Errorf("%s names a toolchain; that is for go.work", name)
		}
	}
}
