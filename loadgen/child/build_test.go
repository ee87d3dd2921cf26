package child

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// mustModule writes a module with one program and returns its folder. Its programs are kept in a place of the test's own, and
// compiled packages where they always are.
func mustModule(t *testing.T, body string) Program {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(out)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module hello\ngo 1.26.0\n", "main.go": "package main\n" + body} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Program{Name: "hello", Dir: dir}
}

func mustBuild(t *testing.T, p Program, tell func(string)) *Binaries {
	t.Helper()
	b, err := Build(context.Background(), []Program{p}, tell)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Remove() })
	return b
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBuild(t *testing.T) {
	program := mustModule(t, `func main() { println("hello") }`)
	var said []string
	first := mustBuild(t, program, func(line string) { said = append(said, line) })
	if want := "building hello (the first time: a minute or two)"; len(said) == 0 || said[0] != want {
		t.Errorf("got %q, want %q first", said, want)
	}
	upToDate.Clear()
	second := mustBuild(t, program, nil)
	text := mustRead(t, first.Path("hello"))
	if !bytes.Equal(text, mustRead(t, second.Path("hello"))) {
		t.Error("the same sources make another program")
	}
	if bytes.Contains(text, []byte(program.Dir)) {
		t.Errorf("the program contains the path %s", program.Dir)
	}
	info, err := buildinfo.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Settings {
		if s.Key == "CGO_ENABLED" && s.Value != "0" || strings.HasPrefix(s.Key, "vcs") {
			t.Errorf("built with %s=%s", s.Key, s.Value)
		}
	}
	if err := first.Remove(); err != nil {
		t.Fatal(err)
	}
	p := mustStart(t, Command{Path: second.Path("hello")})
	if err := p.Wait(context.Background()); err != nil || p.Said() != ": hello" {
		t.Errorf("%v%s", err, p.Said())
	}
}

// What is measured is what is shipped: a Dockerfile has the same environment and the same flags, and no state of version control.
func TestBuildAsDockerfiles(t *testing.T) {
	for _, name := range []string{"foo", "bar", "collector"} {
		text := string(mustRead(t, filepath.Join("..", "..", name, "Dockerfile")))
		want := append([]string{`-ldflags="-s -w"`, "GOFLAGS=-trimpath"}, environment...)
		for _, setting := range want {
			if !strings.Contains(text, setting) {
				t.Errorf("%s/Dockerfile builds without %s", name, setting)
			}
		}
		if strings.Contains(text, "COPY . ") || strings.Contains(text, ".git ") {
			t.Errorf("%s/Dockerfile may see the state of version control", name)
		}
	}
	if want := []string{"-trimpath", "-ldflags=-s -w", "-buildvcs=false"}; !slices.Equal(flags, want) {
		t.Errorf("built with %q, want %q", flags, want)
	}
}

// The Go that go.work names builds, though the modules are built apart from the workspace.
func TestToolchain(t *testing.T) {
	t.Setenv("GOTOOLCHAIN", "auto")
	got, err := toolchain(context.Background(), filepath.Join("..", "..", "foo"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "GOTOOLCHAIN=" + runtime.Version() + "+auto"; len(got) != 1 || got[0] != want { // this test is built in the workspace
		t.Errorf("got %q, want %q", got, want)
	}
	t.Setenv("GOTOOLCHAIN", "local")
	if got, err := toolchain(context.Background(), "."); len(got) > 0 || err != nil {
		t.Errorf("got %q, %v where the user has chosen", got, err)
	}
}

func TestBuildErrors(t *testing.T) {
	program := mustModule(t, "func main() { broken }")
	t.Run("DoesNotCompile", func(t *testing.T) {
		_, err := Build(context.Background(), []Program{program}, nil)
		if err == nil || !strings.Contains(err.Error(), "undefined: broken") || strings.Contains(err.Error(), "runtime") {
			t.Errorf("got %v, want the compiler's message alone", err)
		}
	})
	t.Run("Cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Build(ctx, []Program{program}, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
}
