package wire

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// BatchPerHost of -1 lets all requests of a batch be under way at one host at once, as far as Batch does.
func TestBatchPerHostUnbounded(t *testing.T) {
	const requests = 12
	var arrived sync.WaitGroup
	arrived.Add(requests)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived.Done()
		arrived.Wait() // answers when all have come
	}))
	defer server.Close()
	client, _ := mustClient(t, Config{BatchPerHost: -1})
	reqs, resps := batchOf(t, requests, server.URL)
	client.Batch(reqs, resps)
	for i, r := range resps {
		if r.Err != nil {
			t.Errorf("request %d: %v", i, r.Err)
		}
	}
}

func batchOf(t *testing.T, n int, url string) (reqs []*Request, resps []*Response) {
	for range n {
		reqs, resps = append(reqs, mustRequest(t, "GET", url, "")), append(resps, &Response{})
	}
	return reqs, resps
}

// observerFunc is told of exchanges.
type observerFunc func(*Exchange)

func (f observerFunc) Exchanged(x *Exchange) { f(x) }

// A panic of the observer in a goroutine of a batch is one of the caller, when all other requests are done.
func TestBatchPanics(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	n, err := NewNetwork(Config{Batch: 2, BatchPerHost: 1})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	client := n.NewClient(1, observerFunc(func(*Exchange) {
		if told++; told%2 == 0 {
			panic("oh dear")
		}
	}))
	defer client.Close()
	for range 3 {
		told = 0
		reqs, resps := batchOf(t, 5, server.URL)
		got := func() (p any) {
			defer func() { p = recover() }()
			client.Batch(reqs, resps)
			return nil
		}()
		if p, ok := got.(*Panicked); !ok || p.Value != "oh dear" || len(p.Callers) == 0 || told != 5 {
			t.Errorf("got %v after %d of 5, want the panic after all", got, told)
		}
	}
}

// The end of such a goroutine is that of the caller's, which can still be told from a panic.
func TestBatchExits(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	n, err := NewNetwork(Config{Batch: 1})
	if err != nil {
		t.Fatal(err)
	}
	inner := &testing.T{}
	client := n.NewClient(1, observerFunc(func(*Exchange) { inner.FailNow() }))
	defer client.Close()
	reqs, resps := batchOf(t, 3, server.URL)
	returned, ended := false, make(chan struct{})
	go func() {
		defer close(ended)
		client.Batch(reqs, resps)
		returned = true
	}()
	if <-ended; returned || resps[2].Status != 200 {
		t.Errorf("returned %v, last status %d; want the goroutine ended when all were done", returned, resps[2].Status)
	}
}

// A request that is none is found out before others are under way.
func TestBatchOfNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	client, seen := mustClient(t, Config{})
	reqs, resps := batchOf(t, 2, server.URL)
	reqs[1] = nil
	defer func() {
		if recover() == nil || len(seen.all) != 0 {
			t.Error("want a panic before anything is sent")
		}
	}()
	client.Batch(reqs, resps)
}
