package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// patience is how long a pipe may be silent.
var patience = 10 * time.Second

// Read reads a file whole, of at most limit bytes. It may be a pipe that somebody writes to, such as bash's <(command);
// a device or a folder is an error, and so is a pipe that stays silent for ten seconds.
func Read(path string, limit int64) ([]byte, error) {
	if err := Check(path, limit); err != nil {
		return nil, err
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = readable(path, info, limit)
	}
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(&patient{f}, limit+1))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fmt.Errorf("%s is a pipe, and nothing came through it for %s: give a file", path, patience)
	case err != nil:
		return nil, err
	case int64(len(b)) > limit:
		return nil, tooLarge(path, limit)
	case len(b) == 0 && info.Mode()&fs.ModeNamedPipe != 0:
		return nil, fmt.Errorf("%s is a pipe that nobody writes to: give a file", path)
	}
	return b, nil
}

// Check says whether Read could read the file, without opening it.
func Check(path string, limit int64) error {
	info, err := os.Stat(path)
	var failed *fs.PathError
	if errors.As(err, &failed) {
		failed.Op = "open" // what was meant
	}
	if err != nil {
		return err
	}
	return readable(path, info, limit)
}

func readable(path string, info fs.FileInfo, limit int64) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return fmt.Errorf("%s is a folder: give a file", path)
	case mode.IsRegular() && info.Size() > limit:
		return tooLarge(path, limit)
	case mode.IsRegular(), mode&fs.ModeNamedPipe != 0, isNull(info):
		return nil
	}
	return fmt.Errorf("%s is a device: give a file", path)
}

// isNull says whether a file is the one that is always empty.
func isNull(info fs.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(null, info)
}

func tooLarge(path string, limit int64) error {
	return fmt.Errorf("%s is larger than %s", path, size(limit))
}

// size is a number of bytes in words: "16 MiB".
func size(n int64) string {
	for _, unit := range []string{"bytes", "KiB", "MiB"} {
		if n < 1024 || n%1024 != 0 {
			return fmt.Sprintf("%d %s", n, unit)
		}
		n /= 1024
	}
	return fmt.Sprintf("%d GiB", n)
}

// patient reads from a file that may be a pipe, and gives up when that is silent.
type patient struct{ f *os.File }

// Read reads what there is.
func (p *patient) Read(b []byte) (int, error) {
	deadline := time.Now().Add(patience)
	_ = p.f.SetReadDeadline(deadline) // only pipes have one
	for {
		n, err := p.f.Read(b)
		if !errors.Is(err, syscall.EAGAIN) {
			return n, err
		}
		if time.Now().After(deadline) {
			return n, os.ErrDeadlineExceeded
		}
		time.Sleep(10 * time.Millisecond)
	}
}
