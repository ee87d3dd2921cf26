package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// file is one file of an archive.
type file struct {
	name, source string
	mode         int64
}

// pack writes an archive with a folder in it: zip for Windows, else tar.gz. All that a file system or a clock would put in
// is fixed.
func (r *release) pack(base, goos string, files []file) (string, error) {
	name, write := base+".tar.gz", r.tar
	if goos == "windows" {
		name, write = base+".zip", r.zip
	}
	var b bytes.Buffer
	if err := write(&b, base, files); err != nil {
		return "", err
	}
	name = filepath.Join(r.out, name)
	return name, os.WriteFile(name, b.Bytes(), 0o644)
}

func (r *release) tar(b *bytes.Buffer, base string, files []file) error {
	z := gzip.NewWriter(b)
	w := tar.NewWriter(z)
	for _, f := range files {
		text, err := os.ReadFile(f.source)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: base + "/" + f.name, Mode: f.mode, Size: int64(len(text)), ModTime: r.time, Format: tar.FormatPAX}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return z.Close()
}

func (r *release) zip(b *bytes.Buffer, base string, files []file) error {
	w := zip.NewWriter(b)
	for _, f := range files {
		text, err := os.ReadFile(f.source)
		if err != nil {
			return err
		}
		header := &zip.FileHeader{Name: base + "/" + f.name, Method: zip.Deflate, Modified: r.time}
		header.SetMode(fs.FileMode(f.mode))
		entry, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(text); err != nil {
			return err
		}
	}
	return w.Close()
}

// checksums writes SHA256SUMS over everything beside it, as sha256sum -c reads it.
func (r *release) checksums() error {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(r.out, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(text), entry.Name())
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(b.String()), 0o644)
}
