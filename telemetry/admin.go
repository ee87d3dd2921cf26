package telemetry

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"runtime/metrics"
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

// adminHandler serves what is for operators and measurements, on a mux of its own.
func (s *Service) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(adminIndex)) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.newRegistry(), promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}))
	mux.HandleFunc("POST /flush", func(w http.ResponseWriter, r *http.Request) { flush(w, r, s.Tracing) })
	mux.HandleFunc("POST /gc", collectGarbage)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// Flushed answers POST /flush: 200, or 502 with Error if spans could not be sent.
type Flushed struct {
	Tracing bool    `json:"tracing"`
	Spans   *Counts `json:"spans,omitempty"` // absent with tracing off
	Error   string  `json:"error,omitempty"`
}

func flush(w http.ResponseWriter, r *http.Request, tracing *Provider) {
	status, answer := http.StatusOK, Flushed{Tracing: tracing != nil}
	if tracing != nil {
		ctx, cancel := context.WithTimeout(r.Context(), flushWithin)
		defer cancel()
		if err := tracing.Flush(ctx); err != nil {
			status, answer.Error = http.StatusBadGateway, err.Error()
		}
		counts := tracing.Ledger.Counts()
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
