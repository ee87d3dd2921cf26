package load

import (
	"bufio"
	"context"
	"net"
	"testing"
)

// MustAnswer serves "foobar" on loopback with as little work as can be, so that what a benchmark sees is the client's.
func MustAnswer(tb testing.TB) (url string) {
	tb.Helper()
	const answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nfoobar"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	serve := func(c net.Conn) {
		defer func() { _ = c.Close() }()
		for r, reply := bufio.NewReader(c), []byte(answer); ; {
			for line, err := r.ReadSlice('\n'); len(line) > 2 || err != nil; line, err = r.ReadSlice('\n') {
				if err != nil {
					return // the client has gone
				}
			}
			if _, err := c.Write(reply); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // the test is over
			}
			go serve(c)
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

// BenchmarkIteration is an iteration of the main job without think time: a request, two checks, every metric of both. What
// starting and ending a test allocates is spread over the iterations.
func BenchmarkIteration(b *testing.B) {
	url := MustAnswer(b)
	test := &Test{Options: Options{VUs: Of(1), Iterations: Of(int64(b.N))}, Exec: func(vu *VU) error {
		res := vu.Get(url)
		vu.Check("is status 200", res.Status == 200)
		vu.Check("returns foobar", string(res.Body) == "foobar")
		return nil
	}}
	b.ReportAllocs()
	b.ResetTimer()
	res, err := test.Run(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	if got, want := res.Snapshot.Total.Find("checks").Passes, uint64(2*b.N); got != want {
		b.Fatalf("checks passed: got %d, want %d", got, want)
	}
}
