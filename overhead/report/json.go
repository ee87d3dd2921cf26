package report

import (
	"encoding/json"
	"fmt"
	"io"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/overhead/analysis"
)

// JSON writes the analysis with its schema's version.
func JSON(w io.Writer, a *analysis.Analysis) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the analysis: %w", err)
	}
	_, err = w.Write(append(plain.JSON(text), '\n'))
	return err
}
