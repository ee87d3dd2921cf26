package report

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
)

// picture is one drawing with its heading and what to see in it.
type picture struct {
	ID, Title, Text string
	SVG             string
	// Legend names the cases with their colours.
	Legend []legendEntry
	// OverTime says that it is one of those of CPU and memory over time, which stand side by side under one legend.
	OverTime bool
}

type legendEntry struct{ Name, Color string }

// pictures draws everything that is drawn from an analysis.
func pictures(a *analysis.Analysis) ([]picture, error) {
	var out []picture
	for _, draw := range []func(*analysis.Analysis) ([]picture, error){costPicture, roundsPicture, latencyPicture, timePictures} {
		p, err := draw(a)
		if err != nil {
			return nil, err
		}
		out = append(out, p...)
	}
	return out, nil
}

// legend names the cases at these places: those that a picture has a line of.
func legend(a *analysis.Analysis, drawn []int) []legendEntry {
	var out []legendEntry
	for _, i := range drawn {
		out = append(out, legendEntry{a.Cases[i].Name, cssOf(i)})
	}
	return out
}

// roundsPicture shows the paired difference of every round.
func roundsPicture(a *analysis.Analysis) ([]picture, error) {
	m, _ := analysis.Find(a.Primary)
	p := newPlot("round", "difference, "+m.Unit)
	var drawn []int
	last := 1.0
	for i := range a.Cases {
		cell := a.Cases[i].Cell(a.Primary, a.PrimaryProcess())
		if cell == nil || len(cell.Pairs) == 0 {
			continue
		}
		xys := differences(cell)
		for _, xy := range xys {
			last = math.Max(last, xy.X)
		}
		if err := errors.Join(addLine(p, i, xys), addPoints(p, i, 3.5, xys)); err != nil {
			return nil, err
		}
		drawn = append(drawn, i)
	}
	if len(drawn) == 0 {
		return nil, nil
	}
	if err := addZero(p, false, 0.5, last+0.5); err != nil {
		return nil, err
	}
	p.X.Tick.Marker = rounds{}
	p.X.Min, p.X.Max = 0.5, last+0.5
	drawing, err := svg(p, whole, 320)
	return []picture{{ID: "rounds", Title: "Differences round by round", SVG: drawing, Legend: legend(a, drawn),
		Text: "Each point compares two runs of the same round. A case that costs something lies above 0 in every round; the spread is the noise."}}, err
}

// differences are what a case measured less than the baseline, by round.
func differences(c *analysis.Cell) plotter.XYs {
	var xys plotter.XYs
	for _, pair := range c.Pairs {
		if finite(pair.Case, pair.Base) {
			xys = append(xys, plotter.XY{X: float64(pair.Round), Y: pair.Case - pair.Base})
		}
	}
	return xys
}

// rounds marks whole numbers, at most about twenty.
type rounds struct{}

// Ticks implements plot.Ticker.
func (rounds) Ticks(lo, hi float64) []plot.Tick {
	step := max(1, int(math.Ceil((hi-lo)/20)))
	var out []plot.Tick
	for r := int(math.Ceil(lo)); r <= int(hi); r += step {
		out = append(out, plot.Tick{Value: float64(r), Label: fmt.Sprint(r)})
	}
	return out
}

// latencyPicture shows the distribution of latency for each case, averaged over its valid runs at each quantile, on an
// axis that gives each further nine the same room.
func latencyPicture(a *analysis.Analysis) ([]picture, error) {
	p := newPlot("share of requests that took no longer", "latency, ms "+origin(a))
	drawn, err := addLines(p, a, func(name string) plotter.XYs { return curve(a, name) })
	if err != nil || len(drawn) == 0 {
		return nil, err
	}
	p.X.Tick.Marker = nines{}
	p.X.Min, p.X.Max = 0, 3.12
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	if p.Y.Max <= p.Y.Min { // a flat curve: a logarithm needs room above 0
		p.Y.Min, p.Y.Max = p.Y.Min/2, 2*p.Y.Max
	}
	drawing, err := svg(p, whole, 340)
	return []picture{{ID: "latency", Title: "Distribution of latency", SVG: drawing, Legend: legend(a, drawn),
		Text: "Mean over the valid runs at each share. Towards the right each step is ten times rarer; what few requests saw is noise in short runs."}}, err
}

// addLines draws a line for each case that has two points or more, and says which these are.
func addLines(p *plot.Plot, a *analysis.Analysis, xysOf func(name string) plotter.XYs) (drawn []int, err error) {
	for i := range a.Cases {
		xys := xysOf(a.Cases[i].Name)
		if len(xys) < 2 {
			continue
		}
		if err := addLine(p, i, xys); err != nil {
			return nil, err
		}
		drawn = append(drawn, i)
	}
	return drawn, nil
}

// ninesOf spreads quantiles: 0.9 -> 1, 0.99 -> 2, 0.999 -> 3.
func ninesOf(q float64) float64 { return -math.Log10(1 - q) }

func curve(a *analysis.Analysis, name string) plotter.XYs {
	sums, n := make([]float64, len(record.CurveQuantiles)), 0
	for _, r := range a.Runs() {
		if r.Case == name && !r.Void() && len(r.Load.Response.Curve) == len(sums) {
			for i, v := range r.Load.Response.Curve {
				sums[i] += v
			}
			n++
		}
	}
	var xys plotter.XYs
	for i, q := range record.CurveQuantiles {
		if y := sums[i] / float64(max(n, 1)) / 1e3; q < 1 && y > 0 && finite(y) {
			xys = append(xys, plotter.XY{X: ninesOf(q), Y: y})
		}
	}
	return xys
}

type nines struct{}

// Ticks implements plot.Ticker.
func (nines) Ticks(_, _ float64) []plot.Tick {
	var out []plot.Tick
	for _, q := range []float64{0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999} {
		out = append(out, plot.Tick{Value: ninesOf(q), Label: fmt.Sprintf("%g %%", 100*q)})
	}
	return out
}

// decades marks 1, 2 and 5 of each power of ten, and as numbers does where there is room for less than two of those.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(lo, hi float64) []plot.Tick {
	var out []plot.Tick
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
		for _, m := range []float64{1, 2, 5} {
			if v := m * math.Pow(10, e); v >= lo*0.999 && v <= hi*1.001 {
				out = append(out, plot.Tick{Value: v, Label: fmt.Sprintf("%.6g", v)})
			}
		}
	}
	if len(out) < 2 { // a narrow axis lies between two of them
		return numbers{}.Ticks(lo, hi)
	}
	return out
}

// timePictures show CPU and memory of each process over the run's time.
func timePictures(a *analysis.Analysis) ([]picture, error) {
	var out []picture
	for _, process := range a.Processes() {
		for _, of := range []usage{
			{"cpu", "CPU of ", "cores", func(p record.Point) (float64, bool) { v, ok := p.CPU[process]; return v, ok }},
			{"rss", "Memory of ", "resident memory, MB", func(p record.Point) (float64, bool) { v, ok := p.RSS[process]; return v / 1e6, ok }},
		} {
			p, err := of.picture(a, process)
			if err != nil {
				return nil, err
			}
			out = append(out, p...)
		}
	}
	return out, nil
}

// usage is what a process uses of something over time.
type usage struct {
	id, title, unit string
	value           func(record.Point) (float64, bool)
}

// picture has a line for each case that has values.
func (u usage) picture(a *analysis.Analysis, process string) ([]picture, error) {
	p := newPlot("seconds since the window began", u.unit)
	drawn, err := addLines(p, a, func(name string) plotter.XYs { return timeSeries(a, name, u.value) })
	if err != nil || len(drawn) == 0 {
		return nil, err
	}
	if p.Y.Min = 0; p.Y.Max <= 0 { // nothing was used
		p.Y.Max = 1
	}
	drawing, err := svg(p, part, 230)
	return []picture{{ID: u.id + "-" + process, Title: u.title + process, SVG: drawing, Legend: legend(a, drawn), OverTime: true}}, err
}

// timeSeries averages a case's valid runs by half seconds.
func timeSeries(a *analysis.Analysis, name string, value func(record.Point) (float64, bool)) plotter.XYs {
	sums, counts := map[int]float64{}, map[int]int{}
	for _, r := range a.Runs() {
		if r.Case != name || r.Void() {
			continue
		}
		for _, point := range r.Series {
			if v, ok := value(point); ok && finite(v, point.At) {
				half := int(math.Floor(2 * point.At))
				sums[half] += v
				counts[half]++
			}
		}
	}
	var xys plotter.XYs
	for half, n := range counts {
		xys = append(xys, plotter.XY{X: (float64(half) + 0.5) / 2, Y: sums[half] / float64(n)})
	}
	slices.SortFunc(xys, func(p, q plotter.XY) int { return int(math.Copysign(1, p.X-q.X)) })
	return xys
}
