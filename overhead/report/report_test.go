package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/perf/benchfmt"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/specimen"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// mustAnalysis is of a specimen with one void run and a budget.
func mustAnalysis(tb testing.TB, preset string, rounds int) *analysis.Analysis {
	tb.Helper()
	f := specimen.MustRecord(tb, preset, rounds)
	f.Runs[1].Gates = append(f.Runs[1].Gates, record.Gate{Name: "received", Shown: "8,388 of 9,000 spans exported arrived, 612 dropped (queue_full)"})
	a := analysis.Of(f)
	limits, err := analysis.ParseBudget("cpu<=+90%,allocs<=+130")
	if err != nil {
		tb.Fatal(err)
	}
	a.Spend(limits)
	return a
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		out, _ := exec.Command("diff", "-u", path, file).CombinedOutput()
		t.Errorf("%s differs (rewrite with -update):\n%s", path, out)
	}
}

func render(t *testing.T, draw func(io.Writer, *analysis.Analysis) error, a *analysis.Analysis) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := draw(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		preset string
		rounds int
	}{{"ladder", 10}, {"quick", 6}, {"seed", 6}} {
		t.Run(c.preset, func(t *testing.T) {
			got := render(t, Text, mustAnalysis(t, c.preset, c.rounds))
			for _, line := range strings.Split(string(got), "\n") {
				if n := utf8.RuneCountInString(line); n > Width {
					t.Errorf("%d columns: %s", n, line)
				}
			}
			golden(t, c.preset+".txt", got)
		})
	}
	t.Run("OneRound", func(t *testing.T) {
		if got := render(t, Text, analysis.Of(specimen.MustRecord(t, "quick", 1))); bytes.Contains(got, []byte("NaN")) {
			t.Errorf("NaN in:\n%s", got)
		}
	})
	t.Run("NothingMeasured", func(t *testing.T) {
		if got := render(t, Text, analysis.Of(specimen.MustRecord(t, "quick", 0))); !bytes.Contains(got, []byte("no valid run")) {
			t.Errorf("got:\n%s", got)
		}
	})
}

func TestMarkdown(t *testing.T) {
	golden(t, "seed.md", render(t, Markdown, mustAnalysis(t, "seed", 6)))
}

func TestJSON(t *testing.T) {
	var got struct {
		Schema int
		Cases  []struct{ Name string }
		Budget struct{ State string }
	}
	if err := json.Unmarshal(render(t, JSON, mustAnalysis(t, "quick", 3)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Schema != record.Schema || len(got.Cases) != 3 || got.Budget.State == "" {
		t.Errorf("got %+v", got)
	}
}

func TestBench(t *testing.T) {
	text := render(t, Bench, mustAnalysis(t, "ladder", 10))
	t.Run("ReadByBenchfmt", func(t *testing.T) {
		reader := benchfmt.NewReader(bytes.NewReader(text), "benchmark.txt")
		n := 0
		for reader.Scan() {
			switch r := reader.Result().(type) {
			case *benchfmt.Result:
				n++
			case *benchfmt.SyntaxError:
				t.Fatal(r)
			}
		}
		if err := reader.Err(); err != nil {
			t.Fatal(err)
		}
		if n < 8*10*3 {
			t.Errorf("%d lines", n)
		}
	})
	t.Run("ReadByBenchstat", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "benchmark.txt")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("go", "tool", "benchstat", "-col", "/case@(off tail-20)", "-filter", "/process:foo .unit:(allocs/op OR cpu-ns/op)", file).CombinedOutput()
		if err != nil {
			t.Fatalf("benchstat: %v\n%s", err, out)
		}
		for _, want := range []string{"allocs/op", "cpu-sec/op", "+175", "p=0.000"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("no %q in:\n%s", want, out)
			}
		}
	})
}

func TestPictures(t *testing.T) {
	files, err := Pictures(mustAnalysis(t, "ladder", 10))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(files), 3+2*4; got != want {
		t.Errorf("%d pictures, want %d", got, want)
	}
	for name, content := range files {
		decoder := xml.NewDecoder(bytes.NewReader(content))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if name != "cost.svg" && !bytes.Contains(content, []byte(">head-100</text>")) {
			t.Errorf("%s has no legend", name)
		}
	}
}

func TestHTML(t *testing.T) {
	got := string(render(t, HTML, mustAnalysis(t, "ladder", 10)))
	for _, want := range []string{`id="cost"`, `id="rounds"`, `id="latency"`, `id="cpu-foo"`, `id="rss-collector"`, `id="ledger"`, `id="details"`, "var(--ink)", "traces kept"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	for _, never := range []string{"http://", "https://", "<script", "@import", "NaN", "url("} {
		rest := strings.ReplaceAll(got, `xmlns="http://www.w3.org/2000/svg"`, "")
		if i := strings.Index(rest, never); i >= 0 {
			t.Errorf("%q in the page: %s", never, rest[max(0, i-80):min(len(rest), i+120)])
		}
	}
}
