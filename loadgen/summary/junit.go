package summary

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/plain"
)

// The elements of JUnit's XML, in the order and with the attributes that Ant's schema asks for, which is the strictest of those
// that there are.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Package    string          `xml:"package,attr"`
	ID         int             `xml:"id,attr"`
	Name       string          `xml:"name,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Host       string          `xml:"hostname,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Time       string          `xml:"time,attr"`
	Properties junitProperties `xml:"properties"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`
}

type junitProperties struct {
	All []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes what was judged as JUnit's XML, in three suites: each threshold is a test case, each check, and the exit code.
// A check fails when it failed once; how often it may is for a threshold to say. Control characters in texts are shown.
func JUnit(w io.Writer, s *metrics.Snapshot, o Options) error {
	s = WithTexts(s, plain.Line)
	d := junitSuites{Suites: []junitSuite{
		{Name: "thresholds", Cases: thresholdCases(s)}, {Name: "checks", Cases: checkCases(&s.Total, "checks")}, {Name: "run", Cases: []junitCase{runCase(o.Outcome)}},
	}}
	for i := range d.Suites {
		d.Suites[i].complete(i, s.Elapsed, o)
	}
	text, err := xml.MarshalIndent(d, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	}
	if err != nil {
		return fmt.Errorf("writing the summary as JUnit's XML: %w", err)
	}
	return nil
}

// complete fills in what is the same for each suite, and counts its cases.
func (suite *junitSuite) complete(id int, elapsed time.Duration, o Options) {
	suite.ID, suite.Package, suite.Host, suite.Tests = id, "loadgen", "localhost", len(suite.Cases)
	suite.Timestamp = o.Outcome.Began.UTC().Format("2006-01-02T15:04:05")
	suite.Time = strconv.FormatFloat(elapsed.Seconds(), 'f', 3, 64)
	for i := range suite.Cases {
		suite.Cases[i].Time = "0" // judging takes none
		if suite.Cases[i].Failure != nil {
			suite.Failures++
		}
	}
	if o.Seed != nil {
		suite.Properties.All = []junitProperty{{"seed", strconv.FormatUint(*o.Seed, 10)}}
	}
}

func thresholdCases(s *metrics.Snapshot) []junitCase {
	var cases []junitCase
	for i := range s.Total.Series {
		series := &s.Total.Series[i]
		for _, t := range series.Thresholds {
			c := junitCase{Class: "thresholds", Name: series.FullName() + ": " + t.Expression}
			if !t.OK {
				c.fail("threshold", threshold.Outcome(series, t))
			}
			cases = append(cases, c)
		}
	}
	return cases
}

// checkCases are those of a group, whose name and those of the groups around it make the class, and of the groups in it.
func checkCases(s *metrics.Section, class string) []junitCase {
	var cases []junitCase
	for _, check := range s.Checks {
		c := junitCase{Class: class, Name: check.Name}
		if check.Fails > 0 {
			c.fail("check", fmt.Sprintf("failed %d of %d times (%s)", check.Fails, check.Passes+check.Fails, formatShare(check.Fails, check.Passes+check.Fails)))
		}
		cases = append(cases, c)
	}
	for i := range s.Groups {
		cases = append(cases, checkCases(&s.Groups[i], class+"."+s.Groups[i].Name)...)
	}
	return cases
}

// runCase is the exit code with its reasons.
func runCase(o Outcome) junitCase {
	c := junitCase{Class: "run", Name: "exit code is 0"}
	if o.Code != 0 {
		c.fail("exit code", strings.Join(append([]string{fmt.Sprintf("exit code %d", o.Code)}, mapped(o.Reasons, plain.Line)...), "\n"))
	}
	return c
}

// fail makes the case one that failed. The message is the first line of text.
func (c *junitCase) fail(kind, text string) {
	message, _, _ := strings.Cut(text, "\n")
	c.Failure = &junitFailure{Message: message, Type: kind, Text: text}
}
