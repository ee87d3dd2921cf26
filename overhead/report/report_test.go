package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/perf/benchfmt"
	"gonum.org/v1/plot"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// mustAnalysis is of a record with one void run and a budget.
func mustAnalysis(tb testing.TB, preset string, rounds int) *analysis.Analysis {
	tb.Helper()
	f := recordtest.InMemory(tb, preset, rounds)
	f.Runs[1].Gates = append(f.Runs[1].Gates, record.Gate{Name: "received", Shown: "8,388 of 9,000 spans exported arrived, 612 dropped (queue_full)"})
	a := analysis.New(f)
	limits, err := analysis.ParseBudget("cpu<=+90%,allocs<=+130")
	if err != nil {
		tb.Fatal(err)
	}
	a.Spend(limits)
	return a
}

// drawings are all formats.
var drawings = map[string]func(io.Writer, *analysis.Analysis) error{
	"text": Text, "markdown": Markdown, "brief": Brief, "json": JSON, "bench": Bench, "html": HTML,
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
		if got := render(t, Text, analysis.New(recordtest.InMemory(t, "quick", 1))); bytes.Contains(got, []byte("NaN")) {
			t.Errorf("NaN in:\n%s", got)
		}
	})
	t.Run("NothingMeasured", func(t *testing.T) {
		if got := render(t, Text, analysis.New(recordtest.InMemory(t, "quick", 0))); !bytes.Contains(got, []byte("no valid run")) {
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
		legend := bytes.Contains(content, []byte(">off</text>"))
		if line := name != "rounds.svg" && name != "cost.svg" && !strings.Contains(name, "collector"); legend != line {
			t.Errorf("%s has a line of off: %v, and names it: %v", name, line, legend)
		}
	}
	t.Run("TextIsRead", func(t *testing.T) {
		size := regexp.MustCompile(`font-size[:=]"?([\d.]+)`)
		for name, content := range files {
			var width float64
			fmt.Sscanf(string(content[bytes.Index(content, []byte("viewBox=")):]), `viewBox="0 0 %f`, &width)
			shown := 500.0
			if width < 400 {
				shown = 320
			}
			for _, m := range size.FindAllStringSubmatch(string(content), -1) {
				if n, err := strconv.ParseFloat(m[1], 64); err != nil || n*shown/width < 10.5 {
					t.Errorf("%s, %.0f wide: text of %s is %.1f pixels at %.0f", name, width, m[1], n*shown/width, shown)
				}
			}
		}
	})
}

func TestPaint(t *testing.T) {
	seen := map[string]int{}
	for i := range 60 {
		c := cssOf(i)
		if j, ok := seen[c]; ok {
			t.Errorf("cases %d and %d share %s", j, i, c)
		}
		seen[c] = i
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{
		{-7, 12, "-5 0 5 10"},
		{-5.3, 64.2, "0 20 40 60"},
		{0, 1, "0 0.2 0.4 0.6 0.8 1"},
		{-0.013, 0.002, "-0.01 -0.005 0"},
		{3, 3.9, "3 3.2 3.4 3.6 3.8"},
		{-2, 11, "-2 0 2 4 6 8 10"},
		{1, 1, ""},
		{math.Inf(-1), 1, ""},
	} {
		var got []string
		for _, tick := range (numbers{}).Ticks(c.lo, c.hi) {
			got = append(got, tick.Label)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v to %v: got %q, want %q", c.lo, c.hi, strings.Join(got, " "), c.want)
		}
	}
	t.Run("ZeroIsAmongThem", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for range 1000 {
			scale := math.Pow(10, 12*rng.Float64()-6)
			lo, hi := -scale*rng.Float64(), scale*rng.Float64()
			ticks := numbers{}.Ticks(lo, hi)
			if len(ticks) < 3 || len(ticks) > 11 || !slices.ContainsFunc(ticks, func(k plot.Tick) bool { return k.Value == 0 }) {
				t.Fatalf("%v to %v: %v", lo, hi, ticks)
			}
		}
	})
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
