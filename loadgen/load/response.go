package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"example.com/foobar/loadgen/internal/wire"
)

// Response is what a request came to. It belongs to its user and is valid until the user's next request, or the end of the
// iteration; Clone keeps it for longer. The responses of a Batch are valid at once, until the next Batch.
type Response struct {
	// Status is the status code, 0 when there was no response. Proto is "HTTP/1.1" or "HTTP/2.0".
	Status int
	Proto  string
	// Body is decompressed, and empty when it was discarded or given to Receive. Truncated says that it was longer than the
	// 64 MiB that are kept.
	Body      []byte
	Truncated bool
	// URL is where the last redirect led, user and password hidden.
	URL string
	// Timing is that of the last exchange.
	Timing Timing
	// Err is why there is no whole response, nil when there is one: a status of 404 is no error. ErrorCode is k6's
	// error_code of Err, or 1000 + Status for a status of 400 and above, or 0.
	Err       error
	ErrorCode int

	wire wire.Response
}

// Timing holds the phases of an exchange as k6 defines them. A phase that did not happen is 0.
type Timing struct {
	// Blocked is the time until a connection was there. When it was a new one, that includes LookingUp (the name),
	// Connecting and TLSHandshaking.
	Blocked, LookingUp, Connecting, TLSHandshaking time.Duration
	// Sending is from the first byte written to the last, Waiting from there to the first byte received, Receiving from
	// there to the end of the body.
	Sending, Waiting, Receiving time.Duration
}

// Duration is what k6 calls http_req_duration: Sending + Waiting + Receiving.
func (t Timing) Duration() time.Duration { return t.Sending + t.Waiting + t.Receiving }

// take makes what the wire received the response's.
func (r *Response) take() {
	w := &r.wire
	r.Status, r.Proto, r.Body, r.Truncated, r.URL, r.Err, r.ErrorCode = w.Status, w.Proto, w.Body, w.Truncated, w.URL, w.Err, w.ErrorCode
	t := &w.Timing
	r.Timing = Timing{t.Blocked, t.LookingUp, t.Connecting, t.TLSHandshaking, t.Sending, t.Waiting, t.Receiving}
}

// Clone is a copy that stays valid as long as you keep it, as two responses that are compared must.
func (r *Response) Clone() *Response {
	c := *r
	c.wire = *r.wire.Clone()
	c.Body = bytes.Clone(r.Body)
	return &c
}

// release gives the memory of a large body back before the user's next request does, for other users who wait for it. The
// response has no body after that.
func (r *Response) release() {
	r.wire.Release()
	r.Body = nil
}

// Header is the first value of a header, "" when there is none.
func (r *Response) Header(name string) string { return r.wire.Header(name) }

// Headers are all headers.
func (r *Response) Headers() http.Header { return r.wire.Headers() }

// Cookies are those that this response sets; VU.Cookies are those that the user has.
func (r *Response) Cookies() []*http.Cookie {
	return (&http.Response{Header: r.Headers()}).Cookies()
}

// JSON decodes the body into v, or, with a path as Value takes it, the value that stands there.
func (r *Response) JSON(v any, path ...string) error {
	if r.Err != nil {
		return fmt.Errorf("decoding the body: there is no response: %w", r.Err)
	}
	raw := r.Body
	for _, at := range path {
		value := r.Value(at)
		if !value.Exists() {
			return fmt.Errorf("decoding the body: it is no JSON or has nothing at %q", at)
		}
		raw = []byte(value.Raw)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("decoding the body as JSON: %w", err)
	}
	return nil
}

// Value is what stands in a body of JSON at a path: "items.0.id" is the id of the first item, "items.#.id" all ids. Of a
// path that leads nowhere, and of a body that is no JSON, Value(path).Exists() is false. The paths are gjson's.
func (r *Response) Value(path string) gjson.Result {
	if r.Err != nil || !validJSON(r.Body) {
		return gjson.Result{}
	}
	return gjson.GetBytes(r.Body, path)
}

// maxNesting is how deep JSON may nest; encoding/json has the same bound.
const maxNesting = 10_000

// validJSON says whether body is JSON. A body that may nest deeper than maxNesting is left to encoding/json, which bounds it:
// gjson takes stack for each level, and what a server sends must not end the process.
func validJSON(body []byte) bool {
	if bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) > maxNesting {
		return json.Valid(body)
	}
	return gjson.ValidBytes(body)
}

// responseWatch watches what is not as it seems with responses: what checks and extractions could not see of their
// bodies, what bodies waited for, and redirects that were not followed.
type responseWatch struct {
	mu                 sync.Mutex
	cut, coded, waited uint64
	redirects          uint64
	coding             string // one of those that are not known
	waits              time.Duration
}

// see takes account of an exchange of which the report has something to say.
func (w *responseWatch) see(x *wire.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if x.Truncated {
		w.cut++
	}
	if x.UnknownEncoding != "" {
		w.coded++
		w.coding = x.UnknownEncoding
	}
	if x.RedirectLimit {
		w.redirects++
	}
	if x.MemoryWait != 0 {
		w.waited++
		w.waits += x.MemoryWait
	}
}

// warn says what was seen.
func (w *responseWatch) warn(m *meter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut > 0 {
		m.warnf("checks", "%d response bodies were cut at %d MiB: checks and extractions did not see the rest.", w.cut, wire.DefaultMaxBody>>20)
	}
	if w.coded > 0 {
		m.warnf("checks", "%d response bodies came in a content coding that is not known, %.40q: checks and extractions saw them as they came.", w.coded, w.coding)
	}
	if w.redirects > 0 {
		m.warnf("http_reqs", "%d responses were redirects that were not followed, because as many as may be had been followed: see -max-redirects, and redirects in a file.", w.redirects)
	}
	if w.waited > 0 {
		m.warnf("http_reqs", "responses waited %d times, %s in all, until memory for large bodies was free: fewer requests were made than the users could have made. "+
			"The waiting is in no time of a request. Use fewer users or smaller bodies, check less of them, or give this process more memory (GOMEMLIMIT).",
			w.waited, w.waits.Round(time.Millisecond))
	}
}
