// Package atomicfile writes files whole or not at all: beside their names first, then renamed. A new file gets the mode that
// the umask leaves, one that was there keeps its own.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// File is a file being written, which nobody sees before Commit.
type File struct {
	*os.File
	path string
}

// Create begins the file at path; where path is a symbolic link, that which it leads to. An error is of the operating
// system, about the folder of path or a file in it.
func Create(path string) (*File, error) {
	path, err := Target(path)
	if err != nil {
		return nil, err
	}
	old, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	mode := fs.FileMode(0o666) // less the umask, which the system takes away
	if old != nil {
		mode = old.Mode().Perm()
	}
	f, err := create(path, mode)
	if err == nil && old != nil {
		if err = f.Chmod(mode); err != nil {
			discard(f)
		}
	}
	if err != nil {
		return nil, err
	}
	return &File{f, path}, nil
}

// attempts are how many names are tried.
const attempts = 100

func create(path string, mode fs.FileMode) (*os.File, error) {
	dir, name := filepath.Split(path)
	for i := 0; ; i++ {
		beside := filepath.Join(dir, fmt.Sprintf(".%.100s-%08x", name, rand.Uint32()))
		f, err := os.OpenFile(beside, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) || i == attempts {
			return f, err
		}
	}
}

// Commit puts the file in its place, or removes it when that can't be done.
func (f *File) Commit() error {
	err := f.Sync()
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// Discard removes what was written.
func (f *File) Discard() { discard(f.File) }

func discard(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}

// Write writes a whole file.
func Write(path string, content []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		f.Discard()
		return err
	}
	return f.Commit()
}

// maxLinks bounds how far symbolic links are followed.
const maxLinks = 40

// Target is the file that path stands for: absolute, without symbolic links, whether it is there or not.
func Target(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for range maxLinks {
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}
