package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestDigests runs the script on a copy of the files, with a registry in which every tag has one digest.
func TestDigests(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a shell script")
	}
	dir, digest := t.TempDir(), "sha256:"+strings.Repeat("0123456789abcdef", 4)
	MustWrite(t, filepath.Join(dir, "bin/docker"), "#!/bin/sh\necho "+digest+"\n", 0o755)
	for _, name := range []string{"compose.yml", "foo/Dockerfile", "deploy/digests"} {
		MustWrite(t, filepath.Join(dir, name), string(MustRead(t, name)), 0o755)
	}
	digests := func(args ...string) (string, error) {
		command := exec.Command("bash", append([]string{filepath.Join(dir, "deploy/digests")}, args...)...)
		command.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"))
		out, err := command.CombinedOutput()
		return string(out), err
	}
	if out, err := digests("-check"); err == nil {
		t.Errorf("-check before: exit code 0, want 1\n%s", out)
	}
	if out, err := digests(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := digests("-check"); err != nil || out != "" {
		t.Errorf("-check after: %v, %q, want nothing", err, out)
	}
	for name, tags := range map[string]int{"compose.yml": 5, "foo/Dockerfile": 1} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(text), "@"+digest); got != tags {
			t.Errorf("%s: got %d new digests, want %d", name, got, tags)
		}
		if got := strings.Count(string(text), "@sha256:"); got != tags {
			t.Errorf("%s: got %d digests, want %d", name, got, tags)
		}
	}
}

// MustWrite writes a file and the directories above it.
func MustWrite(tb testing.TB, name, text string, mode os.FileMode) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		tb.Fatal(err)
	}
}
