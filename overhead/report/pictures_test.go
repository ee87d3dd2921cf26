package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

// mustPictures draws all pictures, by their names.
func mustPictures(t *testing.T, a *analysis.Analysis) map[string]picture {
	t.Helper()
	drawn, err := pictures(a)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]picture{}
	for _, p := range drawn {
		out[p.ID] = p
	}
	return out
}

var (
	label  = regexp.MustCompile(`>([^<>]+)</text>`)
	stroke = regexp.MustCompile(`(?:stroke|fill):(#[0-9A-F]{6})`)
)

// labels are the texts of a picture.
func labels(svg string) []string {
	var out []string
	for _, m := range label.FindAllStringSubmatch(svg, -1) {
		out = append(out, strings.TrimSpace(m[1]))
	}
	return out
}

// colours are those of a picture that stand for cases, black left out.
func colours(svg string) []string {
	var out []string
	for _, m := range stroke.FindAllStringSubmatch(svg, -1) {
		if m[1] != "#000000" && m[1] != "#FFFFFF" && !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// sound says what no picture may have in it.
func sound(t *testing.T, name string, p picture) {
	t.Helper()
	for _, never := range []string{"NaN", "Inf", "<script", "http://", "https://"} {
		if strings.Contains(strings.ReplaceAll(p.SVG, `xmlns="http://www.w3.org/2000/svg"`, ""), never) {
			t.Errorf("%s: %q in %s", name, never, p.ID)
		}
	}
	if len(labels(p.SVG)) < 4 {
		t.Errorf("%s: %s has only the labels %q", name, p.ID, labels(p.SVG))
	}
}

func TestEveryPicture(t *testing.T) {
	for preset, want := range map[string]string{
		"quick":  "cost cpu-bar cpu-collector cpu-foo cpu-generator latency rounds rss-bar rss-collector rss-foo rss-generator",
		"ladder": "cost cpu-bar cpu-collector cpu-foo cpu-generator latency rounds rss-bar rss-collector rss-foo rss-generator",
		"seed":   "cost cpu-bar cpu-collector cpu-foo cpu-generator latency rounds rss-bar rss-collector rss-foo rss-generator",
	} {
		a := mustAnalysis(t, preset, 6)
		drawn := mustPictures(t, a)
		var names []string
		for name, p := range drawn {
			names = append(names, name)
			sound(t, preset, p)
			if p.Title == "" || p.Text == "" && !p.OverTime {
				t.Errorf("%s: %s has title %q, text %q", preset, name, p.Title, p.Text)
			}
			if p.OverTime != (strings.HasPrefix(name, "cpu-") || strings.HasPrefix(name, "rss-")) {
				t.Errorf("%s: %s is one over time: %v", preset, name, p.OverTime)
			}
			// Zero is on the axis of each picture whose lengths are compared; latency has a logarithmic one.
			if name != "latency" && !slices.Contains(labels(p.SVG), "0") {
				t.Errorf("%s: no 0 among the labels of %s: %q", preset, name, labels(p.SVG))
			}
			for _, e := range p.Legend {
				if !slices.Contains(colours(p.SVG), e.Color) {
					t.Errorf("%s: %s names %s in %s, which it doesn't draw", preset, name, e.Name, e.Color)
				}
			}
			if name != "cost" && len(p.Legend) != len(colours(p.SVG)) {
				t.Errorf("%s: %s draws %q and names %+v", preset, name, colours(p.SVG), p.Legend)
			}
		}
		if slices.Sort(names); strings.Join(names, " ") != want {
			t.Errorf("%s: got %q, want %q", preset, names, want)
		}
		cost := labels(drawn["cost"].SVG)
		for _, c := range a.Cases {
			if slices.Contains(cost, c.Name) == c.Baseline {
				t.Errorf("%s: what %s costs is drawn: %v", preset, c.Name, !c.Baseline)
			}
		}
		if got := colours(drawn["cost"].SVG); len(got) != len(a.Cases)-1 {
			t.Errorf("%s: %d cases have the colours %q", preset, len(a.Cases)-1, got)
		}
	}
}

// A case has one colour: in each picture, in each legend and in the ledger.
func TestOneColourForEachCase(t *testing.T) {
	a := mustAnalysis(t, "ladder", 6)
	of := map[string]string{}
	same := func(where, name, color string) {
		if was, ok := of[name]; ok && was != color {
			t.Errorf("%s: %s is %s, elsewhere %s", where, name, color, was)
		}
		of[name] = color
	}
	for name, p := range mustPictures(t, a) {
		for _, e := range p.Legend {
			same(name, e.Name, e.Color)
		}
	}
	for _, f := range flows(a) {
		same("ledger", f.Case, f.Color)
	}
	seen := map[string]bool{}
	for name, color := range of {
		if seen[color] {
			t.Errorf("%s shares %s", name, color)
		}
		seen[color] = true
	}
	if len(of) != len(a.Cases) {
		t.Errorf("%d cases have a colour, of %d", len(of), len(a.Cases))
	}
}

// What has no valid run is in no picture and in no legend.
func TestOnlyDrawnLinesAreNamed(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 6)
	for _, r := range f.Runs {
		if r.Case == "sdk" {
			r.Gates = nil
		}
		if r.Case == "head-20" {
			r.Series, r.Load.Response.Curve = nil, nil
		}
	}
	for name, p := range mustPictures(t, analysis.New(f)) {
		sound(t, "void", p)
		var named []string
		for _, e := range p.Legend {
			named = append(named, e.Name)
		}
		if slices.Contains(named, "sdk") || slices.Contains(labels(p.SVG), "sdk") {
			t.Errorf("%s names a case that has no valid run: %q", name, named)
		}
		if got, want := slices.Contains(named, "head-20"), name == "rounds"; got != want && name != "cost" {
			t.Errorf("%s names a case without a line of its own: %q", name, named)
		}
	}
}

func TestPicturesOfLittle(t *testing.T) {
	for _, c := range []struct {
		name   string
		rounds int
		change func(*record.Run)
		want   string
	}{
		{"NoRound", 0, func(*record.Run) {}, ""},
		{"OneRound", 1, func(*record.Run) {}, "cost cpu-bar cpu-collector cpu-foo cpu-generator latency rounds rss-bar rss-collector rss-foo rss-generator"},
		{"AllVoid", 3, func(r *record.Run) { r.Gates[0].OK = false }, ""},
		{"NoBaseline", 3, func(r *record.Run) { r.Gates[0].OK = r.Case != "off" },
			"cpu-bar cpu-collector cpu-foo cpu-generator latency rss-bar rss-collector rss-foo rss-generator"},
		{"NoSeries", 3, func(r *record.Run) { r.Series = nil }, "cost latency rounds"},
		{"OnePoint", 3, func(r *record.Run) { r.Series = r.Series[:1] }, "cost latency rounds"},
		{"NoCurve", 3, func(r *record.Run) { r.Series, r.Load.Response.Curve = nil, nil }, "cost rounds"},
		{"CurveOfZeros", 3, func(r *record.Run) {
			r.Series, r.Load.Response.Curve = nil, make([]float64, len(record.CurveQuantiles))
		}, "cost rounds"},
		{"NoRatio", 3, func(r *record.Run) { r.Series, r.Processes["foo"] = nil, record.Process{} }, "latency rounds"},
		{"WildRatio", 2, func(r *record.Run) {
			p := r.Processes["foo"]
			p.User *= math.Pow(1e20, float64(r.Round*r.Position))
			r.Series, r.Processes["foo"] = nil, p
		}, "cost latency rounds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := recordtest.InMemory(t, "quick", c.rounds)
			for _, r := range f.Runs {
				c.change(r)
			}
			var names []string
			for name, p := range mustPictures(t, analysis.New(f)) {
				names = append(names, name)
				sound(t, c.name, p)
			}
			if slices.Sort(names); strings.Join(names, " ") != c.want {
				t.Errorf("got %q, want %q", names, c.want)
			}
			for name, draw := range drawings {
				if got := string(render(t, draw, analysis.New(f))); strings.Contains(got, "NaN") || strings.Contains(got, "Inf") {
					t.Errorf("%s has a number in it that is none", name)
				}
			}
		})
	}
}

// Latencies that are all the same, and a process that uses nothing, have axes that can be read.
func TestFlatCurves(t *testing.T) {
	for _, level := range []float64{1e-3, 500, 700, 1000, 3e6} {
		f := recordtest.InMemory(t, "quick", 2)
		for _, r := range f.Runs {
			for i := range r.Load.Response.Curve {
				r.Load.Response.Curve[i] = level
			}
			for _, p := range r.Series {
				p.CPU["bar"] = 0
			}
		}
		drawn := mustPictures(t, analysis.New(f))
		for name, p := range drawn {
			sound(t, fmt.Sprint(level), p)
			below := 0
			for _, text := range labels(p.SVG) {
				if text == "-1" {
					below++
				}
			}
			if below > 1 { // one is a second of the warm-up
				t.Errorf("%s goes below 0: %q", name, labels(p.SVG))
			}
		}
		numbers := 0
		for _, text := range labels(drawn["latency"].SVG) {
			if _, err := strconv.ParseFloat(text, 64); err == nil {
				numbers++
			}
		}
		if numbers < 2 {
			t.Errorf("latency of %v µs has the labels %q", level, labels(drawn["latency"].SVG))
		}
	}
}

func TestDecades(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{
		{0.9, 11, "1 2 5 10"}, {0.4, 0.6, "0.4 0.45 0.5 0.55"}, {0.6, 0.9, "0.6 0.7 0.8 0.9"}, {100, 1000, "100 200 500 1000"}, {1, 2, "1 2"},
	} {
		var got []string
		for _, tick := range (decades{}).Ticks(c.lo, c.hi) {
			if tick.Value < c.lo*0.99 || tick.Value > c.hi*1.01 {
				t.Errorf("%v is outside of %v to %v", tick.Value, c.lo, c.hi)
			}
			got = append(got, tick.Label)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v to %v: got %q, want %q", c.lo, c.hi, got, c.want)
		}
	}
}

func TestRoundTicks(t *testing.T) {
	for last := 1; last <= 1000; last++ {
		ticks := rounds{}.Ticks(0.5, float64(last)+0.5)
		if len(ticks) < 1 || len(ticks) > 20 || ticks[0].Label != "1" {
			t.Fatalf("%d rounds: %+v", last, ticks)
		}
		for _, k := range ticks {
			if k.Value != math.Trunc(k.Value) || k.Label != fmt.Sprint(int(k.Value)) || k.Value > float64(last) {
				t.Fatalf("%d rounds: %+v", last, k)
			}
		}
	}
}

func TestNines(t *testing.T) {
	var got []string
	last := math.Inf(-1)
	for _, k := range (nines{}).Ticks(0, 3) {
		if k.Value <= last {
			t.Errorf("%s is at %v", k.Label, k.Value)
		}
		last = k.Value
		got = append(got, k.Label)
	}
	if want := "0 %, 50 %, 75 %, 90 %, 95 %, 99 %, 99.9 %"; strings.Join(got, ", ") != want {
		t.Errorf("got %q", got)
	}
	for q, want := range map[float64]float64{0: 0, 0.9: 1, 0.99: 2, 0.999: 3} {
		if got := ninesOf(q); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v is at %v, want %v", q, got, want)
		}
	}
}

// A curve is the mean of the valid runs of its case alone.
func TestCurveIsAMean(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 3)
	for _, r := range f.Runs {
		value := 1e3 * float64(r.Round)
		if r.Case != "off" || r.Round == 3 {
			value = 9e9
		}
		for i := range r.Load.Response.Curve {
			r.Load.Response.Curve[i] = value
		}
		r.Series = []record.Point{{At: 0.1, RSS: map[string]float64{"foo": value}}, {At: 0.4, RSS: map[string]float64{"foo": value}}, {At: 7, RSS: map[string]float64{"foo": math.NaN()}}}
		if r.Case == "off" && r.Round == 3 {
			r.Gates = nil
		}
	}
	a := analysis.New(f)
	xys := curve(a, "off")
	if len(xys) != len(record.CurveQuantiles)-1 {
		t.Errorf("%d points", len(xys))
	}
	for _, p := range xys {
		if math.Abs(p.Y-1.5) > 1e-12 {
			t.Errorf("got %v, want 1.5", p)
		}
	}
	got := timeSeries(a, "off", func(p record.Point) (float64, bool) { v, ok := p.RSS["foo"]; return v, ok })
	if len(got) != 1 || got[0].X != 0.25 || got[0].Y != 1500 {
		t.Errorf("got %v", got)
	}
}

func TestLegendText(t *testing.T) {
	if text, height := legendText(nil, 500); text != "" || height != 0 {
		t.Errorf("nothing is %q, %v high", text, height)
	}
	var entries []legendEntry
	for i := range 12 {
		entries = append(entries, legendEntry{fmt.Sprintf("case-%d<&>", i), cssOf(i)})
	}
	text, height := legendText(entries, 300)
	if got := strings.Count(text, "<rect"); got != 12 || strings.Contains(text, "<&>") {
		t.Errorf("%d entries: %s", got, text)
	}
	if height <= 2*legendRow {
		t.Errorf("all in one row of %v", height)
	}
	for _, m := range regexp.MustCompile(`<text x="(\d+)" y="(\d+)"`).FindAllStringSubmatch(text, -1) {
		x, _ := strconv.ParseFloat(m[1], 64)
		y, _ := strconv.ParseFloat(m[2], 64)
		if x+legendChar*float64(len("case-1<&>")) > 300 || y > height {
			t.Errorf("text at %v, %v is outside of 300, %v", x, y, height)
		}
	}
}
