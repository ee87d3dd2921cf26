package report

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""}, {"one", 10, "one"}, {"one two", 7, "one two"}, {"one two", 6, "one/two"}, {"  one   two  ", 20, "one two"},
		{"unbreakable words", 3, "unbreakable/words"}, {"±± ±± ±±", 5, "±± ±±/±±"},
	} {
		if got := strings.Join(wrap(c.text, c.width), "/"); got != c.want {
			t.Errorf("%q in %d: got %q, want %q", c.text, c.width, got, c.want)
		}
	}
	t.Run("LosesNothing", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for range 300 {
			text := ""
			for range rng.IntN(30) {
				text += strings.Repeat("µ", 1+rng.IntN(12)) + " "
			}
			width := 12 + rng.IntN(60)
			lines := wrap(text, width)
			if strings.Join(lines, " ") != strings.Join(strings.Fields(text), " ") {
				t.Fatalf("%q became %q", text, lines)
			}
			for _, line := range lines {
				if utf8.RuneCountInString(line) > width {
					t.Fatalf("%q is wider than %d", line, width)
				}
			}
		}
	})
}

// grid is a table of so many columns, each so wide.
func grid(columns, width int) table {
	t := table{Title: "a grid", Header: []string{"case"}, Rows: [][]string{{"off"}, {"head-100"}}}
	for i := range columns {
		t.Header = append(t.Header, "c"+strings.Repeat("x", i%5))
		for j := range t.Rows {
			t.Rows[j] = append(t.Rows[j], strings.Repeat("1", width))
		}
	}
	return t
}

// Each column of a table that is folded appears once, beside the first, within the width.
func TestFold(t *testing.T) {
	for _, of := range [][2]int{{1, 5}, {4, 20}, {9, 12}, {30, 9}, {12, 60}, {3, 150}} {
		whole := grid(of[0], of[1])
		var header []string
		for _, part := range fold(whole) {
			header = append(header, part.Header[1:]...)
			if part.Header[0] != "case" || len(part.Rows) != 2 || part.Rows[1][0] != "head-100" || len(part.Rows[1]) != len(part.Header) {
				t.Errorf("%v: a part is %+v", of, part)
			}
			width := 2
			for i, w := range columns(part) {
				if width += w; i > 0 {
					width += 2
				}
			}
			if width > Width && len(part.Header) > 2 {
				t.Errorf("%v: %d columns wide", of, width)
			}
		}
		if !slices.Equal(header, whole.Header[1:]) {
			t.Errorf("%v: got the columns %q, want %q", of, header, whole.Header[1:])
		}
	}
	t.Run("SentencesStay", func(t *testing.T) {
		whole := grid(30, 9)
		whole.Sentences = true
		if got := fold(whole); len(got) != 1 {
			t.Errorf("%d parts", len(got))
		}
	})
}

func TestWriteTable(t *testing.T) {
	for _, c := range []struct {
		name string
		t    table
		want string
	}{
		{"Numbers", table{Title: "numbers", Header: []string{"case", "µs", "B"}, Rows: [][]string{{"off", "1.0", "12"}, {"head-100", "±10", "-"}}}, `
  numbers
  case       µs   B
  off       1.0  12
  head-100  ±10   -
`},
		{"Notes", table{Title: "notes", Header: []string{"case", "n"}, Rows: [][]string{{"off", "-"}}, Notes: []string{"-: not measured.", "And more."}}, `
  notes
  case  n
  off   -
    -: not measured.
    And more.
`},
		{"Names", table{Title: "names", Header: []string{"limit", "case", "found"}, Rows: [][]string{{"cpu", "a", "1"}, {"allocs", "head-100", "23"}}, Names: 1}, `
  names
  limit   case      found
  cpu     a             1
  allocs  head-100     23
`},
		{"Sentences", table{Title: "sentences", Header: []string{"round", "reason"}, Sentences: true,
			Rows: [][]string{{"1", strings.Repeat("nine-long ", 13)}, {"12", ""}}}, `
  sentences
  round  reason
  1      nine-long nine-long nine-long nine-long nine-long nine-long nine-long nine-long nine-long nine-long nine-long
         nine-long nine-long
  12
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			writeTable(&b, c.t)
			if got := "\n" + b.String(); got != c.want {
				t.Errorf("got:%s\nwant:%s", got, c.want)
			}
		})
	}
}

// No line of the text ends in a space, and each table's rows have as many cells as its header.
func TestLayout(t *testing.T) {
	for _, preset := range []string{"quick", "ladder", "seed"} {
		a := mustAnalysis(t, preset, 6)
		for i, line := range strings.Split(string(render(t, Text, a)), "\n") {
			if strings.TrimRight(line, " \t") != line {
				t.Errorf("%s: line %d ends in a space: %q", preset, i+1, line)
			}
		}
		d := compose(a)
		for _, table := range append(append([]table{*d.Budget}, d.Tables...), d.Details...) {
			if table.Title == "" || len(table.Rows) == 0 {
				t.Errorf("%s: a table %q of %d rows", preset, table.Title, len(table.Rows))
			}
			for _, row := range table.Rows {
				if len(row) != len(table.Header) {
					t.Errorf("%s, %s: %d cells below %d titles: %q", preset, table.Title, len(row), len(table.Header), row)
				}
			}
		}
	}
}
