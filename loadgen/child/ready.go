package child

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// FreeAddrs finds n loopback addresses, host:port, that nobody listens on, for programs that can't say which port they took.
func FreeAddrs(n int) ([]string, error) {
	var addrs []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("finding a free port: %w", err)
		}
		defer l.Close() // all at the end, so that they differ
		addrs = append(addrs, l.Addr().String())
	}
	return addrs, nil
}

// prober asks whether a process is ready. It keeps no connection, so that none is counted as the process's work later.
var prober = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}

// WaitReady asks url until it answers 2xx. That the process has ended, or that it isn't ready in time, is an error.
func (p *Process) WaitReady(ctx context.Context, url string, within time.Duration) error {
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	for {
		answer, ready := probe(ctx, url)
		if ready {
			return nil
		}
		select {
		case <-p.done:
			return p.Err()
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout.C:
			return fmt.Errorf("%s was not ready within %s (%s answers %s)%s", p.Name, within, url, answer, p.Said())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// probe is the status that url answers with, or why there is none, and whether it is 2xx.
func probe(ctx context.Context, url string) (answer string, ready bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error(), false
	}
	res, err := prober.Do(req)
	if err != nil {
		return err.Error(), false
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.Status, res.StatusCode/100 == 2
}
