// Package summary renders a metrics.Snapshot as text in k6's layouts and as JSON. It measures nothing.
package summary

import (
	"fmt"
	"io"
	"strings"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/plain"
)

// Text writes the report of s in the layout of o, as k6 prints it at the end of a test. It changes nothing in s. Control
// characters in names and messages are shown, so that they do nothing on a terminal.
func Text(w io.Writer, s *metrics.Snapshot, o Options) error {
	if err := o.Validate(); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	o, s = o.normalize(), WithTexts(s, plain.Line)
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
