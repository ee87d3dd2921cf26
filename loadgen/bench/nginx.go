package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.com/foobar/loadgen/child"
)

// nginxConf is one worker on one loopback port that answers "foobar" and counts requests.
const nginxConf = `worker_processes 1;
worker_rlimit_nofile 40000;
daemon off;
pid %[1]s/nginx.pid;
error_log stderr error;
events { worker_connections 30000; }
http {
	access_log off;
	keepalive_timeout 1h;
	keepalive_requests 1000000000;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	default_type text/plain;
	server {
		listen %[2]s backlog=30000;
		location = /status { stub_status; }
		location / { return 200 "foobar"; }
	}
}
`

// nginx is a running server.
type nginx struct {
	URL     string
	process *child.Process
	client  *http.Client
}

// serve starts nginx, pinned to a core unless core is negative, and waits until it answers.
func (s *session) serve(ctx context.Context, core int) (*nginx, error) {
	dir, err := os.MkdirTemp(s.dir, "nginx")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the worker is another user when this one is root
		return nil, err
	}
	addrs, err := child.FreeAddrs(1)
	if err != nil {
		return nil, fmt.Errorf("starting nginx: %w", err)
	}
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir, addrs[0]), 0o644); err != nil {
		return nil, err
	}
	n := &nginx{URL: "http://" + addrs[0] + "/", client: &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{DisableKeepAlives: true},
	}}
	path, args := s.pinned(core, "nginx", "-c", conf, "-p", dir, "-e", "stderr")
	if n.process, err = child.Start(command(dir, path, args...)); err != nil {
		return nil, err
	}
	if err := n.process.WaitReady(ctx, n.URL+"status", 10*time.Second); err != nil {
		n.stop()
		return nil, err
	}
	return n, nil
}

// pinned is a command line that runs a program on one core, or on all when core is negative.
func (s *session) pinned(core int, name string, args ...string) (string, []string) {
	if core < 0 {
		return s.programs[name], args
	}
	return s.programs["taskset"], append([]string{"-c", fmt.Sprint(core), s.programs[name]}, args...)
}

// stop ends nginx and waits for it. How it ended is of no interest.
func (n *nginx) stop() { _ = n.process.Stop() }

// nginxStatus is what stub_status tells.
type nginxStatus struct{ active, requests float64 }

// status asks nginx for its counters.
func (n *nginx) status() (nginxStatus, error) {
	res, err := n.client.Get(n.URL + "status")
	if err != nil {
		return nginxStatus{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil {
		return nginxStatus{}, err
	}
	return parseStatus(string(b))
}

// parseStatus reads the page of stub_status.
func parseStatus(page string) (nginxStatus, error) {
	var st nginxStatus
	var accepts, handled float64
	_, counters, ok := strings.Cut(page, "requests")
	if _, err := fmt.Sscanf(page, "Active connections: %f", &st.active); err != nil || !ok {
		return st, errors.New("nginx's status page has no counters")
	}
	if _, err := fmt.Sscan(counters, &accepts, &handled, &st.requests); err != nil {
		return st, fmt.Errorf("reading nginx's status page: %w", err)
	}
	return st, nil
}

// counted runs a program and returns how many requests nginx saw meanwhile, without those for its status.
func (n *nginx) counted(run func() (Run, error)) (Run, float64, error) {
	before, err := n.status()
	if err != nil {
		return Run{}, 0, fmt.Errorf("asking nginx for its counters: %w", err)
	}
	r, err := run()
	if err != nil {
		return r, 0, err
	}
	after, err := n.status()
	if err != nil {
		return r, 0, fmt.Errorf("asking nginx for its counters: %w", err)
	}
	return r, after.requests - before.requests - 1, nil
}
