package wire

import (
	"time"
)

// Timing holds the phases of one exchange as k6 defines them. A phase that did not happen is 0.
type Timing struct {
	// Start is the instant at which the exchange began, before a connection was looked for, on the monotonic clock of Now.
	Start time.Duration
	// Blocked is the time until a connection was there: name look-up, connecting and TLS included when it was a new one.
	Blocked time.Duration
	// LookingUp is the time spent on resolving the name (part of Blocked).
	LookingUp time.Duration
	// Connecting is the time that the TCP connection took (part of Blocked).
	Connecting time.Duration
	// TLSHandshaking is the time that the TLS handshake took (part of Blocked).
	TLSHandshaking time.Duration
	// Sending is from the first byte written to the last.
	Sending time.Duration
	// Waiting is from the last byte written to the first byte received.
	Waiting time.Duration
	// Receiving is from the first byte received to the end of the body.
	Receiving time.Duration
}

// Duration is what k6 calls http_req_duration: Sending + Waiting + Receiving.
func (t Timing) Duration() time.Duration { return t.Sending + t.Waiting + t.Receiving }

// End is the instant at which the exchange was over, on the monotonic clock of Now.
func (t Timing) End() time.Duration { return t.Start + t.Blocked + t.Duration() }

// Exchange is one request with its response or its failure: each hop of a redirect is one.
type Exchange struct {
	Timing
	// Request is the request as the user made it; Method and URL differ from it after a redirect.
	Request *Request
	Method  string
	URL     string
	// Status is the response's status code, 0 when there was none.
	Status int
	// Proto is "HTTP/1.1" or "HTTP/2.0", TLSVersion "tls1.2", "tls1.3" or empty.
	Proto, TLSVersion string
	// Connected says that a connection was there (a new or a kept one), so that the phases mean something.
	Connected bool
	// Reused says that the connection was a kept one.
	Reused bool
	// RedirectLimit says that the response is a redirect that is not followed, because as many as may be were followed.
	RedirectLimit bool
	// Challenged says that the server asked who the user is, and the next exchange answers.
	Challenged bool
	// Truncated says that the body that was kept is cut: it was longer than Config.MaxBody.
	Truncated bool
	// UnknownEncoding is the content coding in which the body is still, because it is not known; "" when there is none.
	UnknownEncoding string
	// MemoryWait is how long the response waited for memory of the room that large bodies share. It is in no phase.
	MemoryWait time.Duration
	// Sent and Received are bytes on the wire, TLS and headers included, handshakes too.
	Sent, Received int64
	// Err is why there is no whole response, nil when there is one; ErrorCode is k6's error_code of Err, or 1000 + Status
	// for a status of 400 and above, or 0.
	Err       error
	ErrorCode int
}

// Observer is told of every exchange of a Client before Do or Batch returns, of one after the other: from the goroutine
// that called Do, or from those of Batch. The Exchange is the Client's own and valid during the call only.
type Observer interface {
	Exchanged(*Exchange)
}

var epoch = time.Now()

// Now is the instant on the monotonic clock that all instants of this package are read from. It begins near zero
// when the process starts.
func Now() time.Duration { return time.Since(epoch) }
