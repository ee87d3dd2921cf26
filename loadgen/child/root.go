package child

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FindRoot is the nearest folder, from the working directory upwards, that has all of these files; fs.ErrNotExist when none has.
func FindRoot(files ...string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for %s: %w", files[0], err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		if HasFiles(at, files...) {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("looking for %s in %s and above: %w", strings.Join(files, ", "), dir, fs.ErrNotExist)
		}
	}
}

// HasFiles reports whether a folder has all of these files.
func HasFiles(dir string, files ...string) bool {
	for _, file := range files {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			return false
		}
	}
	return true
}
