package wire

import (
	"bufio"
	"crypto/tls"
	"net"
	"testing"
)

const foobar = "HTTP/1.1 200 OK\r\nServer: test\r\nDate: Sun, 22 Nov 2026 21:00:00 GMT\r\nContent-Type: text/plain\r\n" +
	"Content-Length: 6\r\nConnection: keep-alive\r\nX-Request-Id: 0123456789abcdef\r\n\r\nfoobar"

// mustServe runs a server that hands every connection to serve, on a goroutine of its own.
func mustServe(tb testing.TB, serve func(net.Conn)) (addr string) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// answering says response to every request that has no body.
func answering(response string) func(net.Conn) {
	return func(c net.Conn) {
		r, reply := bufio.NewReader(c), []byte(response)
		for {
			for {
				line, err := r.ReadSlice('\n')
				if err != nil {
					return
				}
				if len(line) <= 2 {
					break
				}
			}
			if _, err := c.Write(reply); err != nil {
				return
			}
		}
	}
}

type nobody struct{}

func (nobody) Exchanged(*Exchange) {}

func BenchmarkDo(b *testing.B) {
	n, err := NewNetwork(Config{})
	if err != nil {
		b.Fatal(err)
	}
	client := n.NewClient(1, nobody{})
	defer client.Close()
	req := mustRequest(b, "GET", "http://"+mustServe(b, answering(foobar))+"/", "")
	var resp Response
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Do(req, &resp); err != nil {
			b.Fatal(err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes sync.Pool forget at random; the test without it counts")
	}
	n, err := NewNetwork(Config{})
	if err != nil {
		t.Fatal(err)
	}
	client := n.NewClient(1, nobody{})
	defer client.Close()
	req := mustRequest(t, "GET", "http://"+mustServe(t, answering(foobar))+"/", "")
	var resp Response
	got := testing.AllocsPerRun(2000, func() {
		if err := client.Do(req, &resp); err != nil || string(resp.Body) != "foobar" {
			t.Fatal(err, string(resp.Body))
		}
	})
	if got != 0 {
		t.Errorf("got %v allocations per request, want 0", got)
	}
}

func BenchmarkDoTLS(b *testing.B) {
	cert := mustCertificate(b, "a.test")
	server := mustTLS(b, &tls.Config{Certificates: []tls.Certificate{cert}})
	n, err := NewNetwork(Config{TLS: TLS{RootCAs: pool(cert)}, HTTPVersion: "1.1", Hosts: map[string]string{"a.test": server.Listener.Addr().String()}})
	if err != nil {
		b.Fatal(err)
	}
	client := n.NewClient(1, nobody{})
	defer client.Close()
	req := mustRequest(b, "GET", "https://a.test/", "")
	var resp Response
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Do(req, &resp); err != nil {
			b.Fatal(err)
		}
	}
}

// echoing answers every write with one response, at no cost: what is left is the package's own work.
type echoing struct {
	scripted
	answer []byte
}

func (e *echoing) Read(p []byte) (int, error) { return copy(p, e.answer), nil }

func BenchmarkOwnWork(b *testing.B) {
	n, err := NewNetwork(Config{})
	if err != nil {
		b.Fatal(err)
	}
	client := n.NewClient(1, nobody{})
	socket, err := client.attach(&echoing{answer: []byte(foobar)}, Now(), 0)
	if err != nil {
		b.Fatal(err)
	}
	req := mustRequest(b, "GET", "http://a.test/", "")
	client.putIdle(&stream{conn: socket, key: "http://a.test:80"})
	var resp Response
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Do(req, &resp); err != nil || len(resp.Body) != 6 {
			b.Fatal(err, string(resp.Body))
		}
	}
}
