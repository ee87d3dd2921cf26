package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/report"
)

// formats are what a report can be printed as, and the file of each in a record's folder.
var formats = map[string]struct {
	file string
	draw func(io.Writer, *analysis.Analysis) error
}{
	"text":     {"report.txt", report.Text},
	"markdown": {"report.md", report.Markdown},
	"brief":    {"brief.md", report.Brief},
	"json":     {"report.json", report.JSON},
	"bench":    {"benchmark.txt", report.Bench},
	"html":     {"report.html", report.HTML},
}

const reportUsage = `overhead report draws a record again: every file in its folder, pictures (SVG) too, and one of them on stdout.

  overhead report DIR                         the tables
  overhead report -format markdown DIR        all of it for a page
  overhead report -format brief DIR           ten lines for a pull request
  overhead report -format bench DIR > new.txt && benchstat -col /case new.txt
  overhead report -budget 'allocs<=+130' DIR  judge again, with the exit codes of a run

Flags:
`

// runReport is the command "report".
func runReport(args []string, stdout, stderr io.Writer) (int, error) {
	o := &options{}
	f := flag.NewFlagSet("overhead report", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.format, "format", "text", "print the report as `FORMAT`: text, markdown, brief, json, bench or html")
	f.StringVar(&o.budget, "budget", "", "judge by `LIMITS` such as 'allocs<=+130,cpu<=+60%'")
	if err := parse(f, args, stderr, reportUsage); err != nil {
		return exitOK, err
	}
	if f.NArg() != 1 {
		return exitOK, usageError{fmt.Errorf("name one folder, after the flags: overhead report -format brief DIR")}
	}
	if err := o.validate(); err != nil {
		return exitOK, err
	}
	folder, err := record.Open(f.Arg(0))
	if err != nil {
		return exitOK, usageError{err}
	}
	a, err := analyse(folder, o)
	if err != nil {
		return exitOK, err
	}
	if err := writeReports(folder, a, o, stdout); err != nil {
		return exitOK, err
	}
	return resultExitCode(a, stderr), nil
}

// analyse judges a record, and its budget if there is one.
func analyse(f *record.Folder, o *options) (*analysis.Analysis, error) {
	a := analysis.New(f)
	limits, err := o.budgetLimits()
	if err != nil {
		return nil, err
	}
	if err := a.Check(limits); err != nil {
		return nil, usageError{err}
	}
	if len(limits) > 0 {
		a.Spend(limits)
	}
	return a, nil
}

// writeReports writes every report and every picture into the record's folder, and prints one report.
func writeReports(f *record.Folder, a *analysis.Analysis, o *options, stdout io.Writer) error {
	for name, format := range formats {
		var b bytes.Buffer
		if err := format.draw(&b, a); err != nil {
			return fmt.Errorf("drawing the report as %s: %w", name, err)
		}
		if err := f.WriteFile(format.file, b.Bytes()); err != nil {
			return err
		}
		if name == o.format {
			if _, err := stdout.Write(b.Bytes()); err != nil {
				return fmt.Errorf("printing the report: %w", err)
			}
		}
	}
	return writePictures(f, a)
}

// writePictures writes every picture of the page as a file of its own, for a page of documentation.
func writePictures(f *record.Folder, a *analysis.Analysis) error {
	files, err := report.Pictures(a)
	if err != nil {
		return fmt.Errorf("drawing the pictures: %w", err)
	}
	for name, content := range files {
		if err := f.WriteFile(name, content); err != nil {
			return err
		}
	}
	return nil
}

// resultExitCode is the exit code, and says in one line on stderr what it comes from, where it isn't 0 or there is a budget.
func resultExitCode(a *analysis.Analysis, stderr io.Writer) int {
	lacking := ""
	for _, c := range a.Cases {
		if c.Runs == 0 && lacking == "" {
			lacking = fmt.Sprintf("%s has no valid run%s", c.Name, whyVoid(a, c.Name))
		}
	}
	over := a.Budget != nil && a.Budget.State == analysis.BudgetOver
	if lacking != "" && !over {
		fmt.Fprintln(stderr, "overhead:", plain.Line(lacking))
		return exitNothingValid
	}
	if a.Budget == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "overhead:", plain.Line(budgetText(a.Budget)))
	return map[analysis.State]int{analysis.BudgetOver: exitOver, analysis.BudgetInconclusive: exitInconclusive}[a.Budget.State]
}

// whyVoid is what the last void run of a case failed by.
func whyVoid(a *analysis.Analysis, name string) string {
	why := ""
	for _, v := range a.VoidRuns {
		if v.Case == name && len(v.Reasons) > 0 {
			why = ": " + v.Reasons[0]
		}
	}
	return why
}

// budgetText is the outcome of a budget with the first limit that decides it.
func budgetText(o *analysis.Outcome) string {
	n := 0
	text := ""
	for _, l := range o.Lines {
		if l.State == o.State {
			if n++; n == 1 && o.State != analysis.BudgetWithin {
				text = fmt.Sprintf(": %s, %s: %s", l.Limit, l.Case, l.Found)
			}
		}
	}
	return fmt.Sprintf("the budget: %s (%d of %d limits)%s", o.State, n, len(o.Lines), text)
}

// runInit is the command "init".
func runInit(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("overhead init", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	out := f.String("o", "", "write to `FILE`, which must not exist (stdout)")
	if err := parse(f, args, stderr, "overhead init writes a commented experiment for a service of your own.\n\n  overhead init -o mine.yaml\n\nFlags:\n"); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return usageError{fmt.Errorf("%q is no flag: write overhead init -o %s", f.Arg(0), f.Arg(0))}
	}
	if *out == "" {
		_, err := stdout.Write(plan.Example)
		return err
	}
	if _, err := os.Stat(*out); err == nil {
		return usageError{fmt.Errorf("-o %s: the file exists; choose another name", *out)}
	}
	return record.WriteFile(*out, plan.Example)
}
