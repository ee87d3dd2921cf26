package command

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// MustPEM writes a block of PEM into a file of its own.
func MustPEM(tb testing.TB, name, kind string, der []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// MustClientCertificate makes a certificate that signs itself, in files, and a pool that trusts it.
func MustClientCertificate(tb testing.TB) (cert, key string, pool *x509.CertPool) {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	if err != nil {
		tb.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return MustPEM(tb, "cert.pem", "CERTIFICATE", der), MustPEM(tb, "key.pem", "PRIVATE KEY", secret), pool
}

func proto(w http.ResponseWriter, r *http.Request) {
	names := 0
	if r.TLS != nil {
		names = len(r.TLS.PeerCertificates)
	}
	fmt.Fprintf(w, "%s, %d client certificates, from %s", r.Proto, names, strings.Split(r.RemoteAddr, ":")[0])
}

// TestConnectionFlags asks servers that need what the flags give.
func TestConnectionFlags(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(proto))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.HandlerFunc(proto))
	secure.EnableHTTP2 = true
	cert, key, clients := MustClientCertificate(t)
	secure.TLS = &tls.Config{ClientCAs: clients, ClientAuth: tls.VerifyClientCertIfGiven}
	secure.StartTLS()
	defer secure.Close()
	ca := MustPEM(t, "ca.pem", "CERTIFICATE", secure.Certificate().Raw)
	port := secure.Listener.Addr().(*net.TCPAddr).Port

	for _, test := range []struct {
		name string
		args []string
		code int
		want string // in the report
	}{
		{"UnknownAuthority", []string{secure.URL}, 120, "unknown authority"},
		{"InsecureSkipTLSVerify", []string{"-insecure-skip-tls-verify", secure.URL}, 0, ""},
		{"CACert", []string{"-cacert", ca, secure.URL}, 0, ""},
		{"HTTP2", []string{"-cacert", ca, "-http-version", "2", "-check-body-contains", "HTTP/2.0", secure.URL}, 0, ""},
		{"HTTP11", []string{"-cacert", ca, "-http-version", "1.1", "-check-body-contains", "HTTP/1.1", secure.URL}, 0, ""},
		{"ClientCertificate", []string{"-cacert", ca, "-cert", cert, "-key", key, "-check-body-contains", "1 client certificates", secure.URL}, 0, ""},
		{"ServerName", []string{"-cacert", ca, "-server-name", "example.com", "-resolve", fmt.Sprintf("other.test:%d:127.0.0.1", port), fmt.Sprintf("https://other.test:%d/", port)}, 0, ""},
		{"LocalIPs", []string{"-local-ips", "127.0.0.3", "-check-body-contains", "from 127.0.0.3", plain.URL}, 0, ""},
		{"BlacklistIP", []string{"-blacklist-ip", "127.0.0.0/8", plain.URL}, 120, "1110"},
		{"BlockHostnames", []string{"-block-hostnames", "*.test", "http://a.test/"}, 120, "1111"},
		{"NoConnectionReuse", []string{"-no-connection-reuse", "-i", "3", plain.URL}, 0, ""},
		{"NoVUConnectionReuse", []string{"-no-vu-connection-reuse", "-i", "3", plain.URL}, 0, ""},
		{"Proxy", []string{"-proxy", plain.URL, "-check-status", "200", "http://a.test/"}, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.name == "LocalIPs" && runtime.GOOS != "linux" {
				t.Skip("SKIPPED: only Linux has all of 127.0.0.0/8 without setting it up")
			}
			var stdout, stderr bytes.Buffer
			if code := Run(context.Background(), nil, append([]string{"-check-status", "200"}, test.args...), nil, &stdout, &stderr); code != test.code {
				t.Errorf("got exit code %d, want %d\n%s%s", code, test.code, &stderr, &stdout)
			}
			if !strings.Contains(stdout.String(), test.want) {
				t.Errorf("no %q in the report:\n%s", test.want, &stdout)
			}
			if test.code == 0 && strings.Contains(stdout.String(), "✗ ") && !strings.Contains(stdout.String(), "checks.........................: 100.00%") {
				t.Errorf("not all checks passed:\n%s", &stdout)
			}
		})
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(proto)}
	go server.Serve(l)
	defer server.Close()
	var stdout, stderr bytes.Buffer
	if code := Run(context.Background(), nil, []string{"-unix-socket", path, "-check-status", "200", "http://anything.test/"}, nil, &stdout, &stderr); code != 0 {
		t.Errorf("got exit code %d, want 0\n%s%s", code, &stderr, &stdout)
	}
}
