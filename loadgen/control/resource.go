package control

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// envelope is JSON:API's outermost object.
type envelope struct {
	Data any `json:"data"`
}

// resource is one object of JSON:API.
type resource struct {
	Type          string         `json:"type"`
	ID            string         `json:"id"`
	Attributes    any            `json:"attributes,omitempty"`
	Relationships *relationships `json:"relationships,omitempty"`
}

type relationships struct {
	Groups envelope `json:"groups"`
	Parent envelope `json:"parent"`
}

// stateCodes are k6's numbers for the states of a run.
var stateCodes = map[string]int{"starting": 1, "paused": 4, "setup": 6, "running": 7, "stopping": 7, "teardown": 8, "ended": 9}

func (a *api) statusData() resource {
	type attributes struct {
		Status  int  `json:"status"`
		Paused  bool `json:"paused"`
		VUs     int  `json:"vus"`
		VUsMax  int  `json:"vus-max"`
		Stopped bool `json:"stopped"`
		Running bool `json:"running"`
		Tainted bool `json:"tainted"`
	}
	p := a.run.Progress()
	return resource{Type: "status", ID: "default", Attributes: attributes{
		Status:  stateCodes[p.State],
		Paused:  p.State == "paused",
		VUs:     p.VUs,
		VUsMax:  p.MaxVUs,
		Stopped: a.stopped.Load(),
		Running: p.State == "running" || p.State == "stopping",
		Tainted: tainted(a.series()...),
	}}
}

// series are those of the run so far; none before it has begun.
func (a *api) series() []metrics.Series {
	_, list := a.measured()
	return list
}

// measured are the series, and the time of load that they are of: without a warm-up.
func (a *api) measured() (time.Duration, []metrics.Series) {
	s := a.run.Snapshot()
	if s == nil {
		return 0, nil
	}
	return s.Elapsed, s.Total.Series
}

func tainted(series ...metrics.Series) bool {
	for _, s := range series {
		for _, t := range s.Thresholds {
			if !t.OK {
				return true
			}
		}
	}
	return false
}

func (a *api) metrics(w http.ResponseWriter, _ *http.Request) {
	all := []resource{}
	elapsed, list := a.measured()
	for _, s := range list {
		all = append(all, metricData(s, elapsed))
	}
	answer(w, envelope{all})
}

func (a *api) metric(w http.ResponseWriter, r *http.Request) {
	elapsed, list := a.measured()
	for _, s := range list {
		if seriesID(s) == r.PathValue("id") {
			answer(w, envelope{metricData(s, elapsed)})
			return
		}
	}
	fail(w, http.StatusNotFound, "no metric of that name has been recorded; GET /v1/metrics lists them")
}

// seriesID is the metric's name, or of a sub-metric "http_req_duration{expected_response:true}".
func seriesID(s metrics.Series) string {
	if len(s.Selector) == 0 {
		return s.Name
	}
	tags := make([]string, len(s.Selector))
	for i, t := range s.Selector {
		tags[i] = t.Key + ":" + t.Value
	}
	return s.Name + "{" + strings.Join(tags, ",") + "}"
}

func metricData(s metrics.Series, elapsed time.Duration) resource {
	type attributes struct {
		Type     metrics.Kind       `json:"type"`
		Contains metrics.Contains   `json:"contains"`
		Tainted  bool               `json:"tainted"`
		Sample   map[string]float64 `json:"sample"`
	}
	return resource{Type: "metrics", ID: seriesID(s),
		Attributes: attributes{Type: s.Kind, Contains: s.Contains, Tainted: tainted(s), Sample: sample(s, elapsed)}}
}

// sample has k6's keys; times are in milliseconds.
func sample(s metrics.Series, elapsed time.Duration) map[string]float64 {
	switch s.Kind {
	case metrics.Counter:
		return map[string]float64{"count": s.Sum, "rate": s.PerSecond(elapsed)}
	case metrics.Gauge:
		return map[string]float64{"value": s.Last}
	case metrics.Rate:
		return map[string]float64{"rate": s.Share()}
	}
	unit := 1.0
	if s.Contains == metrics.Time {
		unit = float64(time.Millisecond)
	}
	return map[string]float64{
		"avg": s.Mean() / unit, "min": s.Min / unit, "max": s.Max / unit,
		"med": s.Quantile(50) / unit, "p(90)": s.Quantile(90) / unit, "p(95)": s.Quantile(95) / unit,
	}
}

func (a *api) groups(w http.ResponseWriter, _ *http.Request) {
	answer(w, envelope{a.allGroups()})
}

func (a *api) group(w http.ResponseWriter, r *http.Request) {
	for _, g := range a.allGroups() {
		if g.ID == r.PathValue("id") {
			answer(w, envelope{g})
			return
		}
	}
	fail(w, http.StatusNotFound, "no group of that id has been entered; GET /v1/groups lists them")
}

func (a *api) allGroups() []resource {
	s := a.run.Snapshot()
	if s == nil {
		return []resource{}
	}
	root := s.Total
	root.Name = ""
	return appendGroups(nil, root, "", nil)
}

// appendGroups appends g, whose path is given, and the groups in it. As in k6, an id is the MD5 sum of a path.
func appendGroups(all []resource, g metrics.Section, path string, parent *resource) []resource {
	type check struct {
		Name   string `json:"name"`
		Path   string `json:"path"`
		ID     string `json:"id"`
		Passes uint64 `json:"passes"`
		Fails  uint64 `json:"fails"`
	}
	type attributes struct {
		Name   string  `json:"name"`
		Path   string  `json:"path"`
		Checks []check `json:"checks"`
	}
	checks := make([]check, len(g.Checks))
	for i, c := range g.Checks {
		at := path + "::" + c.Name
		checks[i] = check{Name: c.Name, Path: at, ID: pathID(at), Passes: c.Passes, Fails: c.Fails}
	}
	self := &resource{Type: "groups", ID: pathID(path)}
	children := make([]*resource, len(g.Groups))
	for i, child := range g.Groups {
		children[i] = &resource{Type: "groups", ID: pathID(path + "::" + child.Name)}
	}
	full := *self
	full.Attributes = attributes{Name: g.Name, Path: path, Checks: checks}
	full.Relationships = &relationships{Groups: envelope{children}, Parent: envelope{parent}}
	all = append(all, full)
	for _, child := range g.Groups {
		all = appendGroups(all, child, path+"::"+child.Name, self)
	}
	return all
}

func pathID(path string) string {
	sum := md5.Sum([]byte(path))
	return hex.EncodeToString(sum[:])
}

func answer(w http.ResponseWriter, v any) { write(w, http.StatusOK, v) }

// fail answers in JSON:API's form for errors.
func fail(w http.ResponseWriter, status int, detail string) {
	type problem struct {
		Status string `json:"status"`
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	write(w, status, map[string]any{"errors": []problem{{strconv.Itoa(status), http.StatusText(status), detail}}})
}

// write sends v; an error means that the client has gone, and there is nobody to tell.
func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
