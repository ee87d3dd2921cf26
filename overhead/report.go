package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"

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
	"json":     {"report.json", report.JSON},
	"bench":    {"benchmark.txt", report.Bench},
	"html":     {"report.html", report.HTML},
}

const reportUsage = `overhead report draws a record again: every file in its folder, pictures (SVG) too, and one of them on stdout.

  overhead report DIR                         the tables
  overhead report -format markdown DIR        for a pull request
  overhead report -format bench DIR > new.txt && benchstat -col /case new.txt
  overhead report -budget 'allocs<=+130' DIR  judge again, with the exit codes of a run

Flags:
`

// runReport is the command "report".
func runReport(args []string, stdout, stderr io.Writer) (int, error) {
	o := &options{}
	f := flag.NewFlagSet("overhead report", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.format, "format", "text", "print the report as `FORMAT`: text, markdown, json, bench or html")
	f.StringVar(&o.budget, "budget", "", "judge by `LIMITS` such as 'allocs<=+130,cpu<=+60%'")
	if err := parse(f, args, stderr, reportUsage); err != nil {
		return exitOK, err
	}
	if f.NArg() != 1 {
		return exitOK, usageError{fmt.Errorf("name one folder: overhead report DIR")}
	}
	if err := o.validate(); err != nil {
		return exitOK, err
	}
	folder, err := record.Open(f.Arg(0))
	if err != nil {
		return exitOK, usageError{err}
	}
	return conclusion(folder, o, stdout)
}

// conclusion analyses a record, writes every report into its folder, prints one, and says how the budget came out.
func conclusion(f *record.Folder, o *options, stdout io.Writer) (int, error) {
	a := analysis.Of(f)
	limits, err := o.limitsOfBudget()
	if err != nil {
		return exitOK, err
	}
	if err := a.Check(limits); err != nil {
		return exitOK, usageError{err}
	}
	if len(limits) > 0 {
		a.Spend(limits)
	}
	for name, format := range formats {
		var b bytes.Buffer
		if err := format.draw(&b, a); err != nil {
			return exitOK, fmt.Errorf("drawing the report as %s: %w", name, err)
		}
		if err := f.WriteFile(format.file, b.Bytes()); err != nil {
			return exitOK, err
		}
		if name == o.format {
			if _, err := stdout.Write(b.Bytes()); err != nil {
				return exitOK, fmt.Errorf("printing the report: %w", err)
			}
		}
	}
	return exitCode(a), drawPictures(f, a)
}

// drawPictures writes every picture of the page as a file of its own, for a page of documentation.
func drawPictures(f *record.Folder, a *analysis.Analysis) error {
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

func exitCode(a *analysis.Analysis) int {
	switch {
	case a.Valid == 0:
		return exitNothingValid
	case a.Budget == nil:
		return exitOK
	case a.Budget.State == analysis.BudgetOver:
		return exitOver
	case a.Budget.State == analysis.BudgetInconclusive:
		return exitInconclusive
	}
	return exitOK
}

// runInit is the command "init".
func runInit(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("overhead init", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	out := f.String("o", "", "write to `FILE`, which must not exist (stdout)")
	if err := parse(f, args, stderr, "overhead init writes a commented experiment for a service of your own.\n\n  overhead init -o mine.yaml\n\nFlags:\n"); err != nil {
		return err
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
