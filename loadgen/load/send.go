package load

import (
	"errors"
	"fmt"
	"net/http"

	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/secret"
)

// Get sends a GET request. Without options it allocates nothing. The Response is never nil; when there was none its Err says
// why.
func (v *VU) Get(url string, opts ...Option) *Response {
	if len(opts) > 0 {
		return v.Request("GET", url, opts...)
	}
	if v.lastGet == nil || v.lastGet.wire.URL != url {
		req, err := v.sender.get(url)
		if err != nil {
			return v.unsendable("GET", url, err)
		}
		v.lastGet = req
	}
	return v.Do(v.lastGet)
}

// Post sends a POST request: vu.Post(url, load.JSON(order)).
func (v *VU) Post(url string, opts ...Option) *Response { return v.Request("POST", url, opts...) }

// Put sends a PUT request.
func (v *VU) Put(url string, opts ...Option) *Response { return v.Request("PUT", url, opts...) }

// Patch sends a PATCH request.
func (v *VU) Patch(url string, opts ...Option) *Response { return v.Request("PATCH", url, opts...) }

// Delete sends a DELETE request.
func (v *VU) Delete(url string, opts ...Option) *Response { return v.Request("DELETE", url, opts...) }

// Request sends a request of any method. One that is the same each time is cheaper made once, with NewRequest, and sent
// with Do.
func (v *VU) Request(method, url string, opts ...Option) *Response {
	req, err := newRequest(method, url, opts)
	if err != nil {
		return v.unsendable(method, url, err)
	}
	return v.Do(req)
}

// Do sends a request that NewRequest made, and follows its redirects.
func (v *VU) Do(req *Request) *Response {
	v.endIfCut()
	v.sender.limiter.wait(v)
	res := &v.response
	if req.wire.Receive != nil {
		res = new(Response) // while it comes, others may be sent
	}
	err := v.client.Do(&req.wire, &res.wire)
	res.take()
	v.ended(err)
	return res
}

// ended ends the iteration after a request that was cut off, or, with Options.Throw, had no response.
func (v *VU) ended(err error) {
	if err == nil {
		return
	}
	v.endIfCut()
	if v.sender.throw {
		panic(failure{err.Error()})
	}
}

// unsendable is the response to a request that could not even be made: a failed one.
func (v *VU) unsendable(method, url string, err error) *Response {
	v.endIfCut()
	code := 0
	var known *wire.Error
	if errors.As(err, &known) {
		code = known.Code
	}
	url = secret.URL(url)
	v.response.wire.Release()
	v.response.wire = wire.Response{URL: url, Err: err, ErrorCode: code}
	v.response.take()
	v.exchanged(&wire.Exchange{Timing: wire.Timing{Start: wire.Now()}, Method: method, URL: url, Err: err, ErrorCode: code})
	v.ended(err)
	return &v.response
}

// Batch sends all requests at once and returns their responses in the same order. Over HTTP/2 they share a connection, over
// HTTP/1.1 they have one each, as many as the options batch and batchPerHost allow.
func (v *VU) Batch(reqs ...*Request) []*Response {
	v.endIfCut()
	for len(v.responses) < len(reqs) {
		v.responses = append(v.responses, &Response{})
	}
	responses := v.responses[:len(reqs)]
	for range reqs {
		v.sender.limiter.wait(v)
	}
	sent, received := make([]*wire.Request, len(reqs)), make([]*wire.Response, len(reqs))
	for i := range reqs {
		sent[i], received[i] = &reqs[i].wire, &responses[i].wire
	}
	v.client.Batch(sent, received)
	for _, r := range responses {
		r.take()
	}
	for _, r := range responses {
		v.ended(r.Err)
	}
	return responses
}

// Cookies are those that the user would send to url. They come from responses and from SetCookie, and are forgotten at the
// end of the iteration unless the option noCookiesReset is set.
func (v *VU) Cookies(url string) []*http.Cookie { return v.client.Cookies(url) }

// SetCookie gives the user a cookie, as if url had set it; one with a negative MaxAge removes it. A cookie that can't stand
// in a header is an error.
func (v *VU) SetCookie(url string, cookie *http.Cookie) error {
	if err := v.client.SetCookie(url, cookie); err != nil {
		return fmt.Errorf("setting a cookie: %w", err)
	}
	return nil
}
