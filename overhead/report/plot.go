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
	{R: 0x2b, G: 0xb3, B: 0xb9, A: 255}, {R: 0xcf, G: 0x54, B: 0x5c, A: 255}, {R: 0x6f, G: 0x6a, B: 0xd8, A: 255},
	{R: 0x7f, G: 0xa3, B: 0x1e, A: 255}, {R: 0x9c, G: 0x6b, B: 0x4a, A: 255}, {R: 0xe0, G: 0x7a, B: 0xb5, A: 255},
}

var dashes = [][]vg.Length{nil, {6, 3}, nil, {2, 2}, {8, 2, 2, 2}, nil, {4, 4}, {10, 3}}

// paint is the colour of the case at i: that of no other case.
func paint(i int) color.RGBA {
	if i < len(palette) {
		return palette[i]
	}
	// Steps of the golden section go round the circle of hues without meeting; the third decimal tells late ones apart.
	_, hue := math.Modf(0.618034 * float64(i))
	return shade(hue, 0.55+0.001*float64(i%100))
}

// shade is a colour of that hue, from 0 to 1, and lightness at a saturation that is seen on white and on black.
func shade(hue, lightness float64) color.RGBA {
	const saturation = 0.5
	part := func(n float64) uint8 {
		k := math.Mod(n+12*hue, 12)
		return uint8(255 * (lightness - saturation*min(lightness, 1-lightness)*max(-1, min(k-3, 9-k, 1))))
	}
	return color.RGBA{R: part(0), G: part(8), B: part(4), A: 255}
}

func dash(i int) []vg.Length     { return dashes[i%len(dashes)] }
func css(c color.RGBA) string    { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }
func cssOf(i int) string         { return css(paint(i)) }
func points(v float64) vg.Length { return vg.Points(v) }

// The sizes of a picture in its own units. Where a picture of whole is shown 500 pixels wide, text has 11 pixels and more.
const (
	whole     = 560.0
	part      = 330.0 // one of those that stand side by side, in columns of 320 pixels and more
	labelSize = 14.0
	tickSize  = 13.0
)

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
		a.Label.TextStyle.Font.Size, a.Tick.Label.Font.Size = points(labelSize), points(tickSize)
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

// addPoints draws the points of case i.
func addPoints(p *plot.Plot, i int, radius float64, xys plotter.XYs) error {
	marks, err := plotter.NewScatter(xys)
	if err != nil {
		return fmt.Errorf("drawing points: %w", err)
	}
	marks.GlyphStyle = draw.GlyphStyle{Color: paint(i), Radius: points(radius), Shape: draw.CircleGlyph{}}
	p.Add(marks)
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

// Ticks implements plot.Ticker: multiples of 1, 2 or 5 times a power of ten, three to nine of them, 0 among them where it is
// between lo and hi.
func (numbers) Ticks(lo, hi float64) []plot.Tick {
	if !finite(lo, hi) || hi <= lo {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/3)))
	for _, times := range []float64{5, 2} {
		if 3*times*step <= (hi-lo)*(1+1e-9) {
			step *= times
			break
		}
	}
	var out []plot.Tick
	for n := math.Ceil(lo / step); n*step <= hi && len(out) < 12; n++ {
		out = append(out, plot.Tick{Value: n * step, Label: fmt.Sprintf("%.6g", n*step+0)})
	}
	return out
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
