package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/overhead/experiment"
	"example.com/foobar/overhead/record"
)

// progress prints a line for each run: what begins, and when it is over how it went. As a writer it takes whole lines, what
// services print (-verbose). These end a line that is begun, and its outcome then has a line of its own.
type progress struct {
	mu  sync.Mutex
	out io.Writer
	// begun says that a line has no end yet, broken that other lines have ended it.
	begun, broken bool
}

// Write implements io.Writer.
func (p *progress) Write(lines []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breakLine()
	return p.out.Write(lines)
}

// end ends a line that is begun.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breakLine()
}

// breakLine ends a line that is begun; p.mu is held.
func (p *progress) breakLine() {
	if p.begun {
		fmt.Fprintln(p.out)
		p.begun, p.broken = false, true
	}
}

// show prints the step of an experiment.
func (p *progress) show(s experiment.Step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begins := s.Run == nil
	if begins || p.broken {
		fmt.Fprint(p.out, heading(s))
	}
	if !begins {
		fmt.Fprintf(p.out, "  %s, about %s left\n", outcome(s.Run), left(s))
	}
	p.begun, p.broken = begins, false
}

// heading says which run it is.
func heading(s experiment.Step) string {
	line := fmt.Sprintf("round %d/%d, %d/%d: %s", s.Round, s.Rounds, s.Position, s.Cases, s.Case)
	if s.Attempt > 1 {
		line += fmt.Sprintf(" (attempt %d)", s.Attempt)
	}
	return line
}

// outcome is "ok", or why the run is void.
func outcome(r *record.Run) string {
	if !r.Void() {
		return "ok"
	}
	for _, g := range r.Gates {
		if !g.OK {
			return "VOID: " + g.Name + ": " + plain.Line(g.Shown)
		}
	}
	return "VOID"
}

// left is how long the experiment goes on, in whole minutes when those are many.
func left(s experiment.Step) time.Duration {
	if short := s.Left.Round(time.Second); short <= 5*time.Minute {
		return short
	}
	return s.Left.Round(time.Minute)
}
