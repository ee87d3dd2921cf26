package load

import (
	"context"
	"time"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/wire"
)

// Response is what a request came to: Status, Body, Header, Timing, Err. It is valid until the VU's next request.
type Response = wire.Response

// Request is a request with tags of its own. Make it once with NewRequest and send it as often as you like, from any VU.
type Request struct {
	*wire.Request
	// Tags are set on the samples of this request.
	Tags map[string]string
}

// VU is one virtual user: its connections, cookies, and the methods of a script. It belongs to one goroutine.
type VU struct {
	// ID counts the users of a test from 1, Iteration this user's iterations of this scenario from 0.
	ID        int64
	Iteration int64
	Scenario  string
	Env       map[string]string
	// Data is what Setup returned; all users share it.
	Data any
}

// Get sends a GET request. The Response is never nil; without a response its Err says why.
func (v *VU) Get(url string) *Response { panic("contract") }

// Post sends a POST request.
func (v *VU) Post(url, contentType string, body []byte) *Response { panic("contract") }

// Do sends req.
func (v *VU) Do(req *Request) *Response { panic("contract") }

// Batch sends all at once.
func (v *VU) Batch(reqs ...*Request) []*Response { panic("contract") }

// Check counts whether ok under name, and returns it.
func (v *VU) Check(name string, ok bool) bool { panic("contract") }

// Group runs f with its samples and checks under the group name, and records group_duration.
func (v *VU) Group(name string, f func() error) error { panic("contract") }

// Sleep is think time; it ends the iteration when the test is stopped hard.
func (v *VU) Sleep(d time.Duration) { panic("contract") }

// Tag sets a tag on all further samples of the iteration; an empty value removes it.
func (v *VU) Tag(key, value string) { panic("contract") }

// Add adds a value to a custom metric: milliseconds for a time Trend, 0 or 1 for a Rate.
func (v *VU) Add(m *Metric, value float64) { panic("contract") }

// Context ends when the iteration is interrupted.
func (v *VU) Context() context.Context { panic("contract") }

// Fail ends this iteration as failed.
func (v *VU) Fail(reason string) { panic("contract") }

// Abort ends the test.
func (v *VU) Abort(reason string) { panic("contract") }

// MarkTestFailed lets the test go on and marks its result.
func (v *VU) MarkTestFailed(reason string) { panic("contract") }

// Metric is a custom metric.
type Metric struct{ id metrics.ID }

// NewTrend, NewCounter, NewGauge and NewRate declare custom metrics; call them before Start.
func (t *Test) NewTrend(name string, isTime bool) *Metric { panic("contract") }
func (t *Test) NewCounter(name string) *Metric            { panic("contract") }
func (t *Test) NewGauge(name string) *Metric              { panic("contract") }
func (t *Test) NewRate(name string) *Metric               { panic("contract") }

// NewRequest makes a request.
func NewRequest(method, url string, body []byte) (*Request, error) { panic("contract") }
