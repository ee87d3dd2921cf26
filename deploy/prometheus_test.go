package deploy

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
)

// series asks Prometheus for the series an expression has now.
func (s *system) series(expression string) ([]sample, error) {
	body, err := s.get("PROMETHEUS", "/api/v1/query?"+url.Values{"query": {expression}}.Encode())
	if err != nil {
		return nil, err
	}
	var answer struct{ Data struct{ Result []sample } }
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("reading the answer to %s: %w", expression, err)
	}
	return answer.Data.Result, nil
}

// sample is one series of an instant query.
type sample struct {
	Metric map[string]string
	Value  [2]any
}

// value is the value of an expression with at most one series; 0 if it has none.
func (s *system) value(expression string) float64 {
	s.tb.Helper()
	result, err := s.series(expression)
	if err != nil || len(result) > 1 {
		s.tb.Fatalf("%s: %d series, want one at most; %v", expression, len(result), err)
	}
	if len(result) == 0 {
		return 0
	}
	text, _ := result[0].Value[1].(string)
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.tb.Fatalf("%s: %v", expression, err)
	}
	return value
}
