package report

import (
	"fmt"
	"html"
	"strings"

	"example.com/foobar/overhead/analysis"
)

// fileStyle has the page's colours, for a picture in a file of its own.
const fileStyle = `<style>:root { color-scheme: light dark; --ink: #1d2126; --faint: #dfe3e8; --band: #e9eef4; --back: #ffffff }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ed; --faint: #343b44; --band: #262d36; --back: #14171b } }</style>`

// Sizes of a picture's legend in its own units.
const (
	legendRow  = 20.0
	legendChar = 8.0 // as wide as most signs at legendSize
	legendSize = 13.0
	margins    = 14.0 // on the left and right, for labels that reach beyond the drawing
)

// Pictures are all pictures as files of their own, named after what they show: SVG that turns with the reader's dark or
// light theme and asks for nothing outside.
func Pictures(a *analysis.Analysis) (map[string][]byte, error) {
	drawings, err := pictures(a)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, p := range drawings {
		files[p.ID+".svg"] = p.file()
	}
	return files, nil
}

// file is the picture below its legend, on a ground of its own.
func (p picture) file() []byte {
	var b strings.Builder
	var width, height float64
	inner := p.SVG[strings.Index(p.SVG, "viewBox="):]
	fmt.Sscanf(inner, `viewBox="0 0 %f %f"`, &width, &height)
	keys, top := legendText(p.Legend, width)
	outer := width + 2*margins
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" font-family="system-ui, sans-serif">`,
		outer, top+height, outer, top+height)
	fmt.Fprintf(&b, "\n<title>%s</title>\n<desc>%s</desc>\n%s\n", html.EscapeString(p.Title), html.EscapeString(p.Text), fileStyle)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="var(--back)"/>`+"\n%s", keys)
	fmt.Fprintf(&b, `<svg x="%.0f" y="%.0f" width="%.0f" height="%.0f" overflow="visible" %s`+"\n</svg>\n", margins, top, width, height, inner)
	return []byte(b.String())
}

// legendText draws a legend in rows of at most width, and says how high it is.
func legendText(entries []legendEntry, width float64) (text string, height float64) {
	var b strings.Builder
	x, y := 10.0, legendRow
	for _, e := range entries {
		w := 40 + legendChar*float64(len(e.Name))
		if x+w > width && x > 10 {
			x, y = 10, y+legendRow
		}
		fmt.Fprintf(&b, `<rect x="%.0f" y="%.0f" width="16" height="4" rx="2" fill="%s"/><text x="%.0f" y="%.0f" font-size="%.0f" fill="var(--ink)">%s</text>`+"\n",
			x, y-6, e.Color, x+22, y, legendSize, html.EscapeString(e.Name))
		x += w
	}
	if len(entries) == 0 {
		return "", 0
	}
	return b.String(), y + 8
}
