package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// flushWithin bounds POST /flush.
const flushWithin = 30 * time.Second

const adminIndex = `GET  /metrics       Prometheus metrics of the Go runtime, the process, requests and the span ledger
POST /flush         send every span that has ended, answer with the ledger as JSON
POST /gc            collect garbage, answer with the live heap in bytes as JSON
GET  /debug/pprof/  profiles
`

// Limits of a request to the admin listener.
const (
	maxSeconds   = 300     // of a profile or trace; nobody else gets one of the processor meanwhile
	maxAdminBody = 1 << 20 // bytes; only /debug/pprof/symbol reads one
)

// adminHandler serves what is for operators and measurements, on a mux of its own, to clients that guard lets pass.
func (s *Service) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(adminIndex)) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.newRegistry(), promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}))
	mux.HandleFunc("POST /flush", s.flush)
	mux.HandleFunc("POST /gc", collectGarbage)
	mux.HandleFunc("GET /debug/pprof/", bounded(pprof.Index)) // every profile by name, with seconds= the difference
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", bounded(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", bounded(pprof.Trace))
	return s.guard(http.MaxBytesHandler(mux, maxAdminBody))
}

// guard refuses what a web page may send from the browser of somebody who can reach the admin listener: requests by a host
// name that the page's owner chose (DNS rebinding), and requests from another origin. Addresses, localhost, the service's own
// name, as other containers know it, the machine's name and the host of -admin are accepted.
func (s *Service) guard(next http.Handler) http.Handler {
	machine, _ := os.Hostname()
	names := []string{"localhost", strings.ToLower(s.Name), strings.ToLower(machine), strings.ToLower(hostOf(s.Admin))}
	known := func(host string) bool {
		_, err := netip.ParseAddr(host)
		return err == nil || host != "" && slices.Contains(names, strings.ToLower(host))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !known(hostOf(r.Host)):
			http.Error(w, "ask by IP address, as localhost, or by the service's or the machine's name", http.StatusForbidden)
		case crossOrigin(r):
			http.Error(w, "a web page of another origin has no business here", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// hostOf is a Host header's host, without port and brackets.
func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	if inner, found := strings.CutPrefix(hostport, "["); found {
		return strings.TrimSuffix(inner, "]")
	}
	return hostport
}

// crossOrigin reports whether a browser sends the request for a page of another origin. Other programs send neither header.
func crossOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	return origin != "" && !strings.EqualFold(origin, "http://"+r.Host)
}

// bounded refuses a profile that would take too long.
func bounded(profile http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if seconds, err := strconv.ParseFloat(r.FormValue("seconds"), 64); errors.Is(err, strconv.ErrRange) || err == nil && !(seconds <= maxSeconds) {
			http.Error(w, fmt.Sprintf("seconds: want at most %d", maxSeconds), http.StatusBadRequest)
			return
		}
		profile(w, r)
	}
}

// Flushed answers POST /flush: 200, or 502 with Error if spans could not be sent.
type Flushed struct {
	Tracing bool    `json:"tracing"`
	Spans   *Counts `json:"spans,omitempty"` // absent with tracing off
	Error   string  `json:"error,omitempty"`
}

func (s *Service) flush(w http.ResponseWriter, r *http.Request) {
	status, answer := http.StatusOK, Flushed{Tracing: s.Tracing != nil}
	if s.Tracing != nil {
		ctx, cancel := context.WithTimeout(r.Context(), flushWithin)
		defer cancel()
		if err := s.Tracing.Flush(ctx); err != nil {
			status, answer.Error = http.StatusBadGateway, clip(s.secrets.clean(err.Error()))
		}
		counts := s.Tracing.Ledger.Counts()
		answer.Spans = &counts
	}
	writeJSON(w, status, answer)
}

// Collected answers POST /gc.
type Collected struct {
	HeapLiveBytes uint64 `json:"heap_live_bytes"` // marked by that collection
}

func collectGarbage(w http.ResponseWriter, _ *http.Request) {
	runtime.GC()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	writeJSON(w, http.StatusOK, Collected{HeapLiveBytes: live[0].Value.Uint64()})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// adminAddr makes the loopback the host of an address that has none.
func adminAddr(addr string) string {
	if host, port, err := net.SplitHostPort(addr); err == nil && host == "" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}
