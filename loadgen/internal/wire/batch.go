package wire

import (
	"runtime"
	"sync"
)

// Batch sends all at once and fills the responses in the same order: over HTTP/2 on one connection to each host, over
// HTTP/1.1 on several, at most Config.BatchPerHost to each host and Config.Batch in all. The observer is told of one
// exchange after the other, from several goroutines, before Batch returns. When it panics, or ends its goroutine, the others
// are still done, and Batch then panics with a *Panicked or ends the goroutine of its caller.
func (c *Client) Batch(reqs []*Request, resps []*Response) {
	if len(reqs) == 1 {
		_ = c.Do(reqs[0], resps[0])
		return
	}
	b := batch{client: c, total: make(chan struct{}, c.network.config.Batch)}
	hosts := map[string]chan struct{}{}
	limits := make([]chan struct{}, len(reqs))
	for i, req := range reqs {
		limits[i] = c.slots(hosts, req)
	}
	for i, req := range reqs {
		b.all.Go(func() { b.do(req, resps[i], limits[i]) })
	}
	b.all.Wait()
	switch {
	case b.panicked != nil:
		panic(b.panicked)
	case b.exited:
		runtime.Goexit()
	}
}

// batch is requests that are sent at once.
type batch struct {
	client *Client
	all    sync.WaitGroup
	total  chan struct{}

	mu       sync.Mutex
	panicked *Panicked
	exited   bool
}

// Panicked is what Batch panics with when the observer panicked in one of its goroutines, and Do when a Receive did.
type Panicked struct {
	// Value is that of the panic, Callers where it was, as runtime.Callers has it.
	Value   any
	Callers []uintptr
}

// do sends one request when total and host have room. A host of nil has no bound.
func (b *batch) do(req *Request, resp *Response, host chan struct{}) {
	if host != nil {
		host <- struct{}{}
		defer func() { <-host }()
	}
	b.total <- struct{}{}
	defer func() { <-b.total }()
	returned := false
	defer func() {
		if !returned {
			b.keepPanic(recover())
		}
	}()
	one := call{client: b.client, batched: true}
	one.do(req, resp)
	returned = true
}

// keepPanic keeps the first panic; a value of nil is the end of the goroutine.
func (b *batch) keepPanic(value any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case value == nil:
		b.exited = true
	case b.panicked == nil:
		var pcs [32]uintptr
		if b.panicked, _ = value.(*Panicked); b.panicked == nil {
			b.panicked = &Panicked{value, pcs[:runtime.Callers(3, pcs[:])]}
		}
	}
}

// slots is what bounds the requests to req's host, nil where nothing does.
func (c *Client) slots(hosts map[string]chan struct{}, req *Request) chan struct{} {
	key := ""
	if p := req.prepare(c.network); p.err == nil {
		key = p.target.key
	}
	if hosts[key] == nil && c.network.config.BatchPerHost > 0 {
		hosts[key] = make(chan struct{}, c.network.config.BatchPerHost)
	}
	return hosts[key]
}

// mayShare says that a connection to t might be one for several requests.
func (n *Network) mayShare(t *target) bool {
	return n.mayKeep() && (n.config.HTTPVersion == "2" || t.tls && n.config.HTTPVersion == "auto")
}

// mayKeep says whether a connection serves more than one request.
func (n *Network) mayKeep() bool { return !n.config.NoConnectionReuse }

// awaitShared is a connection to key that several can use, once it is clear whether there will be one; nil says that
// the caller is to dial. done is to be called after that.
func (c *Client) awaitShared(key string) (s *stream, done func()) {
	c.dialing.Lock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.http1[key] {
		c.dialing.Unlock()
		return nil, func() {}
	}
	for _, s := range c.idle {
		if s.key == key && s.h2 != nil && s.h2.usable() {
			return s, c.dialing.Unlock
		}
	}
	return nil, c.dialing.Unlock
}

// noteProtocol remembers which hosts speak HTTP/1.1 only.
func (c *Client) noteProtocol(s *stream) {
	if s.h2 != nil || s.tls == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.http1 == nil {
		c.http1 = map[string]bool{}
	}
	c.http1[s.key] = true
}
