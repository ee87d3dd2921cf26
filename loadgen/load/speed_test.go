package load

import (
	"bufio"
	"context"
	"net"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/wire"
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
	test := &Test{Options: Options{VUs: new(1), Iterations: new(int64(b.N))}, Exec: func(vu *VU) error {
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

// BenchmarkExchanged is what recording one request of one of 50 users costs, all metrics, on all processors at once.
func BenchmarkExchanged(b *testing.B) {
	r, err := (&Test{Exec: sleeps(0)}).Start(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	r.Wait()
	users := make(chan *VU, 50)
	for i := range cap(users) {
		users <- newVU(r, int64(i+1))
	}
	req, err := NewRequest("GET", "http://127.0.0.1/")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		x := &wire.Exchange{Request: &req.wire, Method: "GET", URL: req.wire.URL, Status: 200, Proto: "HTTP/1.1", Connected: true, Reused: true}
		for pb.Next() {
			v := <-users
			for i := range 100 {
				d := time.Duration(100_000 + 1000*i)
				x.Timing = wire.Timing{Start: d, Blocked: 2000, Sending: d / 10, Waiting: d, Receiving: d / 20}
				v.exchanged(x)
				if i%5 == 4 {
					users <- v
					v = <-users
				}
			}
			users <- v
		}
	})
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/request")
}
