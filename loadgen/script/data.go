package script

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"example.com/foobar/loadgen/load"
)

// In which order rows are taken (Data.Order).
const (
	Sequential = "sequential" // each iteration the next one, over all users, and round again
	Random     = "random"     // any
	PerVU      = "vu"         // each user has its own, by its number
)

// Data is a file of rows that all virtual users share: CSV with a line of column names, or a JSON array of objects.
type Data struct {
	File  string `json:"file"`
	Order string `json:"order,omitempty"` // Sequential
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
			return nil, fmt.Errorf("data.%s: %w", name, err)
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
	text, err := os.ReadFile(within(dir, d.File))
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
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil || len(lines) == 0 {
		return &rows{}, err
	}
	r := &rows{columns: lines[0]}
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
	var objects []map[string]json.RawMessage
	if err := json.Unmarshal(text, &objects); err != nil {
		return nil, fmt.Errorf("want an array of objects: %w", err)
	}
	r := &rows{}
	for i, object := range objects {
		one := make(row, len(object))
		for key, value := range object {
			one[key] = plain(value)
		}
		if i == 0 {
			r.columns = sortedKeys(object)
		}
		r.columns = slices.DeleteFunc(r.columns, func(c string) bool { _, ok := object[c]; return !ok })
		r.all = append(r.all, one)
	}
	return r, nil
}

func plain(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}
