package atomicfile_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"example.com/foobar/loadgen/atomicfile"
)

func mustMode(tb testing.TB, path string) os.FileMode {
	tb.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		tb.Fatal(err)
	}
	return info.Mode()
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	reference := filepath.Join(dir, "reference") // has what the umask leaves
	for _, name := range []string{path, reference} {
		write := atomicfile.Write
		if name == reference {
			write = func(name string, b []byte) error { return os.WriteFile(name, b, 0o666) }
		}
		if err := write(name, []byte("one")); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := mustMode(t, path), mustMode(t, reference); got != want {
		t.Errorf("got mode %v of a new file, want %v", got, want)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for _, mode := range []os.FileMode{0o600, 0o640, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Write(path, []byte("two")); err != nil {
			t.Fatal(err)
		}
		if got := mustMode(t, path); got != mode {
			t.Errorf("got mode %v, want %v as before", got, mode)
		}
	}
	link := filepath.Join(dir, "link")
	for _, to := range []string{"out", "dangling"} {
		os.Remove(link)
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Write(link, []byte("three")); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join(dir, to)); err != nil || string(b) != "three" || mustMode(t, link)&os.ModeSymlink == 0 {
			t.Errorf("%s: got %q, %v, want it written through the link", to, b, err)
		}
	}
}

func TestDiscard(t *testing.T) {
	dir := t.TempDir()
	f, err := atomicfile.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("got %v, %v, want nothing left", left, err)
	}
	if _, err := atomicfile.Create(filepath.Join(dir, "nosuch", "out")); err == nil {
		t.Error("no error for a folder that is not there")
	}
}
