package summary

// palette wraps text in ANSI escapes; k6's legacy layout writes two of them in another order than its later ones.
type palette struct {
	on          bool
	extra, dots string
}

const (
	red   = "31"
	green = "32"
	white = "37"
	cyan  = "36"
	bold  = "1"
)

func newPalette(o Options) palette {
	if o.Mode == Legacy {
		return palette{on: o.Color, extra: "36;2", dots: "2"}
	}
	return palette{on: o.Color, extra: "2;36", dots: "2;37"}
}

func (p palette) paint(code, text string) string {
	if !p.on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

const (
	passed = "✓"
	failed = "✗"
	detail = "↳"
	block  = "█"
)

// mark is a coloured ✓ or ✗.
func (p palette) mark(ok bool) string {
	if ok {
		return p.paint(green, passed)
	}
	return p.paint(red, failed)
}
