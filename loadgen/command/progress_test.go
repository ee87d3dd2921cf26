package command

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

// player is a run whose progress is a list, one entry each time it is asked.
type player struct {
	engine.Run
	entries []engine.Progress
	done    chan struct{}
}

func (p *player) Progress() engine.Progress {
	first := p.entries[0]
	if len(p.entries) > 1 {
		p.entries = p.entries[1:]
		if len(p.entries) == 1 {
			close(p.done)
		}
	}
	return first
}

func (p *player) Done() <-chan struct{} { return p.done }

func one(state, status string, fraction float64, elapsed string) engine.Progress {
	return engine.Progress{State: state, Time: elapsed, VUs: 5, MaxVUs: 5, Complete: 4, Requests: 10, Elapsed: 2 * time.Second, Measured: 2 * time.Second,
		Scenarios: []engine.ScenarioProgress{{Name: "default", Status: status, Fraction: fraction, VUs: "5 VUs", Time: elapsed + "/2s"}}}
}

func TestFollow(t *testing.T) {
	t.Run("Quiet", func(t *testing.T) {
		var out bytes.Buffer
		done := make(chan struct{})
		close(done)
		newScreen("loadgen", &out, true, false).showProgress(&player{entries: []engine.Progress{one("ended", "done", 1, "2.0s")}, done: done})
		if out.Len() > 0 {
			t.Errorf("got %q, want nothing", &out)
		}
	})

	t.Run("NoTerminal", func(t *testing.T) {
		var out bytes.Buffer
		done := make(chan struct{})
		close(done)
		newScreen("loadgen", &out, false, false).showProgress(&player{entries: []engine.Progress{one("ended", "done", 1, "2.0s")}, done: done})
		want := "done (2.0s), 5/5 VUs, 4 complete and 0 interrupted iterations, 5.0 requests/s, 0 failed  default ✓ [ 100% ] 5 VUs  2.0s/2s\n"
		if got := out.String(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})

	t.Run("SeveralScenarios", func(t *testing.T) {
		var out bytes.Buffer
		p := one("running", "running", 0.5, "1.0s")
		p.Scenarios = append(p.Scenarios, engine.ScenarioProgress{Name: "buy", Status: "waiting", VUs: "waiting", Time: "1.0s"})
		newScreen("loadgen", &out, false, false).printProgress(p, 5)
		want := "running (1.0s), 5/5 VUs, 4 complete and 0 interrupted iterations, 5.0 requests/s, 0 failed\n" +
			"default   [  50% ] 5 VUs    1.0s/2s  \nbuy     • [   0% ] waiting  1.0s     \n\n"
		if got := out.String(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})

	t.Run("TerminalRedraws", func(t *testing.T) {
		var out bytes.Buffer
		s := &screen{name: "loadgen", w: &out, terminal: true}
		s.draw([]string{"a", "b"})
		s.notice("above")
		s.draw([]string{"c", "d"})
		s.leaveProgress()
		s.notice("below")
		got := replay(out.String())
		if want := []string{"loadgen: above", "c", "d", "loadgen: below"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got the lines %q, want %q", got, want)
		}
	})
}

func TestBar(t *testing.T) {
	s := &screen{w: &bytes.Buffer{}, terminal: true}
	for _, test := range []struct {
		name     string
		fraction float64
		texts    int
		want     string
	}{
		{"Begin", 0, 39, ">" + strings.Repeat("-", 39)},
		{"Half", 0.5, 39, strings.Repeat("=", 20) + ">" + strings.Repeat("-", 19)},
		{"End", 1, 39, strings.Repeat("=", 40)},
		{"Beyond", 1.5, 39, strings.Repeat("=", 40)},
		{"Narrow", 0.25, 68, "==>--------"},
		{"NoRoom", 0.33, 75, "  33% "},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := s.bar(test.fraction, test.texts); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestHeadlineFits(t *testing.T) {
	p := engine.Progress{State: "stopping", Time: "0h59m59.9s", VUs: 10_000, MaxVUs: 10_000, Complete: 123_456_789, Interrupted: 9, Failed: 1_234_567}
	var out bytes.Buffer
	(&screen{w: &out, terminal: true}).printProgress(p, 123_456)
	first, _, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(first, "1234567 failed") || len(first) >= 80 {
		t.Errorf("got %q, want what failed within 80 columns", first)
	}
}

func TestClip(t *testing.T) {
	s := &screen{w: &bytes.Buffer{}, terminal: true}
	got := s.clip([]string{strings.Repeat("é", 100), "short"})
	if len([]rune(got[0])) != 79 || got[1] != "short" {
		t.Errorf("got %q, want the first line cut to 79 columns", got)
	}
}

func TestMeter(t *testing.T) {
	var m requestRate
	for i, want := range []float64{10, 10, 10, 20, 20} {
		elapsed, requests := time.Duration(i+1)*time.Second, uint64(10*(i+1))
		if i >= 3 {
			requests = uint64(30 + 20*(i-2))
		}
		if got := m.add(engine.Progress{Elapsed: elapsed, Requests: requests}); got != want {
			t.Errorf("after %s: got %v requests/s, want %v", elapsed, got, want)
		}
	}
}

// replay is what stands on a terminal after a text with line feeds, carriage returns, "up" and "erase below".
func replay(text string) []string {
	lines, row, column := []string{""}, 0, 0
	for i := 0; i < len(text); {
		switch rest := text[i:]; {
		case strings.HasPrefix(rest, "\x1b["):
			end := strings.IndexFunc(rest[2:], func(r rune) bool { return r >= '@' && r <= '~' }) + 2
			n, _ := strconv.Atoi(rest[2:end])
			switch rest[end] {
			case 'A':
				row = max(0, row-max(n, 1))
			case 'J':
				lines = lines[:row+1]
				lines[row] = string([]rune(lines[row])[:min(column, len([]rune(lines[row])))])
			}
			i += end + 1
		case rest[0] == '\r':
			column, i = 0, i+1
		case rest[0] == '\n':
			if row++; row == len(lines) {
				lines = append(lines, "")
			}
			column, i = 0, i+1
		default:
			r := []rune(rest)[0]
			line := []rune(lines[row] + strings.Repeat(" ", max(0, column-len([]rune(lines[row])))))
			lines[row] = string(append(line[:column:column], r)) + string(line[min(column+1, len(line)):])
			column, i = column+1, i+len(string(r))
		}
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// At the end of a warm-up the requests are counted anew, and their rate with them.
func TestMeterAfterWarmup(t *testing.T) {
	var m requestRate
	const second = time.Second
	for _, step := range []struct {
		elapsed, measured time.Duration
		requests          uint64
		want              float64
	}{{second, second, 100, 100}, {2 * second, 2 * second, 200, 100}, {2500 * time.Millisecond, second / 2, 40, 80}, {3500 * time.Millisecond, 1500 * time.Millisecond, 140, 100}} {
		if got := m.add(engine.Progress{Elapsed: step.elapsed, Measured: step.measured, Requests: step.requests}); got != step.want {
			t.Errorf("at %v: got %v, want %v", step.elapsed, got, step.want)
		}
	}
}
