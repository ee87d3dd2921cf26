package report

import (
	"encoding/json"
	"io"

	"example.com/foobar/overhead/analysis"
)

// JSON writes the analysis with its schema's version.
func JSON(w io.Writer, a *analysis.Analysis) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(a)
}
