package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Threshold is a condition on a metric as it is configured: in JSON or YAML either the expression alone or
// {"threshold": "p(95)<500", "abortOnFail": true, "delayAbortEval": "10s"}.
type Threshold struct {
	// Expression is read by ParseExpression.
	Expression string
	// AbortOnFail ends the test when the threshold fails, not before DelayAbortEval has passed.
	AbortOnFail    bool
	DelayAbortEval time.Duration
}

// thresholdObject is the long form.
type thresholdObject struct {
	Threshold      string `json:"threshold"`
	AbortOnFail    bool   `json:"abortOnFail"`
	DelayAbortEval delay  `json:"delayAbortEval,omitempty"`
}

const thresholdForm = `a threshold is a string such as "p(95)<500" or {"threshold": "p(95)<500", "abortOnFail": true, "delayAbortEval": "10s"}`

// UnmarshalJSON reads both forms. The expression itself is judged by NewJudge.
func (t *Threshold) UnmarshalJSON(data []byte) error {
	var expression string
	if json.Unmarshal(data, &expression) == nil && !bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		*t = Threshold{Expression: expression}
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var o thresholdObject
	if err := decoder.Decode(&o); err != nil {
		return fmt.Errorf("reading a threshold: %w; %s", err, thresholdForm)
	}
	if o.Threshold == "" {
		return fmt.Errorf("reading a threshold: no expression in %s; %s", data, thresholdForm)
	}
	*t = Threshold{Expression: o.Threshold, AbortOnFail: o.AbortOnFail, DelayAbortEval: time.Duration(o.DelayAbortEval)}
	return nil
}

// MarshalJSON writes the short form where it says everything.
func (t Threshold) MarshalJSON() ([]byte, error) {
	var v any = t.Expression
	if t.AbortOnFail || t.DelayAbortEval != 0 {
		v = thresholdObject{t.Expression, t.AbortOnFail, delay(t.DelayAbortEval)}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // whoever wants "<" escaped, escapes it around this
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// delay is a duration as k6 writes it: "10s", "1d2h", or a number of milliseconds.
type delay time.Duration

func (d delay) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

func (d *delay) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		parsed, err := parseDelay(text)
		*d = delay(parsed)
		return err
	}
	var ms float64
	if err := json.Unmarshal(data, &ms); err != nil || ms < 0 || ms > float64(1<<62)/1e6 {
		return fmt.Errorf("delayAbortEval %s: it is a duration such as \"10s\", or a number of milliseconds", data)
	}
	*d = delay(ms * float64(time.Millisecond))
	return nil
}

func parseDelay(text string) (time.Duration, error) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		days, rest = "0", text
	}
	n, err := strconv.ParseUint(days, 10, 16)
	d := time.Duration(0)
	if err == nil && (rest != "" || !found) {
		d, err = time.ParseDuration(rest)
	}
	total := time.Duration(n)*24*time.Hour + d
	if err != nil || d < 0 || total < d {
		return 0, fmt.Errorf("delayAbortEval %q: it is a duration such as \"10s\" or \"1d2h\", or a number of milliseconds", text)
	}
	return total, nil
}
