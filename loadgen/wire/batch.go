package wire

import "sync"

// Batch sends all at once and fills the responses in the same order: over HTTP/2 on one connection to each host, over
// HTTP/1.1 on several, at most Config.BatchPerHost to each host and Config.Batch in all. The observer is told of one
// exchange after the other, from several goroutines, before Batch returns.
func (c *Client) Batch(reqs []*Request, resps []*Response) {
	if len(reqs) == 1 {
		_ = c.Do(reqs[0], resps[0])
		return
	}
	var (
		all   sync.WaitGroup
		total = make(chan struct{}, c.network.config.Batch)
		hosts = map[string]chan struct{}{}
	)
	for i, req := range reqs {
		host := c.slots(hosts, req)
		all.Go(func() {
			host <- struct{}{}
			total <- struct{}{}
			one := call{client: c, batched: true}
			one.follow(req, resps[i])
			<-total
			<-host
		})
	}
	all.Wait()
}

// slots is what bounds the requests to req's host.
func (c *Client) slots(hosts map[string]chan struct{}, req *Request) chan struct{} {
	key := ""
	if p := req.prepare(c.network); p.err == nil {
		key = p.target.key
	}
	if hosts[key] == nil {
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

// agreed remembers which hosts speak HTTP/1.1 only.
func (c *Client) agreed(s *stream) {
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
