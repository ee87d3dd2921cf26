package report

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/stats"
)

// costPicture shows each case's effect with its interval, and the margin as a band.
func costPicture(a *analysis.Analysis) ([]picture, error) {
	limit := 100 * float64(a.Margin)
	c := costs{a: a, plot: newPlot("change of the primary metric against "+a.Experiment().Plan.Baseline+", %", ""),
		limit: limit, reach: reachOf(a, limit), lo: -limit, hi: limit}
	for i := len(a.Cases) - 1; i >= 0; i-- { // the first case on top
		if e := effect(a, i); e != nil && !a.Cases[i].Baseline {
			c.add(i, e.Ratio)
		}
	}
	if len(c.names) == 0 {
		return nil, nil
	}
	drawing, err := c.draw()
	return []picture{{ID: "cost", Title: "What each case costs", SVG: drawing,
		Text: fmt.Sprintf("Point: estimate; bar: 95 %% interval; shaded: the margin of %s. A bar that crosses the edge of the shade is inconclusive; very long bars are cut at the edge of the picture.", margin(a))}}, err
}

// costs draws what each case costs, in percent.
type costs struct {
	a    *analysis.Analysis
	plot *plot.Plot
	// limit is the margin, reach how far bars are drawn, lo and hi how far there is something.
	limit, reach, lo, hi float64
	names                []string
	bars                 []bar
}

// bar is an interval, with its estimate, at the height y.
type bar struct {
	place             int // of the case, which decides the colour
	from, to, mean, y float64
}

// add adds the next case; one without a finite interval has its name only.
func (c *costs) add(i int, r stats.Interval) {
	y := float64(len(c.names))
	c.names = append(c.names, c.a.Cases[i].Name)
	if !finite(r.Lo, r.Hi, r.Mean) {
		return
	}
	b := bar{i, math.Max(100*r.Lo, -c.reach), math.Min(100*r.Hi, c.reach), 100 * r.Mean, y}
	c.bars = append(c.bars, b)
	c.lo, c.hi = math.Min(c.lo, b.from), math.Max(c.hi, b.to)
}

func (c *costs) draw() (string, error) {
	bottom, top := -0.6, float64(len(c.names))-0.4
	if err := c.addBand(bottom, top); err != nil {
		return "", err
	}
	if err := addZero(c.plot, true, bottom, top); err != nil {
		return "", err
	}
	for _, b := range c.bars {
		if err := b.addTo(c.plot); err != nil {
			return "", err
		}
	}
	c.plot.NominalY(c.names...)
	c.plot.Y.Min, c.plot.Y.Max = bottom, top
	room := 0.05 * (c.hi - c.lo)
	c.plot.X.Min, c.plot.X.Max = c.lo-room, c.hi+room
	return svg(c.plot, whole, 75+40*float64(len(c.names)))
}

// addBand shades the margin.
func (c *costs) addBand(bottom, top float64) error {
	area, err := plotter.NewPolygon(plotter.XYs{{X: -c.limit, Y: bottom}, {X: c.limit, Y: bottom}, {X: c.limit, Y: top}, {X: -c.limit, Y: top}})
	if err != nil {
		return fmt.Errorf("drawing the margin: %w", err)
	}
	area.Color, area.LineStyle.Width = band, 0
	c.plot.Add(area)
	return nil
}

func (b bar) addTo(p *plot.Plot) error {
	line, err := plotter.NewLine(plotter.XYs{{X: b.from, Y: b.y}, {X: b.to, Y: b.y}})
	if err != nil {
		return fmt.Errorf("drawing intervals: %w", err)
	}
	line.Color, line.Width = paint(b.place), points(3)
	p.Add(line)
	return addPoints(p, b.place, 5, plotter.XYs{{X: b.mean, Y: b.y}})
}

// reachOf is how far bars are drawn: three times the largest estimate, so that one wide interval leaves room for the rest.
func reachOf(a *analysis.Analysis, limit float64) float64 {
	reach := 3 * limit
	for i := range a.Cases {
		if e := effect(a, i); e != nil {
			reach = math.Max(reach, 3*math.Abs(100*e.Ratio.Mean))
		}
	}
	return reach
}

// effect is that of case i on the primary metric, nil where there is none that is a share.
func effect(a *analysis.Analysis, i int) *stats.Effect {
	cell := a.Cases[i].Cell(a.Primary, a.PrimaryProcess())
	if cell == nil || cell.Effect == nil || !cell.Effect.Relative {
		return nil
	}
	return cell.Effect
}
