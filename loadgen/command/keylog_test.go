package command

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestKeyLog(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "ok") }))
	defer server.Close()
	path := filepath.Join(t.TempDir(), "keys.log")
	sizes := []int{0}
	for range 2 {
		var stdout, stderr bytes.Buffer
		code := Run(context.Background(), nil, []string{"-insecure-skip-tls-verify", "-q", server.URL}, []string{"SSLKEYLOGFILE=" + path}, &stdout, &stderr)
		if code != exitOK || !strings.Contains(stderr.String(), "warning: the secrets of all TLS sessions are written to "+path) {
			t.Errorf("got code %d and %q, want %d and a warning", code, &stderr, exitOK)
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text[sizes[len(sizes)-1]:]), "CLIENT_TRAFFIC_SECRET_0 ") {
			t.Fatalf("got %q, %v, want secrets added", text, err)
		}
		sizes = append(sizes, len(text))
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v, want 0600", info.Mode(), err)
	}
	var stdout, stderr bytes.Buffer
	if code := Run(context.Background(), nil, []string{server.URL}, []string{"SSLKEYLOGFILE=" + t.TempDir()}, &stdout, &stderr); code != exitOutputFailed ||
		!strings.Contains(stderr.String(), "SSLKEYLOGFILE=") || stdout.Len() > 0 {
		t.Errorf("a directory: got code %d, %q, want %d before any load", code, &stderr, exitOutputFailed)
	}
}
