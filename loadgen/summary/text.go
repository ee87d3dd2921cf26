package summary

import (
	"fmt"
	"io"
	"strings"

	"example.com/foobar/loadgen/metrics"
)

// Text writes the report of s in the layout of o, as k6 prints it at the end of a test. It changes nothing in s.
func Text(w io.Writer, s *metrics.Snapshot, o Options) error {
	if err := o.Validate(); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	o = o.normalize()
	var b strings.Builder
	switch o.Mode {
	case Disabled:
		return nil
	case Legacy:
		legacy(&b, s, o)
	default:
		sections(&b, s, o)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}
