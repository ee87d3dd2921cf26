// Package control serves k6's REST API over a load test under way: its status, metrics and groups, and its start and
// stop. It makes no load and keeps no state of its own.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/metrics"
)

// maxBody bounds what a PATCH may send.
const maxBody = 64 << 10

// Run is a test under way, with the snapshots that may be shown.
type Run interface {
	engine.Run
	Snapshot() *metrics.Snapshot
}

// api answers requests about one run.
type api struct {
	run     Run
	stopped atomic.Bool
}

// Handler serves /v1/status, /v1/metrics, /v1/metrics/{id}, /v1/groups, /v1/groups/{id}, /v1/setup and /ping for run, in
// JSON:API envelopes with k6's names. All else, and what they do not take, is answered with an error in that form: a test's
// set-up and tear-down run by themselves, so that POST /v1/setup and /v1/teardown have nothing to begin. PATCH /v1/status takes {"data":{"attributes":{...}}} with "paused": false, which begins
// a run that waits, or "stopped": true, which stops it as one Ctrl-C does, and a second time as two do. Requests whose
// Host is neither an IP address nor localhost are refused, so that no web page can reach the API by a name of its own.
func Handler(run Run) http.Handler {
	a := &api{run: run}
	mux := http.NewServeMux()
	for path, methods := range map[string]map[string]http.HandlerFunc{
		"/v1/status":       {"GET": a.status, "PATCH": a.patch},
		"/v1/metrics":      {"GET": a.metrics},
		"/v1/metrics/{id}": {"GET": a.metric},
		"/v1/groups":       {"GET": a.groups},
		"/v1/groups/{id}":  {"GET": a.group},
		"/v1/setup":        {"GET": a.setup, "PUT": unasked, "POST": unasked},
		"/v1/teardown":     {"POST": unasked},
		"/ping":            {"GET": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }},
	} {
		mux.HandleFunc(path, allow(methods))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusNotFound, "there is nothing here; GET /v1/status says how the test goes")
	})
	return byAddress(mux)
}

// byAddress refuses requests that came by a name other than localhost.
func byAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if host != "localhost" && net.ParseIP(trimBrackets(host)) == nil {
			fail(w, http.StatusForbidden, "ask by IP address or as localhost")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allow answers a method that a path does not take as JSON:API does.
func allow(methods map[string]http.HandlerFunc) http.HandlerFunc {
	known := slices.Sorted(maps.Keys(methods))
	return func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if h := methods[method]; h != nil {
			h(w, r)
			return
		}
		w.Header().Set("Allow", strings.Join(known, ", "))
		fail(w, http.StatusMethodNotAllowed, "this takes "+strings.Join(known, " and ")+" only")
	}
}

// unasked answers those who would run set-up or tear-down, or hand data in, from outside.
func unasked(w http.ResponseWriter, _ *http.Request) {
	fail(w, http.StatusConflict, "set-up and tear-down are run by the test itself, once, before and after the load")
}

// setup answers with what the test's Setup returned, null before that and without one.
func (a *api) setup(w http.ResponseWriter, _ *http.Request) {
	type attributes struct {
		Data any `json:"data"`
	}
	text, err := json.Marshal(a.run.SetupData())
	if err != nil {
		fail(w, http.StatusInternalServerError, "what the set-up returned can't be written as JSON: "+err.Error())
		return
	}
	answer(w, envelope{resource{Type: "setupData", ID: "default", Attributes: attributes{json.RawMessage(text)}}})
}

func trimBrackets(host string) string {
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}

func (a *api) status(w http.ResponseWriter, _ *http.Request) {
	answer(w, envelope{a.statusData()})
}

func (a *api) patch(w http.ResponseWriter, r *http.Request) {
	want, err := readPatch(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := a.apply(want); err != nil {
		fail(w, http.StatusConflict, err.Error())
		return
	}
	a.status(w, r)
}

// attributes are those of PATCH that mean something here; nil is "not given".
type attributes struct {
	Paused  *bool  `json:"paused"`
	Stopped *bool  `json:"stopped"`
	VUs     *int64 `json:"vus"`
	VUsMax  *int64 `json:"vus-max"`
}

func readPatch(body io.Reader) (attributes, error) {
	var in struct {
		Data struct {
			Attributes attributes `json:"attributes"`
		} `json:"data"`
	}
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		return attributes{}, fmt.Errorf(`read the status wanted, such as {"data":{"attributes":{"stopped":true}}}: %w`, err)
	}
	return in.Data.Attributes, nil
}

func (a *api) apply(want attributes) error {
	switch {
	case want.VUs != nil || want.VUsMax != nil:
		return errors.New("the number of users is set by the scenarios' executors, none of which takes it from outside")
	case want.Stopped != nil && *want.Stopped:
		a.stop()
	case want.Stopped != nil:
		return errors.New("a stopped test can't be started again")
	case want.Paused != nil && *want.Paused && a.run.Progress().State != "paused":
		return errors.New("a test can't be paused once it has begun; start it with -paused")
	case want.Paused != nil && !*want.Paused:
		a.run.Resume()
	}
	return nil
}

func (a *api) stop() {
	if a.stopped.Swap(true) {
		a.run.Abort(engine.StoppedByAPI)
		return
	}
	a.run.Stop(engine.StoppedByAPI)
}
