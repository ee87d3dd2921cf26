package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/overhead/analysis"
)

//go:embed page.html
var page string

// page's data.
type htmlPage struct {
	document
	Pictures []htmlPicture
	OverTime []htmlPicture
	Flows    []flow
	Legend   []legendEntry
	Measured string
}

type htmlPicture struct {
	picture
	Drawing template.HTML
}

// flow is the ledger of a case as a row of stations.
type flow struct {
	Case     string
	Color    string
	Closed   bool
	Stations []station
}

// station is one count on the way of the spans; Lost is what went missing before it.
type station struct {
	Name, Value, Lost string
}

// HTML writes one page with nothing outside of it: pictures, tables, the ledger as a flow, the environment.
func HTML(w io.Writer, a *analysis.Analysis) error {
	drawings, err := pictures(a)
	if err != nil {
		return err
	}
	data := htmlPage{document: compose(a), Flows: flows(a), Measured: a.Measured}
	for _, p := range drawings {
		h := htmlPicture{p, template.HTML(p.SVG)} // our own drawing; names in it are validated words
		if p.OverTime {
			data.OverTime = append(data.OverTime, h)
			data.Legend = join(data.Legend, p.Legend)
		} else {
			data.Pictures = append(data.Pictures, h)
		}
	}
	t, err := template.New("page").Funcs(template.FuncMap{"words": func(i int, t table) bool { return i <= t.Names || t.Sentences && i == len(t.Header)-1 },
		"css": func(s string) template.CSS { return template.CSS(s) }}).Parse(page)
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	return t.Execute(w, data)
}

func flows(a *analysis.Analysis) []flow {
	var out []flow
	p := a.Experiment().Plan
	known := spansKnown(p)
	for i, row := range a.Ledger {
		f := flow{Case: row.Case, Color: cssOf(i), Closed: row.Closed}
		expected := fmt.Sprint(row.ExpectedLow)
		if row.ExpectedLow != row.ExpectedHigh {
			expected = fmt.Sprintf("%d to %d", row.ExpectedLow, row.ExpectedHigh)
		}
		f.Stations = []station{{"requests", fmt.Sprint(row.Requests), ""}, {"spans expected", expected, ""}}
		add := func(name string, value int64, lost string) {
			f.Stations = append(f.Stations, station{name, fmt.Sprint(value), lost})
		}
		if known {
			add("started", row.Started, "")
			add("ended", row.Ended, "")
			add("exported", row.Exported, lost(row, "dropped", "failed"))
		}
		if row.Received > 0 || row.Arrived >= 0 {
			add("received", row.Received, lost(row, "refused"))
		}
		if c := p.Case(row.Case); c != nil && c.Kept != nil && row.Decided > 0 {
			f.Stations = append(f.Stations, station{"traces kept", fmt.Sprintf("%d of %d", row.Kept, row.Decided), ""})
		}
		if row.Arrived >= 0 {
			f.Stations = append(f.Stations, station{fmt.Sprintf("stored; %d of %d whole", row.Complete, row.Arrived), fmt.Sprint(row.ArrivedSpans), lost(row, "not sent")})
		}
		out = append(out, f)
	}
	return out
}

// lost are the losses whose reasons begin with one of the words.
func lost(row analysis.LedgerRow, words ...string) string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(row.Lost)) {
		for _, word := range words {
			if strings.HasPrefix(reason, word) {
				parts = append(parts, fmt.Sprintf("%d %s", row.Lost[reason], plain.Line(reason)))
			}
		}
	}
	return strings.Join(parts, ", ")
}

// join is a legend with the entries of another that it lacks.
func join(legend, other []legendEntry) []legendEntry {
	for _, e := range other {
		if !slices.Contains(legend, e) {
			legend = append(legend, e)
		}
	}
	return legend
}
