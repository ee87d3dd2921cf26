package script

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

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
type row map[string]string

// rows are the content of one Data, read once.
type rows struct {
	columns []string
	all     []row
	order   string
	next    atomic.Uint64
}

func (r *rows) has(column string) bool { return slices.Contains(r.columns, column) }

// choose is the row for an iteration of vu.
func (r *rows) choose(vu *load.VU) row {
	n := uint64(len(r.all))
	switch r.order {
	case Random:
		return r.all[rand.Uint64N(n)]
	case PerVU:
		return r.all[uint64(max(vu.ID-1, 0))%n]
	}
	return r.all[(r.next.Add(1)-1)%n]
}

func loadData(all map[string]Data, dir string) (map[string]*rows, error) {
	out := map[string]*rows{}
	for _, name := range sortedKeys(all) {
		r, err := all[name].read(name, dir)
		if err != nil {
			return nil, load.OptionErrors{{Path: "data." + name, Err: err}}
		}
		out[name] = r
	}
	return out, nil
}

func (d Data) read(name, dir string) (*rows, error) {
	if name == "env" || name == "" || strings.ContainsAny(name, "${}.") {
		return nil, errors.New("data can't have this name")
	}
	if d.Order == "" {
		d.Order = Sequential
	}
	if !slices.Contains([]string{Sequential, Random, PerVU}, d.Order) {
		return nil, fmt.Errorf("order %q: want %s, %s or %s", d.Order, Sequential, Random, PerVU)
	}
	if d.File == "" {
		return nil, errors.New(`"file" is missing: give it the name of a file of CSV, or of JSON`)
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
	if len(r.all) == 0 {
		return nil, fmt.Errorf("%s has no rows", d.File)
	}
	r.order = d.Order
	return r, nil
}

func parseCSV(text []byte) (*rows, error) {
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) == 0 {
		return &rows{}, err
	}
	r := &rows{columns: lines[0]}
	for i, column := range r.columns {
		if column != "" && slices.Contains(r.columns[:i], column) {
			return nil, fmt.Errorf("the column %q is there twice: give one of them another name", column)
		}
	}
	for _, line := range lines[1:] {
		one := make(row, len(line))
		for i, value := range line {
			one[r.columns[i]] = value
		}
		r.all = append(r.all, one)
	}
	return r, nil
}

// parseJSON takes strings as they are and other values as JSON. Only what every row has is a column.
func parseJSON(text []byte) (*rows, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("is not UTF-8: save the file in that encoding")
	}
	r := &rows{}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := expect(d, '['); err != nil {
		return nil, err
	}
	for d.More() {
		one, columns, err := jsonRow(d)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", len(r.all)+1, err)
		}
		if len(r.all) == 0 {
			r.columns = columns
		}
		r.columns = slices.DeleteFunc(r.columns, func(c string) bool { _, ok := one[c]; return !ok })
		r.all = append(r.all, one)
	}
	if err := expect(d, ']'); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the array of objects")
	}
	return r, nil
}

// jsonRow reads one object, and its keys in their order.
func jsonRow(d *json.Decoder) (one row, columns []string, err error) {
	if err := expect(d, '{'); err != nil {
		return nil, nil, err
	}
	one = row{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		key, _ := token.(string)
		if _, twice := one[key]; twice {
			return nil, nil, fmt.Errorf("the key %q is there twice: give one of them another name", key)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, nil, err
		}
		one[key], columns = plain(value), append(columns, key)
	}
	return one, columns, expect(d, '}')
}

func expect(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && token != want {
		err = fmt.Errorf("got %v", token)
	}
	if err != nil {
		return fmt.Errorf("want an array of objects: %w", err)
	}
	return nil
}

func plain(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}
