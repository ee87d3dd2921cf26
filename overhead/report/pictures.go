package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

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

// costPicture shows each case's effect with its interval, and the margin as a band.
func costPicture(a *analysis.Analysis) ([]picture, error) {
	p := newPlot("change of the primary metric against "+a.Experiment().Plan.Baseline+", %", "")
	limit := 100 * float64(a.Margin)
	var names []string
	var bars []plot.Plotter
	lo, hi := -limit, limit
	reach := reachOf(a, limit)
	for i := len(a.Cases) - 1; i >= 0; i-- { // the first case on top
		cell := a.Cases[i].Cell(a.Primary, a.PrimaryProcess())
		if a.Cases[i].Baseline || cell == nil || cell.Effect == nil || !cell.Effect.Relative {
			continue
		}
		r := cell.Effect.Ratio
		y := float64(len(names))
		names = append(names, a.Cases[i].Name)
		if !finite(r.Lo, r.Hi, r.Mean) {
			continue
		}
		from, to := math.Max(100*r.Lo, -reach), math.Min(100*r.Hi, reach)
		l, err := plotter.NewLine(plotter.XYs{{X: from, Y: y}, {X: to, Y: y}})
		if err != nil {
			return nil, fmt.Errorf("drawing intervals: %w", err)
		}
		l.Color, l.Width = paint(i), points(3)
		s, err := plotter.NewScatter(plotter.XYs{{X: 100 * r.Mean, Y: y}})
		if err != nil {
			return nil, fmt.Errorf("drawing estimates: %w", err)
		}
		s.GlyphStyle = draw.GlyphStyle{Color: paint(i), Radius: points(5), Shape: draw.CircleGlyph{}}
		bars = append(bars, l, s)
		lo, hi = math.Min(lo, from), math.Max(hi, to)
	}
	if len(names) == 0 {
		return nil, nil
	}
	top := float64(len(names)) - 0.4
	area, err := plotter.NewPolygon(plotter.XYs{{X: -limit, Y: -0.6}, {X: limit, Y: -0.6}, {X: limit, Y: top}, {X: -limit, Y: top}})
	if err != nil {
		return nil, fmt.Errorf("drawing the margin: %w", err)
	}
	area.Color, area.LineStyle.Width = band, 0
	p.Add(area)
	if err := addZero(p, true, -0.6, top); err != nil {
		return nil, err
	}
	p.Add(bars...)
	p.NominalY(names...)
	p.Y.Min, p.Y.Max = -0.6, top
	pad := 0.05 * (hi - lo)
	p.X.Min, p.X.Max = lo-pad, hi+pad
	drawing, err := svg(p, whole, 75+40*float64(len(names)))
	return []picture{{ID: "cost", Title: "What each case costs", SVG: drawing,
		Text: fmt.Sprintf("Point: estimate; bar: 95 %% interval; shaded: the margin of %s. A bar that crosses the edge of the shade is inconclusive; very long bars are cut at the edge of the picture.", margin(a))}}, err
}

// reachOf is how far bars are drawn: three times the largest estimate, so that one wide interval leaves room for the rest.
func reachOf(a *analysis.Analysis, limit float64) float64 {
	reach := 3 * limit
	for i := range a.Cases {
		if cell := a.Cases[i].Cell(a.Primary, a.PrimaryProcess()); cell != nil && cell.Effect != nil && cell.Effect.Relative {
			reach = math.Max(reach, 3*math.Abs(100*cell.Effect.Ratio.Mean))
		}
	}
	return reach
}

// roundsPicture shows the paired difference of every round.
func roundsPicture(a *analysis.Analysis) ([]picture, error) {
	m, _ := analysis.Find(a.Primary)
	p := newPlot("round", "difference, "+m.Unit)
	var drawn []int
	last := 1
	for i := range a.Cases {
		cell := a.Cases[i].Cell(a.Primary, a.PrimaryProcess())
		if cell == nil || len(cell.Pairs) == 0 {
			continue
		}
		var xys plotter.XYs
		for _, pair := range cell.Pairs {
			if finite(pair.Case, pair.Base) {
				xys = append(xys, plotter.XY{X: float64(pair.Round), Y: pair.Case - pair.Base})
				last = max(last, pair.Round)
			}
		}
		if err := addLine(p, i, xys); err != nil {
			return nil, err
		}
		s, err := plotter.NewScatter(xys)
		if err != nil {
			return nil, fmt.Errorf("drawing rounds: %w", err)
		}
		s.GlyphStyle = draw.GlyphStyle{Color: paint(i), Radius: points(3.5), Shape: draw.CircleGlyph{}}
		p.Add(s)
		drawn = append(drawn, i)
	}
	if len(drawn) == 0 {
		return nil, nil
	}
	if err := addZero(p, false, 0.5, float64(last)+0.5); err != nil {
		return nil, err
	}
	p.X.Tick.Marker = rounds{}
	p.X.Min, p.X.Max = 0.5, float64(last)+0.5
	drawing, err := svg(p, whole, 320)
	return []picture{{ID: "rounds", Title: "Differences round by round", SVG: drawing, Legend: legend(a, drawn),
		Text: "Each point compares two runs of the same round. A case that costs something lies above 0 in every round; the spread is the noise."}}, err
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
	var drawn []int
	for i := range a.Cases {
		xys := curve(a, a.Cases[i].Name)
		if len(xys) < 2 {
			continue
		}
		if err := addLine(p, i, xys); err != nil {
			return nil, err
		}
		drawn = append(drawn, i)
	}
	if len(drawn) == 0 {
		return nil, nil
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
		for _, of := range []struct {
			id, title, unit string
			value           func(record.Point) (float64, bool)
		}{
			{"cpu", "CPU of " + process, "cores", func(p record.Point) (float64, bool) { v, ok := p.CPU[process]; return v, ok }},
			{"rss", "Memory of " + process, "resident memory, MB", func(p record.Point) (float64, bool) { v, ok := p.RSS[process]; return v / 1e6, ok }},
		} {
			p := newPlot("seconds since the window began", of.unit)
			var drawn []int
			for i := range a.Cases {
				xys := timeSeries(a, a.Cases[i].Name, of.value)
				if len(xys) < 2 {
					continue
				}
				if err := addLine(p, i, xys); err != nil {
					return nil, err
				}
				drawn = append(drawn, i)
			}
			if len(drawn) == 0 {
				continue
			}
			if p.Y.Min = 0; p.Y.Max <= 0 { // nothing was used
				p.Y.Max = 1
			}
			drawing, err := svg(p, part, 230)
			if err != nil {
				return nil, err
			}
			out = append(out, picture{ID: of.id + "-" + process, Title: of.title, SVG: drawing, Legend: legend(a, drawn), OverTime: true})
		}
	}
	return out, nil
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
