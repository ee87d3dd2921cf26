package report

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Stand-ins for the page's own colours: the finished picture names the page's variables instead, so that it turns with
// the reader's dark or light theme.
var (
	ink   = color.RGBA{R: 1, G: 2, B: 3, A: 255}
	faint = color.RGBA{R: 4, G: 5, B: 6, A: 255}
	band  = color.RGBA{R: 7, G: 8, B: 9, A: 255}
)

// palette is told apart on white and on black, and by most colour-blind readers; the dashes help.
var palette = []color.RGBA{
	{R: 0x4c, G: 0x8b, B: 0xd0, A: 255}, {R: 0x8a, G: 0x8f, B: 0x98, A: 255}, {R: 0xd9, G: 0x72, B: 0x2e, A: 255},
	{R: 0x2a, G: 0x9d, B: 0x75, A: 255}, {R: 0xb8, G: 0x63, B: 0xa6, A: 255}, {R: 0xbd, G: 0x8d, B: 0x14, A: 255},
	{R: 0x35, G: 0xa7, B: 0xc4, A: 255}, {R: 0xcf, G: 0x54, B: 0x5c, A: 255},
}

var dashes = [][]vg.Length{nil, {6, 3}, nil, {2, 2}, {8, 2, 2, 2}, nil, {4, 4}, {10, 3}}

func paint(i int) color.RGBA     { return palette[i%len(palette)] }
func dash(i int) []vg.Length     { return dashes[i%len(dashes)] }
func css(c color.RGBA) string    { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }
func cssOf(i int) string         { return css(paint(i)) }
func points(v float64) vg.Length { return vg.Points(v) }

// newPlot has the page's colours and no title: the page has the heading.
func newPlot(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Padding, p.Y.Padding = 4, 4
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Color = ink
		a.Label.TextStyle.Color = ink
		a.Tick.Label.Color = ink
		a.Tick.Color = ink
		a.LineStyle.Width = 0.5
		a.Tick.LineStyle.Width = 0.5
		a.Tick.Marker = numbers{}
	}
	p.Legend.TextStyle.Color = ink
	p.Legend.Top = true
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = faint, faint
	grid.Vertical.Width, grid.Horizontal.Width = 0.5, 0.5
	p.Add(grid)
	return p
}

// addLine draws a case's line, in its colour and dash.
func addLine(p *plot.Plot, i int, xys plotter.XYs) error {
	line, err := plotter.NewLine(xys)
	if err != nil {
		return fmt.Errorf("drawing a line: %w", err)
	}
	line.Color, line.Dashes, line.Width = paint(i), dash(i), points(1.6)
	p.Add(line)
	return nil
}

// svg renders a plot as an element of the page: no declaration, no fonts of its own, the page's colours.
func svg(p *plot.Plot, width, height float64) (string, error) {
	canvas := vgsvg.NewWith(vgsvg.UseWH(points(width), points(height)))
	p.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", fmt.Errorf("rendering a picture: %w", err)
	}
	text := b.String()
	start := strings.Index(text, "<svg")
	if start < 0 {
		return "", fmt.Errorf("rendering a picture: no svg element in it")
	}
	text = text[start:]
	text = strings.NewReplacer(css(ink), "var(--ink)", css(faint), "var(--faint)", css(band), "var(--band)",
		"font-family:Liberation Serif", "font-family:inherit", "font-variant:normal;", "", "font-weight:normal;", "",
		"font-style:normal;", "").Replace(text)
	end := strings.Index(text, ">")
	return fmt.Sprintf(`<svg class="plot" viewBox="0 0 %.0f %.0f" xmlns="http://www.w3.org/2000/svg" role="img">`, width, height) +
		text[end+1:], nil
}

// finite reports whether every coordinate can be drawn.
func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// numbers labels ticks without needless zeros.
type numbers struct{}

// Ticks implements plot.Ticker.
func (numbers) Ticks(lo, hi float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(lo, hi)
	for i := range ticks {
		if ticks[i].Label != "" {
			ticks[i].Label = fmt.Sprintf("%.4g", zero(ticks[i].Value, 9))
		}
	}
	return ticks
}

// addZero draws the line of no difference, upright or level, from a to b.
func addZero(p *plot.Plot, upright bool, a, b float64) error {
	xys := plotter.XYs{{X: a}, {X: b}}
	if upright {
		xys = plotter.XYs{{Y: a}, {Y: b}}
	}
	line, err := plotter.NewLine(xys)
	if err != nil {
		return fmt.Errorf("drawing a line: %w", err)
	}
	line.Color, line.Width = ink, points(0.8)
	p.Add(line)
	return nil
}
