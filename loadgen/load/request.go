package load

import (
	"errors"
	"fmt"

	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/secret"
)

// Response is what a request came to: Status, Body, Header, Timing, Err. It is valid until the VU's next request, or the end of
// the iteration.
type Response = wire.Response

// Request is a request with tags of its own. Make it once with NewRequest and send it as often as you like, from any VU.
type Request struct {
	*wire.Request
	// Tags are set on the samples of this request. They must not change once it was sent.
	Tags map[string]string

	kept bool // is likely to be sent again
}

// NewRequest makes a request that follows as many redirects as the options allow. The error says what is wrong with
// method or URL.
func NewRequest(method, url string, body []byte) (*Request, error) {
	r, err := wire.NewRequest(method, url, body)
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", err)
	}
	return &Request{Request: r, kept: true}, nil
}

// Get sends a GET request. The Response is never nil; when there is none its Err says why.
func (v *VU) Get(url string) *Response {
	if v.lastGet == nil || v.lastGet.URL != url {
		req, err := v.run.get(url)
		if err != nil {
			return v.unsendable("GET", url, err)
		}
		v.lastGet = req
	}
	return v.Do(v.lastGet)
}

// Post sends a POST request with a body of that type.
func (v *VU) Post(url, contentType string, body []byte) *Response {
	req, err := wire.NewRequest("POST", url, body)
	if err != nil {
		return v.unsendable("POST", url, err)
	}
	req.Header.Set("Content-Type", contentType)
	return v.Do(&Request{Request: req})
}

// Do sends req, and follows its redirects.
func (v *VU) Do(req *Request) *Response {
	v.goOn()
	v.run.limiter.wait(v)
	v.ended(v.send(req))
	return &v.response
}

// send sends req with its tags, of which nothing is left even when its Expected panics.
func (v *VU) send(req *Request) error {
	v.current = req
	if len(req.Tags) > 0 {
		before := v.tags
		defer func() { v.tags = before }()
		v.tags = v.run.labels.of(req, v.tags)
	}
	return v.client.Do(req.Request, &v.response)
}

// ended ends the iteration after a request that was cut off, or, with Options.Throw, had no response.
func (v *VU) ended(err error) {
	if err == nil {
		return
	}
	v.goOn()
	if v.run.throw {
		panic(failure{err.Error()})
	}
}

// unsendable is the response to a request that could not even be made: a failed one.
func (v *VU) unsendable(method, url string, err error) *Response {
	v.goOn()
	code := 0
	var known *wire.Error
	if errors.As(err, &known) {
		code = known.Code
	}
	v.response.Release()
	url = secret.URL(url)
	v.response = wire.Response{URL: url, Err: err, ErrorCode: code}
	v.current = nil
	v.Exchanged(&wire.Exchange{Timing: wire.Timing{Start: wire.Now()}, Method: method, URL: url, Err: err, ErrorCode: code})
	v.ended(err)
	return &v.response
}

// Batch sends all requests at once and returns their responses in the same order.
func (v *VU) Batch(reqs ...*Request) []*Response {
	v.goOn()
	for len(v.responses) < len(reqs) {
		v.responses = append(v.responses, &Response{})
	}
	wires := make([]*wire.Request, len(reqs))
	for i, r := range reqs {
		v.run.limiter.wait(v)
		wires[i] = r.Request
	}
	responses := v.responses[:len(reqs)]
	v.sendBatch(reqs, wires, responses)
	for _, r := range responses {
		v.ended(r.Err)
	}
	return responses
}

func (v *VU) sendBatch(reqs []*Request, wires []*wire.Request, responses []*Response) {
	v.batch = reqs
	defer func() { v.batch = nil }()
	v.client.Batch(wires, responses)
}

// Exchanged records what the wire says of one exchange; it implements wire.Observer.
func (v *VU) Exchanged(x *wire.Exchange) {
	if v.silent {
		return
	}
	first := !v.requested
	v.requested = true
	var room [10]metrics.Sample
	s := room[:0]
	if x.Err != nil && errors.Is(x.Err, wire.ErrInterrupted) {
		v.run.rec.Record(v.shard, v.base(), append(s, metrics.Sample{ID: httpReqsInterrupted, Value: 1}))
		return
	}
	if x.Connected {
		v.reached = true
	} else {
		v.unreached++
	}
	expected := x.Err == nil && v.expects(x)
	s = append(s, metrics.Sample{ID: httpReqs, Value: 1}, metrics.Sample{ID: httpReqFailed, Value: 1})
	if expected {
		s[len(s)-1].Value = 0
	}
	if x.Connected || v.run.k6 {
		s = v.phases(s, x, first)
	}
	v.run.rec.Record(v.shard, v.requestLabels(x, expected), s)
	if x.Truncated || x.UnknownEncoding != "" || x.MemoryWait != 0 || x.RedirectLimit {
		v.run.watch.responses.see(x)
	}
	switch {
	case x.Err != nil:
		v.run.failed(x)
	case !v.run.answered.Load():
		v.run.answered.Store(true)
	}
}

// expects says whether the status is no failure.
func (v *VU) expects(x *wire.Exchange) bool {
	if x.Request != nil && x.Request.Expected != nil {
		return x.Request.Expected(x.Status)
	}
	return x.Status >= 200 && x.Status < 400
}

// phases adds the latencies of an exchange that had a connection.
func (v *VU) phases(s []metrics.Sample, x *wire.Exchange, first bool) []metrics.Sample {
	s = append(s,
		metrics.Sample{ID: httpReqDuration, Value: float64(x.Duration())},
		metrics.Sample{ID: httpReqBlocked, Value: float64(x.Blocked)},
		metrics.Sample{ID: httpReqConnecting, Value: float64(x.Connecting)},
		metrics.Sample{ID: httpReqTLSHandshaking, Value: float64(x.TLSHandshaking)},
		metrics.Sample{ID: httpReqSending, Value: float64(x.Sending)},
		metrics.Sample{ID: httpReqWaiting, Value: float64(x.Waiting)},
		metrics.Sample{ID: httpReqReceiving, Value: float64(x.Receiving)})
	if v.timed() {
		from := x.Start - v.lag
		if first {
			from = v.intended
		}
		s = append(s, metrics.Sample{ID: httpReqResponseTime, Value: float64(x.End() - from)})
	}
	return s
}

// requestLabels are the labels of an exchange, most of the time without a look-up.
func (v *VU) requestLabels(x *wire.Exchange, expected bool) *metrics.Labels {
	key := requestKey{group: v.group, tags: v.tags, method: x.Method, name: x.URL,
		proto: x.Proto, tls: x.TLSVersion, status: x.Status, expected: expected}
	if x.Request != nil && x.Request.Name != "" {
		key.name = x.Request.Name
	}
	kept := v.current != nil && v.current.kept
	if v.batch != nil {
		kept, key.tags = v.inBatch(x)
	}
	r := &v.recent
	for i := range r.reqs {
		if x.Err == nil && r.reqs[i].labels != nil && r.reqs[i].key == key {
			return r.reqs[i].labels
		}
	}
	l := v.run.labels.request(key, x, kept)
	if kept && x.Err == nil {
		slot := &r.reqs[r.nextReq%uint8(len(r.reqs))]
		slot.key, slot.labels = key, l
		r.nextReq++
	}
	return l
}

// inBatch finds the request of an exchange of a batch, for its tags.
func (v *VU) inBatch(x *wire.Exchange) (kept bool, tags *tagSet) {
	for _, req := range v.batch {
		if req.Request == x.Request {
			return req.kept, v.run.labels.of(req, v.tags)
		}
	}
	return false, v.tags
}
