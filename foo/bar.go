package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"example.com/foobar/telemetry"
)

const (
	barAnswer    = "bar"            // the only answer that counts
	barConns     = 1024             // connections to bar: in use and kept, together
	barHeader    = 16 << 10         // bytes of an answer's header
	readyWithin  = time.Second      // what bar's health check may take
	complainEach = 10 * time.Second // how often one kind of failure is logged
)

// errSlow marks an answer that did not come in time.
var errSlow = errors.New("bar took too long")

// bar asks the service bar.
type bar struct {
	log       *slog.Logger
	said      telemetry.Throttle
	timeout   time.Duration
	transport http.RoundTripper // traced, unless tracing is off
	untraced  http.RoundTripper
	question  *http.Request // copied for each request; its header is never written to
	health    *http.Request
}

// newBar expects an endpoint that options.Validate accepts.
func newBar(s *telemetry.Service, endpoint string, timeout time.Duration) *bar {
	pool := newPool()
	question := newQuestion(endpoint)
	health := question.URL.ResolveReference(&url.URL{Path: telemetry.HealthPath})
	return &bar{
		log:       s.Log,
		said:      telemetry.Throttle{Period: complainEach},
		timeout:   timeout,
		transport: s.Transport(pool, cmp.Or(question.URL.Path, "/")),
		untraced:  pool,
		question:  question,
		health:    newQuestion(health.String()),
	}
}

// newPool returns a transport without proxies: bar is a neighbour, and an HTTP_PROXY meant for the world outside would see
// and delay every request between the two.
func newPool() *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext,
		MaxConnsPerHost:        barConns,
		MaxIdleConns:           barConns,
		MaxIdleConnsPerHost:    barConns,
		IdleConnTimeout:        telemetry.IdleWithin,
		MaxResponseHeaderBytes: barHeader,
		DisableCompression:     true,
	}
}

func newQuestion(endpoint string) *http.Request {
	req, err := http.NewRequest(http.MethodGet, endpoint, nil)
	if err != nil {
		panic(err) // the endpoint was validated
	}
	req.Header.Set("User-Agent", "foo")
	return req
}

// ask returns nil if bar answered "bar" in time. It reads no more of the answer than it takes to know, and follows no
// redirect. An error that wraps errSlow means that bar took too long.
func (b *bar) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	resp, err := b.transport.RoundTrip(b.question.WithContext(ctx))
	if err != nil {
		return slow(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("bar answered status %d", resp.StatusCode)
	}
	return slow(readAnswer(resp.Body))
}

// readAnswer returns nil if the body is the answer and ends there.
func readAnswer(body io.Reader) error {
	var buf [len(barAnswer) + 1]byte
	n := 0
	for n < len(buf) {
		m, err := body.Read(buf[n:])
		n += m
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read bar's answer: %w", err)
		}
	}
	if got := string(buf[:n]); got != barAnswer {
		return fmt.Errorf("bar answered something else, beginning with %q", got)
	}
	return nil
}

// ready returns nil if bar's health check answers 200 soon. Neither side makes a span of it.
func (b *bar) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	resp, err := b.untraced.RoundTrip(b.health.WithContext(ctx))
	if err != nil {
		return errors.New("bar can't be reached")
	}
	defer resp.Body.Close()
	io.CopyN(io.Discard, resp.Body, 1<<10)
	if resp.StatusCode != http.StatusOK {
		return errors.New("bar is not healthy")
	}
	return nil
}

func (b *bar) complain(ctx context.Context, message string, err error) {
	if skipped, ok := b.said.Allow(message, time.Now()); ok {
		b.log.WarnContext(ctx, message, "error", err.Error(), "failures_not_logged", skipped)
	}
}

// slow marks err with errSlow if it means that time ran out.
func slow(err error) error {
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("%w: %w", errSlow, err)
	}
	return err
}
