package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/metrics"
)

// Thresholds are conditions by the metric they are on, or the sub-metric:
//
//	load.Thresholds{"http_req_duration": {"p(95)<500"}, "http_req_failed{scenario:buy}": {"rate<0.01"}}
type Thresholds map[string][]Threshold

// Threshold is a condition on a metric, such as "p(95)<500" or "rate<0.01", in k6's grammar: times are in milliseconds. AbortOn
// makes one that ends the test; as a text, that is its JSON form in files.
type Threshold string

// thresholdObject is a threshold with more than its expression, as k6's files have it.
type thresholdObject struct {
	Threshold      string   `json:"threshold"`
	AbortOnFail    bool     `json:"abortOnFail"`
	DelayAbortEval Duration `json:"delayAbortEval,omitempty"`
}

// AbortOn is a threshold that ends the test when it fails, but not before so much time of load.
func AbortOn(expression string, delay time.Duration) Threshold {
	return thresholdObject{expression, true, Duration(delay)}.text()
}

// text is the threshold as a text: the expression alone where that says everything.
func (o thresholdObject) text() Threshold {
	if !o.AbortOnFail && o.DelayAbortEval == 0 {
		return Threshold(o.Threshold)
	}
	b, _ := unescapedJSON(o) // its fields always can be
	return Threshold(b)
}

// unescapedJSON leaves "<" as it is: whoever wants it escaped, escapes it around this.
func unescapedJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// Expression is the condition itself: "p(95)<500".
func (t Threshold) Expression() string { return t.object().Threshold }

// object is what the text stands for. One that is no such JSON is an expression, and no valid one.
func (t Threshold) object() thresholdObject {
	if !strings.HasPrefix(string(t), "{") {
		return thresholdObject{Threshold: string(t)}
	}
	var o thresholdObject
	if err := strict([]byte(t), &o); err != nil || o.Threshold == "" || o.DelayAbortEval < 0 {
		return thresholdObject{Threshold: string(t)}
	}
	return o
}

// MarshalJSON writes the expression, or the object with it.
func (t Threshold) MarshalJSON() ([]byte, error) {
	if o := t.object(); o.AbortOnFail || o.DelayAbortEval != 0 {
		return []byte(o.text()), nil
	}
	return unescapedJSON(string(t))
}

const thresholdForm = `want an expression such as "p(95)<500", or {threshold: "p(95)<500", abortOnFail: true, delayAbortEval: 10s}`

// UnmarshalJSON reads both forms.
func (t *Threshold) UnmarshalJSON(b []byte) error {
	var o thresholdObject
	if json.Unmarshal(b, &o.Threshold) != nil {
		if err := strict(b, &o); err != nil {
			return fmt.Errorf("reading a threshold: %w; %s", err, thresholdForm)
		}
	}
	if o.Threshold == "" || o.DelayAbortEval < 0 {
		return fmt.Errorf("reading a threshold: got %s, %s", b, thresholdForm)
	}
	*t = o.text()
	return nil
}

// UnmarshalNode reads both forms in a file.
func (t *Threshold) UnmarshalNode(n *file.Node) error {
	var o thresholdObject
	if n.IsMap() {
		if err := n.Decode(&o); err != nil {
			return err
		}
	} else if n.IsScalar() {
		o.Threshold, _ = n.Text()
	}
	if o.Threshold == "" || o.DelayAbortEval < 0 {
		return n.Errorf(thresholdForm)
	}
	*t = o.text()
	return nil
}

// judge checks the thresholds against the metrics that there are.
func (all Thresholds) judge(known []metrics.Desc) (*threshold.Judge, error) {
	read := map[string][]threshold.Threshold{}
	for key, list := range all {
		for _, t := range list {
			o := t.object()
			read[key] = append(read[key], threshold.Threshold{Expression: o.Threshold, AbortOnFail: o.AbortOnFail, DelayAbortEval: time.Duration(o.DelayAbortEval)})
		}
	}
	judge, problems := threshold.NewJudge(read, known)
	var errs OptionErrors
	for _, p := range problems {
		path := "thresholds." + p.Key
		if p.Index < 0 {
			errs.add(path, "%w", p.Err)
			continue
		}
		errs.addValue(fmt.Sprintf("%s[%d]", path, p.Index), fmt.Sprintf("%q", read[p.Key][p.Index].Expression), "%w", p.Err)
	}
	return judge, errs.err()
}

// abort says whether one of the thresholds can end the test.
func (all Thresholds) abort() bool {
	for _, list := range all {
		if slices.ContainsFunc(list, func(t Threshold) bool { return t.object().AbortOnFail }) {
			return true
		}
	}
	return false
}
