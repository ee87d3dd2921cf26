package load

import (
	"errors"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/wire"
)

// observer is a user as the wire sees it.
type observer VU

// Exchanged records what the wire says of one exchange; it implements wire.Observer.
func (o *observer) Exchanged(x *wire.Exchange) { (*VU)(o).exchanged(x) }

func (v *VU) exchanged(x *wire.Exchange) {
	if v.silent {
		return
	}
	if req := ownerOf(x); req != nil && len(req.tags) > 0 {
		before := v.tags
		defer func() { v.tags = before }() // also when the request's Expect panics
		v.tags = v.meter.labels.of(req, v.tags)
	}
	first := !v.requested
	v.requested = true
	var room [10]recorder.Sample
	s := room[:0]
	if x.Err != nil && errors.Is(x.Err, wire.ErrInterrupted) {
		v.meter.Record(v.shard, v.base(), append(s, recorder.Sample{ID: httpReqsInterrupted, Value: 1}))
		return
	}
	if x.Connected {
		v.reached = true
	} else {
		v.unreached++
	}
	expected := x.Err == nil && v.expects(x)
	s = append(s, recorder.Sample{ID: httpReqs, Value: 1}, recorder.Sample{ID: httpReqFailed, Value: 1})
	if expected {
		s[len(s)-1].Value = 0
	}
	if x.Connected || v.sender.k6 {
		s = v.phases(s, x, first)
	}
	v.meter.Record(v.shard, v.requestLabels(x, expected), s)
	if x.Truncated || x.UnknownEncoding != "" || x.MemoryWait != 0 || x.RedirectLimit {
		v.run.watch.responses.see(x)
	}
	switch {
	case x.Err != nil:
		v.meter.fail(x.ErrorCode, x.Err)
		v.run.watch.failed(x)
	case !v.sender.answered.Load():
		v.sender.answered.Store(true)
	}
}

// expects says whether the status is no failure. A challenge that is answered is none, as in k6.
func (v *VU) expects(x *wire.Exchange) bool {
	if x.Challenged {
		return true
	}
	if x.Request != nil && x.Request.Expected != nil {
		return x.Request.Expected(x.Status)
	}
	return x.Status >= 200 && x.Status < 400
}

// phases adds the latencies of an exchange that had a connection.
func (v *VU) phases(s []recorder.Sample, x *wire.Exchange, first bool) []recorder.Sample {
	s = append(s,
		recorder.Sample{ID: httpReqDuration, Value: float64(x.Duration())},
		recorder.Sample{ID: httpReqBlocked, Value: float64(x.Blocked)},
		recorder.Sample{ID: httpReqConnecting, Value: float64(x.Connecting)},
		recorder.Sample{ID: httpReqTLSHandshaking, Value: float64(x.TLSHandshaking)},
		recorder.Sample{ID: httpReqSending, Value: float64(x.Sending)},
		recorder.Sample{ID: httpReqWaiting, Value: float64(x.Waiting)},
		recorder.Sample{ID: httpReqReceiving, Value: float64(x.Receiving)})
	if v.timed() {
		from := x.Start - v.lag
		if first {
			from = v.intended
		}
		s = append(s, recorder.Sample{ID: httpReqResponseTime, Value: float64(x.End() - from)})
	}
	return s
}

// requestLabels are the labels of an exchange, most of the time without a look-up.
func (v *VU) requestLabels(x *wire.Exchange, expected bool) *recorder.Labels {
	key := requestKey{group: v.group, tags: v.tags, method: x.Method, name: x.URL,
		proto: x.Proto, tls: x.TLSVersion, status: x.Status, expected: expected}
	if x.Request != nil && x.Request.Name != "" {
		key.name = x.Request.Name
	}
	r := &v.recent
	for i := range r.reqs {
		if x.Err == nil && r.reqs[i].labels != nil && r.reqs[i].key == key {
			return r.reqs[i].labels
		}
	}
	req := ownerOf(x)
	kept := req != nil && (req.reused || v.sender.knows(key.name))
	l := v.meter.labels.request(key, x, kept)
	if kept && x.Err == nil {
		slot := &r.reqs[r.nextReq%uint8(len(r.reqs))]
		slot.key, slot.labels = key, l
		r.nextReq++
	}
	return l
}

// ownerOf is the request that the exchange is of, nil when it could not be made.
func ownerOf(x *wire.Exchange) *Request {
	if x.Request == nil {
		return nil
	}
	return x.Request.Owner.(*Request)
}
