package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/experiment"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

// The exit codes are those that -h lists.
func TestErrorExitCode(t *testing.T) {
	wrong := usageError{errors.New("-rounds many: write a number")}
	for _, c := range []struct {
		name string
		code int
		err  error
		want int
		said string
	}{
		{"OK", exitOK, nil, 0, ""},
		{"Over", exitOver, nil, 99, ""},
		{"Help", exitOK, flag.ErrHelp, 0, ""},
		{"Failed", exitOK, errors.New("the disk is full"), 1, "overhead: the disk is full\n"},
		{"Usage", exitOK, wrong, 104, "overhead: -rounds many: write a number\n"},
		{"UsageWrapped", exitOK, fmt.Errorf("planning: %w", wrong), 104, "overhead: planning: -rounds many: write a number\n"},
		{"Interrupted", exitOK, fmt.Errorf("interrupted (%w)", context.Canceled), 105, "overhead: interrupted (context canceled)\n"},
		{"NothingValid", exitOK, fmt.Errorf("round 1: %w", experiment.ErrNothingValid), 97, "overhead: round 1: a whole round passed without a valid run\n"},
		{"Controls", exitOK, errors.New("\x1b[2Jgone"), 1, `overhead: \x1b[2Jgone` + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stderr bytes.Buffer
			if got := errorExitCode(c.code, c.err, &stderr); got != c.want || stderr.String() != c.said {
				t.Errorf("got %d, %q, want %d, %q", got, stderr.String(), c.want, c.said)
			}
			if !strings.Contains(usage, fmt.Sprintf("\n  %-4d ", c.want)) {
				t.Errorf("-h doesn't list %d", c.want)
			}
		})
	}
}

// Rounds are added on the same machine, with the same programs; nothing is written otherwise.
func TestResume(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*record.Environment)
		want   string // "": resumed
	}{
		{"OK", func(*record.Environment) {}, ""},
		{"OtherGo", func(e *record.Environment) { e.Go, e.Revision = "go9", "1234567" }, ""}, // the programs are the same
		{"OtherCPU", func(e *record.Environment) { e.CPU = "Another CPU" }, "the record is of another machine (Example CPU, 2 cores, kernel 6.1.0)"},
		{"MoreCores", func(e *record.Environment) { e.Cores = 64 }, "the record is of another machine"},
		{"OtherKernel", func(e *record.Environment) { e.Kernel = "7.0.0" }, "the record is of another machine"},
		{"ProgramChanged", func(e *record.Environment) { e.ProgramSHA = map[string]string{"foo": "2"} }, "the programs have changed since"},
		{"ProgramMore", func(e *record.Environment) { e.ProgramSHA = map[string]string{"foo": "1", "bar": "1"} }, "the programs have changed since"},
		{"ProgramGone", func(e *record.Environment) { e.ProgramSHA = nil }, "the programs have changed since"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := recordtest.MustRecord(t, "quick", 0)
			f.Experiment.Environment.ProgramSHA = map[string]string{"foo": "1"}
			now := f.Experiment.Environment
			c.change(&now)
			f.Experiment.Plan.Rounds = 20
			err, rounds := resume(f, now), 20
			if c.want != "" {
				wantUsage(t, err, c.want)
				rounds = 6
			} else if err != nil {
				t.Fatal(err)
			}
			if got, err := record.Open(f.Dir); err != nil || got.Experiment.Plan.Rounds != rounds {
				t.Errorf("got %+v, %v, want %d rounds", got, err, rounds)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	void := &record.Run{Gates: []record.Gate{{Name: "checks", OK: true}, {Name: "lag", Shown: "p99 \x1b[2J12ms"}, {Name: "steal", Shown: "9 %"}}}
	for _, c := range []struct {
		name string
		step experiment.Step
		want string
	}{
		{"Before", experiment.Step{Round: 2, Rounds: 10, Position: 3, Cases: 8, Attempt: 1, Case: "sdk"}, "round 2/10, 3/8: sdk"},
		{"Again", experiment.Step{Round: 2, Rounds: 10, Position: 3, Cases: 8, Attempt: 2, Case: "sdk"}, "round 2/10, 3/8: sdk (attempt 2)"},
		{"Seconds", experiment.Step{Run: &record.Run{Gates: []record.Gate{{OK: true}}}, Left: 61400 * time.Millisecond}, "  ok, about 1m1s left\n"},
		{"Minutes", experiment.Step{Run: &record.Run{Gates: []record.Gate{{OK: true}}}, Left: 1481 * time.Second}, "  ok, about 25m0s left\n"},
		{"Void", experiment.Step{Run: void}, `  VOID: lag: p99 \x1b[2J12ms, about 0s left` + "\n"},
		{"VoidWithoutGates", experiment.Step{Run: &record.Run{}}, "  VOID, about 0s left\n"},
	} {
		var b bytes.Buffer
		if (&progress{out: &b}).show(c.step); b.String() != c.want {
			t.Errorf("%s: got %q, want %q", c.name, b.String(), c.want)
		}
	}
}

// What services print meanwhile has lines of its own, and so has the outcome then.
func TestProgressAndOutput(t *testing.T) {
	var b bytes.Buffer
	p := &progress{out: &b}
	step := experiment.Step{Round: 1, Rounds: 2, Position: 1, Cases: 2, Attempt: 1, Case: "off"}
	done := step
	done.Run = &record.Run{Gates: []record.Gate{{OK: true}}}
	for _, printed := range []string{"", "shop | listening\nshop | ready\n"} {
		p.show(step)
		if printed != "" {
			fmt.Fprint(p, printed)
		}
		p.show(done)
	}
	p.show(step)
	p.end()
	p.end()
	const head = "round 1/2, 1/2: off"
	want := head + "  ok, about 0s left\n" + head + "\nshop | listening\nshop | ready\n" + head + "  ok, about 0s left\n" + head + "\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

// What is under way when an experiment ends is drawn; the outcome is the last line, and an error wins over it.
func TestFinish(t *testing.T) {
	failed := errors.New("the disk is full")
	for _, c := range []struct {
		name   string
		failed error
		spoil  string // the case whose runs are void, "all" for every one
		budget string
		code   int
		err    error
		prints bool
		last   string
	}{
		{"OK", nil, "", "", 0, nil, true, "report.html)"},
		{"Failed", failed, "", "", 0, failed, true, "report.html)"},
		{"NothingValid", experiment.ErrNothingValid, "all", "", 97, nil, false, "overhead: off has no valid run: lag: late"},
		{"OneCaseLacks", nil, "tail-20", "", 97, nil, true, "overhead: tail-20 has no valid run: lag: late"},
		{"Within", nil, "", "allocs<=+500", 0, nil, true, "overhead: the budget: within (1 of 1 limits)"},
		{"Over", nil, "", "allocs<=+1", 99, nil, true, "overhead: the budget: over (1 of 1 limits): allocs<=+1, tail-20: "},
		{"FailedOver", failed, "", "allocs<=+1", 0, failed, true, "report.html)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := recordtest.MustRecord(t, "quick", 6)
			for _, r := range f.Runs {
				if r.Case == c.spoil || c.spoil == "all" {
					r.Gates = []record.Gate{{Name: "lag", Shown: "late"}}
				}
			}
			var stdout, stderr bytes.Buffer
			code, err := finish(f, &options{format: "brief", budget: c.budget}, c.failed, &stdout, &stderr)
			if code != c.code || !errors.Is(err, c.err) || stdout.Len() > 0 != c.prints {
				t.Errorf("got %d, %v, %q, want %d, %v", code, err, stdout.String(), c.code, c.err)
			}
			lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
			if !strings.HasPrefix(lines[0], "record and reports: "+f.Dir) || !strings.Contains(lines[len(lines)-1], c.last) {
				t.Errorf("got %q, want %q at the end", lines, c.last)
			}
		})
	}
}

func TestBudgetText(t *testing.T) {
	within := analysis.Answer{Limit: "cpu<=+60%", Case: "on", State: analysis.BudgetWithin, Found: "+5 %"}
	over := analysis.Answer{Limit: "allocs<=+3", Case: "on", State: analysis.BudgetOver, Found: "+9 objects"}
	worse := analysis.Answer{Limit: "rss<=+1", Case: "on", State: analysis.BudgetOver, Found: "+2 MB"}
	for _, c := range []struct {
		o    analysis.Outcome
		want string
	}{
		{analysis.Outcome{State: analysis.BudgetWithin, Lines: []analysis.Answer{within}}, "the budget: within (1 of 1 limits)"},
		{analysis.Outcome{State: analysis.BudgetOver, Lines: []analysis.Answer{within, over, worse}}, "the budget: over (2 of 3 limits): allocs<=+3, on: +9 objects"},
	} {
		if got := budgetText(&c.o); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// A report has a file for each format that -h names, and no two share one.
func TestFormats(t *testing.T) {
	files := map[string]string{}
	for name, f := range formats {
		if other, taken := files[f.file]; taken {
			t.Errorf("%s and %s are both written to %s", name, other, f.file)
		}
		files[f.file] = name
		o := &options{format: name}
		if err := o.validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := (&options{format: name + "x"}).validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the message names no %s: %v", name, err)
		}
	}
}
