package wire

import (
	"io"
	"net/http"
	"time"
)

// The shape agreed with package load; to be moved into the files of its nouns as they are built.

// Request is one HTTP request; made once by NewRequest it can be sent any number of times by any number of clients at
// once, and is then serialised once.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        []byte
	// Name stands for the URL in tags when set.
	Name string
	// Timeout is for the whole exchange, redirects included; 0 is Config.Timeout.
	Timeout time.Duration
	// MaxRedirects: -1 is Config.MaxRedirects.
	MaxRedirects int
	// DiscardBody reads the body and keeps nothing of it.
	DiscardBody bool
	// Expected says which statuses are no failure; nil is 200 to 399. Tags are for load.
	Expected func(status int) bool
}

// Response is what came back; its memory is reused by the Client's next request.
type Response struct {
	Status int
	Proto  string
	// Body is decompressed, and empty when discarded. Truncated says that it was longer than Config.MaxBody.
	Body      []byte
	Truncated bool
	// URL is where the last redirect led.
	URL    string
	Timing Timing
	Err    error
	// ErrorCode is k6's.
	ErrorCode int
}

// Header is a response header's first value, "" when absent.
func (r *Response) Header(name string) string { return "" }

// Config is what all clients of a test share: TLS, names, proxies, limits. See k6.md for defaults.
type Config struct {
	UserAgent           string
	MaxRedirects        int
	Timeout             time.Duration // 60 s
	NoConnectionReuse   bool
	NoVUConnectionReuse bool
	Debug               io.Writer // http-debug; DebugFull prints bodies too
	DebugFull           bool
	// ... TLS, HTTPVersion, Hosts, LocalIPs, DNS, Proxy, UnixSocket, Handler (in memory), MaxBody, Throw is load's
}

// Network is a Config made ready and shared by clients: resolver cache, TLS configuration, dialer.
type Network struct{}

// NewNetwork checks c.
func NewNetwork(c Config) (*Network, error) { panic("contract") }

// Client is one virtual user's connections and cookies. Its methods belong to one goroutine, but for Interrupt.
type Client struct{}

// NewClient makes the client of the virtual user with that number (it chooses among LocalIPs).
func (n *Network) NewClient(vu int, o Observer) *Client { panic("contract") }

// Do sends req, follows redirects, fills resp. The observer is told of every exchange. The error is resp.Err too.
func (c *Client) Do(req *Request, resp *Response) error { panic("contract") }

// Batch sends all at once: over HTTP/2 on one connection, over HTTP/1.1 on several.
func (c *Client) Batch(reqs []*Request, resps []*Response) { panic("contract") }

// EndIteration forgets cookies and, with NoVUConnectionReuse, closes connections. Traffic is the bytes since the last call.
func (c *Client) EndIteration() {}

// Interrupt ends what is under way with ErrInterrupted, from any goroutine; the client is of no use until Rearm.
func (c *Client) Interrupt() {}
func (c *Client) Rearm()     {}

// Close closes all connections.
func (c *Client) Close() {}
