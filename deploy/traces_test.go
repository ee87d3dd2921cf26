package deploy

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// span is what the tests read of a stored span.
type span struct {
	TraceID, SpanID, ParentSpanID id
	Name                          string
	Service                       string `json:"-"`
}

// id is a trace or span id in hexadecimal; OTLP's JSON has it so, Tempo's in base64.
type id string

func (i *id) UnmarshalText(text []byte) error {
	if _, err := hex.DecodeString(string(text)); err == nil && (len(text) == 32 || len(text) == 16 || len(text) == 0) {
		*i = id(text)
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("reading id %q: %w", text, err)
	}
	*i = id(hex.EncodeToString(raw))
	return nil
}

// otlp is a list of spans in OTLP's JSON.
type otlp struct {
	ResourceSpans []struct {
		Resource struct {
			Attributes []struct {
				Key   string
				Value struct{ StringValue string }
			}
		}
		ScopeSpans []struct{ Spans []span }
	}
}

// add sorts the spans into traces by their ids.
func (o otlp) add(traces map[string][]span) {
	for _, r := range o.ResourceSpans {
		service := ""
		for _, a := range r.Resource.Attributes {
			if a.Key == "service.name" {
				service = a.Value.StringValue
			}
		}
		for _, s := range r.ScopeSpans {
			for _, sp := range s.Spans {
				sp.Service = service
				traces[string(sp.TraceID)] = append(traces[string(sp.TraceID)], sp)
			}
		}
	}
}

// stored is every trace that has reached Tempo, or what stands in its place.
func (s *system) stored() map[string][]span {
	s.tb.Helper()
	if s.realTempo != "" {
		return s.storedInTempo()
	}
	traces := map[string][]span{}
	content, err := os.ReadFile(filepath.Join(s.volume("tempo"), "spans.jsonl"))
	if errors.Is(err, os.ErrNotExist) {
		return traces
	}
	if err != nil {
		s.tb.Fatal(err)
	}
	for line := range bytes.Lines(content) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break // still being written
		}
		var o otlp
		if err := json.Unmarshal(line, &o); err != nil {
			s.tb.Fatal(err)
		}
		o.add(traces)
	}
	return traces
}

// storedInTempo searches Tempo for all traces, and gets each by its id.
func (s *system) storedInTempo() map[string][]span {
	s.tb.Helper()
	traces := map[string][]span{}
	for _, id := range s.search("{}") {
		var answer struct{ Trace otlp }
		body, err := s.get("TEMPO", "/api/v2/traces/"+id)
		if err == nil {
			err = json.Unmarshal(body, &answer)
		}
		if err != nil {
			s.tb.Fatal(err)
		}
		answer.Trace.add(traces)
	}
	return traces
}

// search asks Tempo for the ids of all traces that a TraceQL query finds.
func (s *system) search(query string) []string {
	s.tb.Helper()
	values := url.Values{"q": {query}, "limit": {"100000"}}
	values.Set("start", fmt.Sprint(time.Now().Add(-time.Hour).Unix()))
	values.Set("end", fmt.Sprint(time.Now().Add(time.Minute).Unix()))
	body, err := s.get("TEMPO", "/api/search?"+values.Encode())
	var answer struct{ Traces []struct{ TraceID string } }
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil {
		s.tb.Fatalf("TraceQL %s: %v", query, err)
	}
	var ids []string
	for _, t := range answer.Traces {
		ids = append(ids, strings.Repeat("0", max(0, 32-len(t.TraceID)))+t.TraceID) // Tempo leaves out leading zeros
	}
	return ids
}

// whole counts the traces that have the three spans of a request.
func whole(traces map[string][]span) (n int) {
	for _, spans := range traces {
		if len(spans) == 3 {
			n++
		}
	}
	return n
}

// checkTraces fails the test unless there are n traces, each of foo's server span
// over its client span over bar's server span, and of nothing else.
func checkTraces(tb testing.TB, traces map[string][]span, n int) {
	tb.Helper()
	if len(traces) != n {
		tb.Errorf("%d traces are stored, want %d", len(traces), n)
	}
	for trace, spans := range traces {
		if err := check(spans); err != nil {
			tb.Errorf("trace %s: %v: %v", trace, err, spans)
			return
		}
	}
}

func check(spans []span) error {
	var chain [3]span
	for _, s := range spans {
		switch {
		case s.Service == "foo" && s.Name == "GET /foo":
			chain[0] = s
		case s.Service == "foo":
			chain[1] = s
		case s.Service == "bar" && s.Name == "GET /bar":
			chain[2] = s
		}
	}
	switch {
	case len(spans) != 3:
		return fmt.Errorf("%d spans, want 3", len(spans))
	case chain[0].SpanID == "" || chain[1].SpanID == "" || chain[2].SpanID == "":
		return fmt.Errorf("want spans of foo's server, foo's client and bar's server")
	case chain[0].ParentSpanID != "" || chain[1].ParentSpanID != chain[0].SpanID || chain[2].ParentSpanID != chain[1].SpanID:
		return fmt.Errorf("a span has the wrong parent")
	}
	return nil
}

// checkTempo asks the real Tempo what Grafana would: both services in one trace, and
// the queries of the dashboards. A trace that was not kept is unknown to it.
func (s *system) checkTempo(kept int) {
	s.tb.Helper()
	const joined = `{resource.service.name="foo"} >> {resource.service.name="bar" && kind=server}`
	if got := len(s.search(joined)); got != kept {
		s.tb.Errorf("%s finds %d traces, want %d", joined, got, kept)
	}
	for _, q := range dashboardQueries(s.tb, "tempo") {
		if strings.Contains(q.Query, "_over_time(") || strings.Contains(q.Query, "rate()") {
			s.checkTempoMetrics(q.fill())
		} else if got := len(s.search(q.fill())); got == 0 && !strings.Contains(q.Query, "error") {
			s.tb.Errorf("%s finds nothing in Tempo", q.fill())
		}
	}
	// The API's version 2 answers 200 and an empty trace.
	if _, err := s.get("TEMPO", "/api/traces/0123456789abcdef0123456789abcdef"); err == nil || !strings.Contains(err.Error(), "404") {
		s.tb.Errorf("Tempo answers %v when asked for a trace that never was, want status 404", err)
	}
}

// checkTempoMetrics fails the test unless a query over time has a series.
func (s *system) checkTempoMetrics(query string) {
	s.tb.Helper()
	values := url.Values{"q": {query}, "step": {"15s"}}
	values.Set("start", fmt.Sprint(time.Now().Add(-10*time.Minute).Unix()))
	values.Set("end", fmt.Sprint(time.Now().Unix()))
	body, err := s.get("TEMPO", "/api/metrics/query_range?"+values.Encode())
	var answer struct{ Series []json.RawMessage }
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil || len(answer.Series) == 0 {
		s.tb.Errorf("TraceQL %s: %d series, want some; %v", query, len(answer.Series), err)
	}
}

// fetch returns the body of an answer with status 200; any other is an error that names it.
func fetch(method, address string) ([]byte, error) {
	request, err := http.NewRequest(method, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, address, response.Status, tail(string(body)))
	}
	return body, err
}
