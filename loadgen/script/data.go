package script

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// In which order rows are taken (Data.Order).
const (
	Sequential = "sequential" // each iteration the next one, over all users, and round again
	Random     = "random"     // any
	PerVU      = "vu"         // each user has its own, by its number
	Shuffle    = "shuffle"    // each iteration another, over all users, in an order that is random in each round
)

// What is done when all rows have been taken (Data.OnEnd).
const (
	RepeatRows = "repeat" // round again
	StopAtEnd  = "stop"   // the iteration is not begun, and the scenario ends
)

// Data are rows that all virtual users share: a file, which is CSV with a line of column names or a JSON array, or Rows. Rows are
// objects, or single values: their column is "value", and the name of the data alone means it.
type Data struct {
	File  string          `json:"file,omitempty"`
	Rows  json.RawMessage `json:"rows,omitempty"`
	Order string          `json:"order,omitempty"` // Sequential
	OnEnd string          `json:"onEnd,omitempty"` // RepeatRows
}

// row has a value for each column.
type row []expression.Value

// rows are the content of one Data, read once.
type rows struct {
	name    string
	slot    int // in frame.rows
	columns []string
	// single says that the rows are values without names.
	single bool
	all    []row
	order  string
	stops  bool
	next   atomic.Uint64
	deck   deck
}

// plainColumn is the column of rows that are single values.
const plainColumn = "value"

func (r *rows) has(column string) bool { return slices.Contains(r.columns, column) }

// choose is the row for an iteration of vu; it is false when none is left.
func (r *rows) choose(vu *load.VU) (row, bool) {
	n := uint64(len(r.all))
	switch r.order {
	case Random:
		return r.all[vu.Rand().Uint64N(n)], true
	case PerVU:
		return r.all[uint64(max(vu.ID-1, 0))%n], true
	}
	i := r.next.Add(1) - 1
	if r.stops && i >= n {
		return nil, false
	}
	if r.order == Shuffle {
		return r.all[r.deck.card(i, n)], true
	}
	return r.all[i%n], true
}

// loadData reads all data.
func (c *compiler) loadData() {
	for _, name := range sortedKeys(c.script.Data) {
		r, err := c.script.Data[name].read(name, c.dir)
		if err != nil {
			c.fail("data."+name, "%w", err)
			continue
		}
		r.name, r.slot = name, len(c.program.data)
		r.deck.seed = func() uint64 { return c.program.test.Seed }
		c.program.data[name] = r
	}
}

func (d Data) read(name, dir string) (*rows, error) {
	if slices.Contains(reserved, name) || strings.ContainsAny(name, "${}.") {
		return nil, errors.New("data can't have this name")
	}
	if err := d.validate(); err != nil {
		return nil, err
	}
	r, err := d.parse(dir)
	switch {
	case err != nil:
		return nil, err
	case len(r.all) == 0 && d.File == "":
		return nil, errors.New("there are no rows")
	case len(r.all) == 0:
		return nil, fmt.Errorf("%s has no rows", d.File)
	}
	r.order, r.stops = cmp.Or(d.Order, Sequential), d.OnEnd == StopAtEnd
	return r, nil
}

// validate says what is wrong with the keys of d.
func (d Data) validate() error {
	switch {
	case d.Order != "" && !slices.Contains([]string{Sequential, Random, PerVU, Shuffle}, d.Order):
		return fmt.Errorf("order %q: want %s, %s, %s or %s", d.Order, Sequential, Random, PerVU, Shuffle)
	case d.OnEnd != "" && d.OnEnd != RepeatRows && d.OnEnd != StopAtEnd:
		return fmt.Errorf("onEnd %q: want %s or %s", d.OnEnd, RepeatRows, StopAtEnd)
	case d.OnEnd == StopAtEnd && (d.Order == Random || d.Order == PerVU):
		return fmt.Errorf("rows in the order %s have no end: take %s or %s, or leave onEnd out", d.Order, Sequential, Shuffle)
	case d.File == "" && d.Rows == nil:
		return errors.New(`"file" is missing: give it the name of a file of CSV, or of JSON; or write rows`)
	case d.File != "" && d.Rows != nil:
		return errors.New(`give one of "file" and "rows"`)
	}
	return nil
}

// parse reads the rows from where they are.
func (d Data) parse(dir string) (*rows, error) {
	if d.File == "" {
		r, err := parseJSON(d.Rows)
		if err != nil {
			return nil, fmt.Errorf("rows: %w", err)
		}
		return r, nil
	}
	text, err := file.Read(Path(dir, d.File), MaxData)
	if err == nil {
		text, err = file.Text(text)
	}
	if err != nil {
		return nil, err
	}
	parse := parseCSV
	if strings.EqualFold(filepath.Ext(d.File), ".json") {
		parse = parseJSON
	}
	r, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.File, err)
	}
	return r, nil
}
