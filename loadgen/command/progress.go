package command

import (
	"fmt"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/numbers"
	"example.com/foobar/loadgen/plain"
)

// How often the progress is redrawn on a terminal, and printed elsewhere.
const (
	redrawEvery = 100 * time.Millisecond
	printEvery  = 10 * time.Second
)

// showProgress shows the progress of a run until it has ended.
func (s *screen) showProgress(run engine.Run) {
	if s.quiet {
		<-run.Done()
		return
	}
	every := printEvery
	if s.terminal {
		every = redrawEvery
	}
	if s.every > 0 {
		every = s.every
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var recent requestRate
	for {
		select {
		case <-tick.C:
			s.printProgress(run.Progress(), recent.add(run.Progress()))
		case <-run.Done():
			last := run.Progress()
			s.printProgress(last, numbers.PerSecond(float64(last.Requests), last.Measured))
			s.leaveProgress()
			return
		}
	}
}

// printProgress draws the progress on a terminal; elsewhere it prints one line, or a block where there are several scenarios.
func (s *screen) printProgress(p engine.Progress, rate float64) {
	head := headline(p, rate)
	names, vus, clock := widths(p.Scenarios)
	var lines []string
	for _, sc := range p.Scenarios {
		left := fmt.Sprintf("%-*s %s ", names, sc.Name, statusMark(sc.Status))
		right := fmt.Sprintf(" %-*s  %-*s  %s", vus, sc.VUs, clock, sc.Time, sc.Extra)
		lines = append(lines, left+"["+s.bar(sc.Fraction, plain.Width(left+right)+2)+"]"+right)
	}
	switch {
	case s.terminal:
		if plain.Width(head) >= s.width() {
			head = shortHeadline(p, rate)
		}
		s.draw(s.clip(append([]string{head}, lines...)))
	case len(lines) == 1:
		fmt.Fprintln(s, head+"  "+strings.TrimRight(lines[0], " "))
	default:
		fmt.Fprintln(s, head+"\n"+strings.Join(lines, "\n")+"\n")
	}
}

// headline is k6's first line, with the requests of the moment behind it.
func headline(p engine.Progress, rate float64) string {
	return fmt.Sprintf("%s (%s), %d/%d VUs, %d complete and %d interrupted iterations, %.1f requests/s, %d failed",
		state(p), p.Time, p.VUs, p.MaxVUs, p.Complete, p.Interrupted, rate, p.Failed)
}

// shortHeadline is the same where there is less room; what has failed comes early, so that it is not what is cut.
func shortHeadline(p engine.Progress, rate float64) string {
	return fmt.Sprintf("%s (%s), %d/%d VUs, %d failed, %.0f req/s, %d iterations", state(p), p.Time, p.VUs, p.MaxVUs, p.Failed, rate, p.Complete)
}

func state(p engine.Progress) string {
	if p.State == "ended" {
		return "done"
	}
	return p.State
}

// widths are those of the columns of the scenarios.
func widths(scenarios []engine.ScenarioProgress) (names, vus, clock int) {
	for _, sc := range scenarios {
		names = max(names, plain.Width(sc.Name))
		vus = max(vus, len(sc.VUs))
		clock = max(clock, len(sc.Time))
	}
	return names, vus, clock
}

// statusMark is k6's mark of a scenario's status.
func statusMark(status string) string {
	switch status {
	case "waiting":
		return "•"
	case "stopping":
		return "↓"
	case "done":
		return "✓"
	case "interrupted":
		return "✗"
	}
	return " "
}

// The bar's widths in columns.
const (
	widestBar    = 40
	narrowestBar = 10
)

// bar is as wide as the terminal leaves room for beside the texts; without room, or elsewhere, it is a percentage.
func (s *screen) bar(fraction float64, texts int) string {
	fraction = min(max(fraction, 0), 1)
	width := min(s.width()-texts-1, widestBar)
	if !s.terminal || width < narrowestBar {
		return fmt.Sprintf(" %3.0f%% ", 100*fraction)
	}
	full := int(fraction * float64(width))
	if full == width {
		return strings.Repeat("=", width)
	}
	return strings.Repeat("=", full) + ">" + s.dim(strings.Repeat("-", width-full-1))
}

// clip cuts lines that would wrap, which could not be erased.
func (s *screen) clip(lines []string) []string {
	width := s.width() - 1
	for i, line := range lines {
		if !strings.Contains(line, "\x1b") && plain.Width(line) > width {
			lines[i] = string([]rune(line)[:max(width, 0)])
		}
	}
	return lines
}

// requestRate is the rate of requests over the last second or so.
type requestRate struct {
	marks []mark
}

type mark struct {
	at       time.Duration
	requests uint64
}

// add adds what the progress says now, and returns the rate.
func (m *requestRate) add(p engine.Progress) float64 {
	if n := len(m.marks); n > 0 && p.Requests < m.marks[n-1].requests { // a warm-up is over, and they are counted anew
		m.marks = []mark{{p.Elapsed - p.Measured, 0}}
	}
	m.marks = append(m.marks, mark{p.Elapsed, p.Requests})
	for len(m.marks) > 2 && p.Elapsed-m.marks[1].at >= time.Second {
		m.marks = m.marks[1:]
	}
	first := m.marks[0]
	if len(m.marks) == 1 {
		first = mark{}
	}
	return numbers.PerSecond(float64(p.Requests-first.requests), p.Elapsed-first.at)
}
