package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"example.com/foobar/loadgen/child"
)

// build builds what the plan starts from the workspace.
func (p plan) build(ctx context.Context, workspace string, progress func(line string)) (*child.Binaries, error) {
	names := []string{"bar", "foo"}
	if p.collector {
		names = append(names, "collector")
	}
	var programs []child.Program
	for _, name := range names {
		programs = append(programs, child.Program{Name: name, Dir: filepath.Join(workspace, name)})
	}
	return child.Build(ctx, programs, progress)
}

// ErrNoWorkspace says that foo and bar can't be built because the directory is not within the foobar workspace.
var ErrNoWorkspace = errors.New("not inside the foobar workspace")

// rootFiles are what the root of the workspace has.
var rootFiles = []string{"go.work", "foo/go.mod", "bar/go.mod"}

// workspace is dir if it is the root of the workspace, or, when dir is empty, the root above the working directory.
func workspace(dir string) (string, error) {
	if dir == "" {
		root, err := child.FindRoot(rootFiles...)
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%w: %w", ErrNoWorkspace, err)
		}
		return root, err
	}
	if !child.HasFiles(dir, rootFiles...) {
		return "", fmt.Errorf("%s: %w: it has no go.work with foo and bar beside it", dir, ErrNoWorkspace)
	}
	return filepath.Abs(dir)
}
