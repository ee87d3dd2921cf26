package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// http2Conn speaks HTTP/2 over one connection, for several requests at once.
type http2Conn struct{ over *http.ClientConn }

// readyConn is the context key under which newHTTP2 hands a connected net.Conn to the transport.
type readyConn struct{}

// unusedTime is how long a connection that is to serve one request may wait for it. net/http keeps the memory of a closed
// connection for that long too, or for five seconds.
const unusedTime = 250 * time.Millisecond

// newHTTP2Transport is the settings that all HTTP/2 connections share. It dials nothing: a connection is given to it.
func newHTTP2Transport(keep bool) *http.Transport {
	given := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return ctx.Value(readyConn{}).(net.Conn), nil
	}
	t := &http.Transport{
		DialContext: given, DialTLSContext: given,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeader,
		Protocols:              new(http.Protocols),
	}
	if !keep {
		t.IdleConnTimeout = unusedTime
	}
	t.Protocols.SetHTTP2(true)
	t.Protocols.SetUnencryptedHTTP2(true)
	return t
}

// negotiate makes s speak HTTP/2 if TLS agreed on it, or if it was asked for without TLS.
func (s *stream) negotiate(n *Network, t *target) error {
	var over net.Conn = s.conn
	scheme := "http"
	if s.version != "" {
		agreed := s.tls.ConnectionState().NegotiatedProtocol
		if n.config.HTTPVersion == "2" && agreed != "h2" {
			return &Error{Code: codeOther, Message: "http2: the server does not offer HTTP/2"}
		}
		if agreed != "h2" {
			return nil
		}
		over, scheme = s.tls, "https"
	} else if n.config.HTTPVersion != "2" {
		return nil
	}
	if err := s.conn.share(); err != nil {
		return err
	}
	ctx := context.WithValue(context.Background(), readyConn{}, over)
	cc, err := n.http2.NewClientConn(ctx, scheme, net.JoinHostPort(t.host, t.port))
	if err != nil {
		return http2Error(err)
	}
	if !n.mayKeep() {
		_ = cc.Reserve() // for its only request: it is not to be closed as an idle one before; that says so itself if it failed
	}
	s.h2 = &http2Conn{over: cc}
	return nil
}

// usable says that a request can begin on it now, idle that none is under way. Places are not reserved: net/http waits for
// ever when several are and the server's settings then allow fewer.
func (h *http2Conn) usable() bool { return h.over.Err() == nil && h.over.Available() > 0 }
func (h *http2Conn) idle() bool   { return h.over.InFlight() == 0 }

func (h *http2Conn) close() { _ = h.over.Close() }

// overHTTP2 does the hop over s, which others may use at the same time.
func (c *call) overHTTP2(s *stream) error {
	ctx, cancel := c.client.context(Now(), c.limit)
	defer cancel()
	var i instants
	err := c.roundTripHTTP2(ctx, s, &i)
	end := Now()
	c.phases(i, end)
	c.client.mu.Lock()
	c.count(s)
	c.client.mu.Unlock()
	if s.h2.over.Err() != nil || !c.client.network.mayKeep() {
		c.client.closeConn(s)
	}
	if err == nil {
		return c.decode()
	}
	if cause := context.Cause(ctx); cause != nil {
		return http2Error(cause)
	}
	c.unprocessed = http2Unprocessed(err)
	return http2Error(err)
}

// roundTripHTTP2 sends, reads the whole response and notes the instants.
func (c *call) roundTripHTTP2(ctx context.Context, s *stream, i *instants) error {
	var wrote, first atomic.Int64
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { wrote.Store(int64(Now())) },
		GotFirstResponseByte: func() { first.Store(int64(Now())) },
	})
	defer func() { i.wrote, i.read = time.Duration(wrote.Load()), time.Duration(first.Load()) }()
	req := c.httpRequest(ctx)
	var from *source
	if c.hop.upload != nil {
		from = c.hop.upload.open()
		defer from.stop()
		req.Body, req.ContentLength = from, c.hop.upload.Size
	}
	i.began = Now()
	c.began = i.began
	resp, err := s.h2.over.RoundTrip(req)
	if err != nil {
		return from.or(err)
	}
	defer func() { _ = resp.Body.Close() }()
	c.answered = true
	c.Status, c.Proto = resp.StatusCode, "HTTP/2.0"
	lines := bytes.NewBuffer(c.resp.head.block[:0])
	_ = resp.Header.Write(lines) // a buffer takes everything
	c.resp.lines = lines.Bytes()
	c.resp.head = head{block: c.resp.lines}

	encoding := strings.Join(resp.Header["Content-Encoding"], ", ")
	if c.streams() {
		return from.or(c.stream(resp.Body, encoding))
	}
	p := parsers.Get().(*parser)
	defer parsers.Put(p)
	p.small.Reset(resp.Body)
	defer p.small.Reset(nil)
	b := c.newBody(encoding)
	if err := b.copy(p.small, -1); err != nil {
		b.release()
		return from.or(orCut(err, errCutBody))
	}
	c.body = b
	return nil
}

// httpRequest is the hop as net/http wants it.
func (c *call) httpRequest(ctx context.Context) *http.Request {
	p := c.hop
	header := p.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	for _, name := range []string{"Host", "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"} {
		header.Del(name) // HTTP/2 has no use for them
	}
	header.Set("User-Agent", p.userAgent())
	if cookies := joinCookies(p.cookie, c.cookies()); cookies != "" {
		header.Set("Cookie", cookies)
	}
	if auth := p.basicAuth(); auth != "" {
		header.Set("Authorization", auth)
	}
	if c.authorization != "" {
		header.Set("Authorization", c.authorization)
	}
	u := *p.target.url()
	u.User = nil
	u.Host = net.JoinHostPort(p.target.host, p.target.port)
	req := &http.Request{Method: p.method, URL: &u, Header: header, Host: p.host, Proto: "HTTP/2.0", ProtoMajor: 2}
	if len(p.body) > 0 { // of an Upload it is opened when it is sent
		req.ContentLength = int64(len(p.body))
		body := p.body
		if p.changing { // it may go on being read after the response
			body = bytes.Clone(body)
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return req.WithContext(ctx)
}

// http2Codes are HTTP/2's error codes by number (RFC 9113, section 7).
var http2Codes = []string{
	"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
	"FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
	"INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
}

const http2RefusedStream = 7

// http2StreamError is net/http's error of a stream that was reset: errors.As fills it, because its fields have the same
// names.
type http2StreamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (e http2StreamError) Error() string {
	return fmt.Sprintf("stream error: stream ID %d", e.StreamID)
}

// net/http's other errors have no type or a hidden one, so their messages must do.
const (
	http2GoneAway    = "http2: Transport received Server's graceful shutdown GOAWAY" // the stream is above the last one processed
	http2GoneAtFirst = "http2: Transport received GOAWAY from server ErrCode:"       // the same, for the first stream, with an error
	http2Unusable    = "http2: client conn not usable"                               // nothing was sent
	http2ServerGone  = "http2: server sent GOAWAY and closed the connection; "
	http2Connection  = "connection error: "
)

// http2Unprocessed says that the server did not process the stream that ended with err: it said so, by REFUSED_STREAM or
// by a GOAWAY with a lower number, or nothing was sent (RFC 9113, 8.7).
func http2Unprocessed(err error) bool {
	var stream http2StreamError
	if errors.As(err, &stream) {
		return stream.Code == http2RefusedStream
	}
	return err.Error() == http2GoneAway || err.Error() == http2Unusable
}

// http2Error gives err k6's code.
func http2Error(err error) error {
	var stream http2StreamError
	if errors.As(err, &stream) {
		return http2Failure("stream error", codeStream, int(stream.Code), err)
	}
	text := err.Error()
	switch {
	case text == http2GoneAway:
		return http2Failure("server sent GOAWAY", codeGoAway, 0, err)
	case strings.HasPrefix(text, http2GoneAtFirst):
		return http2Failure("server sent GOAWAY", codeGoAway, http2Code(strings.TrimPrefix(text, http2GoneAtFirst)), err)
	case strings.HasPrefix(text, http2ServerGone):
		_, code, _ := strings.Cut(text, "ErrCode=")
		return http2Failure("server sent GOAWAY", codeGoAway, http2Code(code), err)
	case strings.HasPrefix(text, http2Connection):
		return http2Failure("connection error", codeConnection, http2Code(strings.TrimPrefix(text, http2Connection)), err)
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return during("request", err)
}

// http2Code is the number of the code that text begins with, -1 for one that is not in the list.
func http2Code(text string) int {
	for number, name := range http2Codes {
		if strings.HasPrefix(text, name) {
			return number
		}
	}
	return -1
}

func http2Failure(what string, group, code int, err error) error {
	if code < 0 || code >= len(http2Codes) {
		return &Error{group, "http2: " + what, err}
	}
	return &Error{group + 1 + code, fmt.Sprintf("http2: %s %s", what, http2Codes[code]), err}
}
