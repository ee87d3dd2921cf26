package summary

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// failedOutcome is that of scenarios.
var failedOutcome = Outcome{Began: time.Date(2026, 11, 30, 12, 0, 0, 0, time.FixedZone("", 3600)), Code: 99,
	Reasons: []string{"thresholds have failed: http_req_duration", "an <error> with \x1b[31m & \"quotes\""}}

func MustJUnit(tb testing.TB, s *metrics.Snapshot, o Options) string {
	tb.Helper()
	var b bytes.Buffer
	if err := JUnit(&b, s, o); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// element is one element of XML as it was read, whatever it is.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (e *element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// junitSchema is Ant's schema of JUnit's XML: the attributes that an element has to have, and the order of its children, with * after
// those of which there may be any number and ? after those that may be missing.
var junitSchema = map[string]struct{ attrs, children string }{
	"testsuites": {"", "testsuite*"},
	"testsuite":  {"package id name timestamp hostname tests failures errors time", "properties testcase* system-out system-err"},
	"properties": {"", "property*"},
	"property":   {"name value", ""},
	"testcase":   {"name classname time", "failure?"},
	"failure":    {"message type", ""},
	"system-out": {"", ""},
	"system-err": {"", ""},
}

// checkJUnit says what in e is not as the schema has it.
func checkJUnit(t *testing.T, e *element) {
	t.Helper()
	form, known := junitSchema[e.XMLName.Local]
	if !known {
		t.Fatalf("got an element %s", e.XMLName.Local)
	}
	var attrs []string
	for _, a := range e.Attrs {
		attrs = append(attrs, a.Name.Local)
	}
	if got := strings.Join(attrs, " "); got != form.attrs {
		t.Errorf("%s: got attributes %q, want %q", e.XMLName.Local, got, form.attrs)
	}
	rest := e.Children
	for _, want := range strings.Fields(form.children) {
		name := strings.TrimRight(want, "*?")
		n := 0
		for n < len(rest) && rest[n].XMLName.Local == name {
			n++
		}
		if n == 0 && name == want || n > 1 && !strings.HasSuffix(want, "*") {
			t.Errorf("%s: got %d of %s, want %s", e.XMLName.Local, n, name, want)
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		t.Errorf("%s: got %s where the schema has none", e.XMLName.Local, rest[0].XMLName.Local)
	}
	for i := range e.Children {
		checkJUnit(t, &e.Children[i])
	}
}

// MustReadJUnit reads what was written, and compares it with the schema and its own counts.
func MustReadJUnit(t *testing.T, text string) *element {
	t.Helper()
	var root element
	d := xml.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&root); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
		if _, err = d.Token(); !errors.Is(err, io.EOF) {
			t.Errorf("got more behind the document: %v", err)
		}
	}
	checkJUnit(t, &root)
	for i, suite := range root.Children {
		tests, failures := 0, 0
		for _, c := range suite.Children {
			if c.XMLName.Local == "testcase" {
				tests++
				failures += len(c.Children)
			}
		}
		if suite.attr("tests") != strconv.Itoa(tests) || suite.attr("failures") != strconv.Itoa(failures) || suite.attr("id") != strconv.Itoa(i) {
			t.Errorf("%s: got %v, want id %d, %d tests and %d failures", suite.attr("name"), suite.Attrs, i, tests, failures)
		}
		if _, err := time.Parse("2006-01-02T15:04:05", suite.attr("timestamp")); err != nil {
			t.Error(err)
		}
	}
	return &root
}

func TestJUnit(t *testing.T) {
	t.Run("Failed", func(t *testing.T) {
		text := MustJUnit(t, scenarios(t, false), Options{Seed: new(uint64(7)), Outcome: failedOutcome})
		golden(t, "scenarios.junit.xml", text)
		root := MustReadJUnit(t, text)
		cases := map[string]string{}
		for _, suite := range root.Children {
			for _, c := range suite.Children {
				if c.XMLName.Local == "testcase" {
					cases[c.attr("classname")+"/"+c.attr("name")] = ""
					if len(c.Children) > 0 {
						cases[c.attr("classname")+"/"+c.attr("name")] = c.Children[0].attr("message")
					}
				}
			}
		}
		for name, want := range map[string]string{
			"thresholds/http_req_duration: p(95)<500":        "",
			"thresholds/http_req_failed: rate<0.01":          "rate was 7.04%",
			"thresholds/http_reqs{scenario:nosuch}: count>3": "count was 0",
			"thresholds/raw_trend{a:b}: p(95)<3":             "the metric has no samples",
			"checks/status is 200":                           "",
			"checks/sometimes fails":                         "failed 20 of 60 times (33.33%)",
			"checks.checkout/buy ok":                         "failed 5 of 5 times (100.00%)",
			"checks.welcome.deep/buy ok":                     "failed 1 of 3 times (33.33%)",
			"run/exit code is 0":                             "exit code 99",
		} {
			if got, there := cases[name]; !there || got != want {
				t.Errorf("%s: got %q (%v), want %q; there are %v", name, got, there, want, cases)
			}
		}
	})
	t.Run("Passed", func(t *testing.T) {
		root := MustReadJUnit(t, MustJUnit(t, &metrics.Snapshot{}, Options{}))
		names := []string{}
		for _, suite := range root.Children {
			names = append(names, suite.attr("name")+" "+suite.attr("tests")+" "+suite.attr("failures"))
		}
		if want := []string{"thresholds 0 0", "checks 0 0", "run 1 0"}; !slices.Equal(names, want) {
			t.Errorf("got %v, want %v", names, want)
		}
	})
	t.Run("HostileNames", func(t *testing.T) {
		s := &metrics.Snapshot{Total: metrics.Section{Checks: []metrics.Check{{Name: "]]>&\"'\x00\x1b\xff\ufffe\n<failure>", Fails: 1}}}}
		c := MustReadJUnit(t, MustJUnit(t, s, Options{})).Children[1].Children[1]
		if got, want := c.attr("name"), "]]>&\"'\\x00\\x1b\\xff\ufffd <failure>"; got != want {
			t.Errorf("got name %q, want %q", got, want)
		}
	})
	t.Run("ErrWrite", func(t *testing.T) {
		if err := JUnit(full{}, &metrics.Snapshot{}, Options{}); err == nil || !strings.Contains(err.Error(), "no space") {
			t.Errorf("got %v, want the writer's error", err)
		}
	})
}

// full is a writer that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }
