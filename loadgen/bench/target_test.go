package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// answer is how the target answers one request.
type answer struct {
	delay  time.Duration
	status int
	body   string
	// location is where a redirect leads.
	location string
	// cut promises more of the body than is sent, and closes the connection.
	cut bool
}

// target is a server whose n-th answer is known beforehand, and which keeps an account of its own: the instants at which
// requests came, how long each was held, and the bytes that went through its sockets.
type target struct {
	URL  string
	plan func(n int) answer

	sent, received atomic.Int64
	conns          atomic.Int64

	mu       sync.Mutex
	arrivals []time.Time
	held     []time.Duration
}

// MustTarget starts a target, which is stopped when the test ends.
func MustTarget(tb testing.TB, plan func(n int) answer) *target {
	tb.Helper()
	t := &target{plan: plan}
	server := httptest.NewUnstartedServer(t)
	server.Listener = &countingListener{Listener: server.Listener, target: t}
	server.Start()
	tb.Cleanup(server.Close)
	t.URL = server.URL + "/"
	return t
}

// ServeHTTP answers the n-th request as planned.
func (t *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	t.mu.Lock()
	n := len(t.arrivals)
	t.arrivals = append(t.arrivals, begin)
	t.mu.Unlock()

	a := t.plan(n)
	time.Sleep(a.delay)
	promised := len(a.body)
	if a.cut {
		promised *= 2
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", strconv.Itoa(promised))
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	w.WriteHeader(a.status)
	if _, err := w.Write([]byte(a.body)); err != nil {
		return // the client has gone; its account will show it
	}
	t.mu.Lock()
	t.held = append(t.held, time.Since(begin))
	t.mu.Unlock()
	if a.cut {
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// requests is how many came.
func (t *target) requests() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.arrivals)
}

// quantile returns the q-quantile of how long requests were held: the least that a client can have seen.
func (t *target) quantile(q float64) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	sorted := slices.Sorted(slices.Values(t.held))
	return sorted[int(q*float64(len(sorted)-1))]
}

// curve returns how many requests had come by the end of each bucket, counted from the first request.
func (t *target) curve(bucket time.Duration) []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.arrivals) == 0 {
		return nil
	}
	sorted := slices.SortedFunc(slices.Values(t.arrivals), time.Time.Compare)
	var curve []int
	for i, at := range sorted {
		for len(curve) <= int(at.Sub(sorted[0])/bucket) {
			curve = append(curve, i)
		}
		curve[len(curve)-1] = i + 1
	}
	return curve
}

// countingListener counts the bytes of all its connections for its target.
type countingListener struct {
	net.Listener
	target *target
}

// Accept returns a connection that counts.
func (l *countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.target.conns.Add(1)
	return &countingConn{Conn: c, target: l.target}, nil
}

type countingConn struct {
	net.Conn
	target *target
}

func (c *countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.target.received.Add(int64(n))
	return n, err
}

func (c *countingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.target.sent.Add(int64(n))
	return n, err
}

// always is a plan with one answer.
func always(delay time.Duration) func(int) answer {
	return func(int) answer { return answer{delay: delay, status: http.StatusOK, body: "foobar"} }
}

func TestTarget(t *testing.T) {
	target := MustTarget(t, func(n int) answer {
		return answer{status: []int{200, 404}[n%2], body: strings.Repeat("x", n)}
	})
	for n := range 4 {
		res, err := http.Get(target.URL)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got, want := res.StatusCode, []int{200, 404}[n%2]; got != want {
			t.Errorf("status of request %d: got %d, want %d", n, got, want)
		}
		if got, want := res.ContentLength, int64(n); got != want {
			t.Errorf("length of answer %d: got %d, want %d", n, got, want)
		}
	}
	if got, want := target.requests(), 4; got != want {
		t.Errorf("requests: got %d, want %d", got, want)
	}
	if got := target.sent.Load(); got < 4*60 || got > 4*200 {
		t.Errorf("bytes sent: got %d, want those of 4 short answers", got)
	}
	if curve := target.curve(time.Hour); len(curve) != 1 || curve[0] != 4 {
		t.Errorf("curve: got %v, want [4]", curve)
	}
}
