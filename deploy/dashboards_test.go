package deploy

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

// dashboard is what the tests read of a dashboard.
type dashboard struct {
	UID, Title    string
	SchemaVersion int
	Editable      bool
	Panels        []panel
	Templating    struct {
		List []struct {
			Name, Type string
			Query      json.RawMessage
			Datasource source
		}
	}
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               source
	GridPos                  struct{ H, W, X, Y int }
	Targets                  []query
	FieldConfig              struct {
		Defaults struct {
			Unit       string
			Thresholds struct {
				Steps []struct{ Value *float64 }
			}
		}
	}
}

type source struct{ Type, UID string }

// query is a panel's question to a data source: Expr in PromQL, or Query in TraceQL.
type query struct {
	RefID, Expr, Query, QueryType string
	Datasource                    source
}

// fill puts values in the place of Grafana's variables.
func (q query) fill() string {
	return strings.NewReplacer("$__rate_interval", "10m", "$__range", "10m", "$asked", "20",
		"$slower", "1ms", "$trace", "").Replace(q.Expr + q.Query)
}

func MustDashboards(tb testing.TB) map[string]dashboard {
	tb.Helper()
	paths, err := filepath.Glob("grafana/dashboards/*.json")
	if err != nil || len(paths) != 3 {
		tb.Fatalf("found dashboards %v (%v), want 3", paths, err)
	}
	all := map[string]dashboard{}
	for _, path := range paths {
		var d dashboard
		if err := json.Unmarshal(MustRead(tb, "deploy/"+path), &d); err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
		all[path] = d
	}
	return all
}

// dashboardQueries are the queries of all panels to a data source, those in words of its own left out:
// the service graph, and the trace that a reader chooses.
func dashboardQueries(tb testing.TB, uid string) (all []query) {
	tb.Helper()
	for _, d := range MustDashboards(tb) {
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				if q.Datasource.UID == uid && q.fill() != "" {
					all = append(all, q)
				}
			}
		}
	}
	if len(all) == 0 {
		tb.Fatalf("no dashboard asks %s", uid)
	}
	return all
}

func TestDashboardsAreSound(t *testing.T) {
	uids := map[string]bool{}
	for path, d := range MustDashboards(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if d.UID == "" || d.Title == "" || d.SchemaVersion < 39 || d.Editable || uids[d.UID] {
				t.Errorf("uid %q, title %q, schemaVersion %d, editable %t: want a unique uid, a title, 39 or more, false", d.UID, d.Title, d.SchemaVersion, d.Editable)
			}
			uids[d.UID] = true
			checkPanels(t, d.Panels)
			checkOverlap(t, d.Panels)
		})
	}
}

func checkPanels(t *testing.T, panels []panel) {
	ids := map[int]bool{}
	sources := MustSources(t)
	for _, p := range panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("panel %d %q: its id is not unique, or it has no title", p.ID, p.Title)
		}
		ids[p.ID] = true
		if p.Type == "row" {
			continue
		}
		if p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("%s: want a description and a query", p.Title)
		}
		checkPresentation(t, p)
		refs := map[string]bool{}
		for _, q := range p.Targets {
			if refs[q.RefID] || sources[q.Datasource.UID] == "" || sources[q.Datasource.UID] != q.Datasource.Type {
				t.Errorf("%s: query %s to %v: want a unique id and a provisioned data source", p.Title, q.RefID, q.Datasource)
			}
			refs[q.RefID] = true
		}
	}
}

// units are Grafana's names of the units used.
var units = []string{"reqps", "ops", "percentunit", "ms", "s", "bytes", "Bps", "short"}

// checkPresentation wants a unit and thresholds that rise on every panel that shows numbers.
func checkPresentation(t *testing.T, p panel) {
	if p.Type == "nodeGraph" || p.Type == "traces" {
		return
	}
	if unit := p.FieldConfig.Defaults.Unit; !slices.Contains(units, unit) {
		t.Errorf("%s: unit %q, want one of %v", p.Title, unit, units)
	}
	steps := p.FieldConfig.Defaults.Thresholds.Steps
	if len(steps) == 0 || steps[0].Value != nil {
		t.Errorf("%s: thresholds %v, want a base step without a value", p.Title, steps)
	}
	for i := 2; i < len(steps); i++ {
		if *steps[i].Value <= *steps[i-1].Value {
			t.Errorf("%s: threshold %v doesn't rise", p.Title, *steps[i].Value)
		}
	}
}

func checkOverlap(t *testing.T, panels []panel) {
	cells := map[[2]int]string{}
	for _, p := range panels {
		g := p.GridPos
		if g.X+g.W > 24 || g.W == 0 || g.H == 0 {
			t.Errorf("%s: %+v is not within the 24 columns", p.Title, g)
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other := cells[[2]int{x, y}]; other != "" {
					t.Fatalf("%q lies over %q", p.Title, other)
				}
				cells[[2]int{x, y}] = p.Title
			}
		}
	}
}

// MustSources are the types of the provisioned data sources by their uids.
func MustSources(tb testing.TB) map[string]string {
	tb.Helper()
	var file struct {
		Datasources []struct{ UID, Type, URL string }
	}
	if err := yaml.Unmarshal(MustRead(tb, "deploy/grafana/provisioning/datasources/datasources.yaml"), &file); err != nil {
		tb.Fatal(err)
	}
	services := MustCompose(tb).Services
	sources := map[string]string{}
	for _, d := range file.Datasources {
		sources[d.UID] = d.Type
		host, _, _ := strings.Cut(strings.TrimPrefix(d.URL, "http://"), ":")
		if _, ok := services[host]; !ok {
			tb.Errorf("data source %s is at %s, which is no service of compose.yml", d.UID, d.URL)
		}
	}
	return sources
}

func TestPromQL(t *testing.T) {
	for _, q := range dashboardQueries(t, "prometheus") {
		if _, err := parser.NewParser(parser.Options{}).ParseExpr(q.fill()); err != nil {
			t.Errorf("%s: %v", q.Expr, err)
		}
	}
}

// TestVariables finds a variable that a query names and no dashboard defines.
func TestVariables(t *testing.T) {
	variable := regexp.MustCompile(`\$\{?(\w+)`)
	for path, d := range MustDashboards(t) {
		defined := []string{"__rate_interval", "__range", "__value", "__from", "__to"}
		for _, v := range d.Templating.List {
			defined = append(defined, v.Name)
		}
		for _, m := range variable.FindAllStringSubmatch(string(MustRead(t, "deploy/"+path)), -1) {
			if !slices.Contains(defined, m[1]) {
				t.Errorf("%s: nothing defines $%s", path, m[1])
			}
		}
	}
}

// checkDashboards runs every PromQL query of the dashboards against Prometheus. Each has
// to return data, but for what only the real Tempo makes.
func (s *system) checkDashboards() {
	s.tb.Helper()
	ofTempo := regexp.MustCompile(`job="tempo"|tempo_|traces_service_graph_`)
	for _, q := range dashboardQueries(s.tb, "prometheus") {
		if s.realTempo == "" && ofTempo.MatchString(q.Expr) {
			s.tb.Logf("NOT RUN without TEMPO_BIN: %s", q.Expr)
			continue
		}
		s.await("data for "+q.fill(), func() bool {
			result, err := s.series(q.fill())
			if err != nil {
				s.tb.Fatal(err)
			}
			return len(result) > 0
		})
	}
}
