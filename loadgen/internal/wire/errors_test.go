package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"testing"
	"time"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"got status 503, want 200":                                        "got status 503, want 200",
		"dial tcp 127.0.0.1:8080: connect: connection refused":            "dial tcp 127.0.0.1:8080: connect: connection refused",
		"read udp 127.0.0.1:52304->127.0.0.53:53: i/o timeout":            "read udp 127.0.0.53:53: i/o timeout",
		"read tcp [::1]:52304->[::1]:53: i/o timeout":                     "read tcp [::1]:53: i/o timeout",
		"current time 2026-11-25T17:07:24Z is after 2026-11-24T00:00:00Z": "current time … is after …",
		"at 2026-11-25 17:07:24.123456 +0000 UTC m=+0.1: late":            "at …: late",
		"order 6fa459ea-ee8a-3ca4-894e-db77e160355e is gone":              "order … is gone",
		"trace 0af7651916cd43dd8448eb211c80319c":                          "trace …",
		"stream error: stream ID 3; PROTOCOL_ERROR":                       "stream error: stream ID …; PROTOCOL_ERROR",
		"page 2 of 3 on 2026-11-25":                                       "page 2 of 3 on 2026-11-25",
	} {
		if got := Fold(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestCertificateOutOfItsTime: the message is the same at any instant.
func TestCertificateOutOfItsTime(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for want, from := range map[string]time.Time{
		"x509: certificate has expired":      time.Now().Add(-48 * time.Hour),
		"x509: certificate is not yet valid": time.Now().Add(24 * time.Hour),
	} {
		about := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"a.test"}, NotBefore: from, NotAfter: from.Add(time.Hour),
			IsCA: true, BasicConstraintsValid: true}
		der, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		cert := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
		addr := mustServe(t, func(c net.Conn) {
			_ = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}}).Handshake()
		})
		client, _ := mustClient(t, Config{TLS: TLS{RootCAs: pool(cert)}, Hosts: map[string]string{"a.test": addr}, Timeout: 20 * time.Second})
		var resp Response
		if err := client.Do(mustRequest(t, "GET", "https://a.test", ""), &resp); err == nil || err.Error() != want || resp.ErrorCode != codeTLS {
			t.Errorf("got %v (%d), want %s (%d)", err, resp.ErrorCode, want, codeTLS)
		}
	}
}

func TestGODEBUG(t *testing.T) {
	for settings, want := range map[string]string{"": "auto", "http2client=0": "1.1", "a=1,http2client=0": "1.1", "http2client=0,http2client=1": "auto", "http2server=0": "auto"} {
		t.Setenv("GODEBUG", settings)
		n, err := NewNetwork(Config{})
		if err != nil || n.config.HTTPVersion != want {
			t.Errorf("%q: got %q, %v, want %q", settings, n.config.HTTPVersion, err, want)
		}
	}
	t.Setenv("GODEBUG", "http2client=0")
	if _, err := NewNetwork(Config{HTTPVersion: "2"}); err == nil {
		t.Error("HTTP version 2: got no error")
	}
	server := mustHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	client, _ := mustClient(t, Config{TLS: TLS{InsecureSkipVerify: true}})
	var resp Response
	if err := client.Do(mustRequest(t, "GET", server.URL, ""), &resp); err != nil || string(resp.Body) != "HTTP/1.1" {
		t.Errorf("got %q, %v, want HTTP/1.1", resp.Body, err)
	}
}
