package wire

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// mustCertificate signs a certificate for names with its own key.
func mustCertificate(tb testing.TB, names ...string) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:        true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		tb.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func pool(certs ...tls.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c.Leaf)
	}
	return p
}

// mustTLS serves what the server saw of the handshake.
func mustTLS(tb testing.TB, config *tls.Config) *httptest.Server {
	tb.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client := "none"
		if len(r.TLS.PeerCertificates) > 0 {
			client = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		_, _ = fmt.Fprintf(w, "%s %s %v", r.TLS.ServerName, client, r.TLS.DidResume)
	}))
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	tb.Cleanup(server.Close)
	return server
}

func TestTLS(t *testing.T) {
	cert, other := mustCertificate(t, "a.test", "b.test"), mustCertificate(t, "c.test")
	user := mustCertificate(t, "user")
	trusted := pool(cert)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	server := func(c *tls.Config) string {
		c.Certificates = []tls.Certificate{cert}
		return mustTLS(t, c).Listener.Addr().String()
	}
	any := server(&tls.Config{})
	for name, test := range map[string]struct {
		addr, host    string
		tls           TLS
		body, version string
		message       string
		code          int
	}{
		"verified":         {any, "a.test", TLS{RootCAs: trusted}, "a.test none false", "tls1.3", "", 0},
		"1.2":              {any, "a.test", TLS{RootCAs: trusted, MaxVersion: tls.VersionTLS12}, "a.test none false", "tls1.2", "", 0},
		"server name":      {any, "x.test", TLS{RootCAs: trusted, ServerName: "b.test"}, "b.test none false", "tls1.3", "", 0},
		"unknown CA":       {any, "a.test", TLS{RootCAs: pool(other)}, "", "", "x509: certificate signed by unknown authority", 1310},
		"system's CAs":     {any, "a.test", TLS{}, "", "", "x509: certificate signed by unknown authority", 1310},
		"not verified":     {any, "x.test", TLS{InsecureSkipVerify: true}, "x.test none false", "tls1.3", "", 0},
		"wrong name":       {any, "x.test", TLS{RootCAs: trusted}, "", "", "x509: certificate is not valid for the host name", 1311},
		"too old":          {server(&tls.Config{MaxVersion: tls.VersionTLS12}), "a.test", TLS{RootCAs: trusted, MinVersion: tls.VersionTLS13}, "", "", "remote error: tls: protocol version not supported", 1300},
		"no TLS there":     {plain.Listener.Addr().String(), "a.test", TLS{RootCAs: trusted}, "", "", "tls: first record does not look like a TLS handshake", 1301},
		"no cipher shared": {server(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}), "a.test", TLS{RootCAs: trusted, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}}, "", "", "remote error: tls: handshake failure", 1300},
		"client's":         {server(&tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool(user)}), "a.test", TLS{RootCAs: trusted, Certificates: []ClientCertificate{{user, []string{"*.test"}}}}, "a.test user false", "tls1.3", "", 0},
		"client's, other":  {server(&tls.Config{ClientAuth: tls.RequestClientCert}), "a.test", TLS{RootCAs: trusted, Certificates: []ClientCertificate{{user, []string{"b.test"}}}}, "a.test none false", "tls1.3", "", 0},
		"client's missing": {server(&tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool(user), MaxVersion: tls.VersionTLS12}), "a.test", TLS{RootCAs: trusted}, "", "", "remote error: tls: handshake failure", 1300},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := mustClient(t, Config{TLS: test.tls, Hosts: map[string]string{"*.test": test.addr}, HTTPVersion: "1.1"})
			var resp Response
			err := client.Do(mustRequest(t, "GET", "https://"+test.host, ""), &resp)
			if test.message == "" != (err == nil) || err != nil && err.Error() != test.message || resp.ErrorCode != test.code {
				t.Errorf("got %v (%d), want %s (%d)", err, resp.ErrorCode, test.message, test.code)
			}
			e := seen.last()
			if string(resp.Body) != test.body || e.TLSVersion != test.version || e.Connected != (err == nil) || e.Sent == 0 {
				t.Errorf("got %q, %+v, want %q, %s", resp.Body, e, test.body, test.version)
			}
			if err == nil && (e.TLSHandshaking <= 0 || e.TLSHandshaking+e.Connecting > e.Blocked) {
				t.Errorf("got phases %+v", e.Timing)
			}
		})
	}
}

func TestTLSResumption(t *testing.T) {
	cert := mustCertificate(t, "a.test")
	server := mustTLS(t, &tls.Config{Certificates: []tls.Certificate{cert}})
	for _, resume := range []bool{false, true} {
		t.Run(fmt.Sprint(resume), func(t *testing.T) {
			var keys bytes.Buffer
			client, _ := mustClient(t, Config{
				TLS:   TLS{RootCAs: pool(cert), Resume: resume, KeyLog: &keys},
				Hosts: map[string]string{"a.test": server.Listener.Addr().String()}, NoVUConnectionReuse: true,
			})
			for i := range 2 {
				var resp Response
				if err := client.Do(mustRequest(t, "GET", "https://a.test", ""), &resp); err != nil {
					t.Fatal(err)
				}
				if want := fmt.Sprintf("a.test none %v", resume && i > 0); string(resp.Body) != want {
					t.Errorf("connection %d: got %q, want %q", i, resp.Body, want)
				}
				client.EndIteration()
			}
			if got := strings.Count(keys.String(), "CLIENT_TRAFFIC_SECRET_0"); got != 2 {
				t.Errorf("got %d secrets logged, want 2", got)
			}
		})
	}
}
