package script

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"example.com/foobar/loadgen/expression"
)

// parseCSV takes all values as texts.
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
			one[i] = expression.TextOf(value)
		}
		r.all = append(r.all, one)
	}
	return r, nil
}

// parseJSON takes a list of objects, of which only what every one has is a column, or of other values.
func parseJSON(text []byte) (*rows, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("is not UTF-8: save the file in that encoding")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := expect(d, '['); err != nil {
		return nil, err
	}
	j := &jsonRows{}
	for d.More() {
		var value json.RawMessage
		err := d.Decode(&value)
		if err == nil {
			err = j.add(value)
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", len(j.all)+1, err)
		}
	}
	if err := expect(d, ']'); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the array")
	}
	return j.rows(), nil
}

// jsonRows gathers the rows of a list in JSON, each by its names.
type jsonRows struct {
	columns []string
	all     []map[string]expression.Value
	objects int
}

func (j *jsonRows) add(value json.RawMessage) error {
	one, columns := map[string]expression.Value{plainColumn: expression.JSONOf(string(value))}, []string{plainColumn}
	if value[0] == '{' {
		j.objects++
		var err error
		if one, columns, err = jsonRow(value); err != nil {
			return err
		}
	}
	if len(j.all) == 0 {
		j.columns = columns
	}
	if j.objects != 0 && j.objects != len(j.all)+1 {
		return errors.New("want an array of objects, or of other values: it has both")
	}
	j.all = append(j.all, one)
	j.columns = slices.DeleteFunc(j.columns, func(c string) bool { _, has := one[c]; return !has })
	return nil
}

func (j *jsonRows) rows() *rows {
	r := &rows{columns: j.columns, single: j.objects == 0}
	for _, one := range j.all {
		values := make(row, len(j.columns))
		for i, column := range j.columns {
			values[i] = one[column]
		}
		r.all = append(r.all, values)
	}
	return r
}

// jsonRow reads one object, and its keys in their order.
func jsonRow(object json.RawMessage) (one map[string]expression.Value, columns []string, err error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if err := expect(d, '{'); err != nil {
		return nil, nil, err
	}
	one = map[string]expression.Value{}
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
		one[key], columns = expression.JSONOf(string(value)), append(columns, key)
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
