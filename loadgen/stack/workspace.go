package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoWorkspace says that foo and bar can't be built because the directory is not within the foobar workspace.
var ErrNoWorkspace = errors.New("not inside the foobar workspace")

// workspace is dir if it is the root of the workspace, or, when dir is empty, the root above the working directory.
func workspace(dir string) (string, error) {
	if dir != "" {
		if !isRoot(dir) {
			return "", fmt.Errorf("%s: %w: it has no go.work with foo and bar beside it", dir, ErrNoWorkspace)
		}
		return filepath.Abs(dir)
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for the workspace: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		if isRoot(at) {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s: %w", dir, ErrNoWorkspace)
		}
	}
}

func isRoot(dir string) bool {
	for _, file := range []string{"go.work", "foo/go.mod", "bar/go.mod"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			return false
		}
	}
	return true
}
