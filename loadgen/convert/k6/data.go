package k6

import (
	"encoding/csv"
	"encoding/json"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/script"
)

// dataSource is where rows come from: a file, or the script itself.
type dataSource struct {
	name string // of the variable that has them
	file string // "" if they stand in the script
	rows *array
}

// row is a row of data that a script picked: its columns are names of the language.
type row struct {
	data string
	of   *array
}

// open reads a file. Its content is known here; where it is sent, the file names it.
func open(c *converter, at ast.Node, args []value) value {
	file0, ok := plainText(args0(args))
	if !ok || c.script.Open == nil {
		c.fail(at, "the file is known only in the test")
	}
	from := c.script.Name
	if c.at != nil {
		from = c.at.name
	}
	at2 := strings.TrimPrefix(filepath.ToSlash(file0), "file://")
	if !path.IsAbs(at2) {
		at2 = path.Join(path.Dir(filepath.ToSlash(from)), at2)
	}
	text, err := c.script.Open(filepath.FromSlash(at2))
	if err != nil {
		c.fail(at, "%v", err)
	}
	content := &fileContent{name: c.inDraft(at2), text: string(text), binary: len(args) > 1 && args[1] == "b"}
	if !content.binary {
		if plain, err := file.Text(text); err == nil {
			content.text = string(plain)
		}
	}
	return content
}

// inDraft is the name of a file as it stands in the draft, which lies beside the script.
func (c *converter) inDraft(name string) string {
	if path.IsAbs(name) {
		return name
	}
	rel, err := filepath.Rel(filepath.Dir(c.script.Name), filepath.FromSlash(name))
	if err != nil {
		return name
	}
	return filepath.ToSlash(rel)
}

// sharedArray is new SharedArray(name, function).
func sharedArray(c *converter, at ast.Node, args []value) value {
	if len(args) < 2 {
		c.fail(at, "SharedArray wants a name and a function")
	}
	a, ok := c.invoke(at, args[1], nil).(*array)
	if !ok {
		c.fail(at, "what SharedArray holds is known only in the test")
	}
	if a.from == nil {
		a.from = &dataSource{rows: a}
	}
	if name, ok := args[0].(string); ok {
		a.from.name = name
	}
	return a
}

// parseCSV is papaparse's.
func parseCSV(c *converter, at ast.Node, args []value) value {
	text, ok := plainText(args0(args))
	if !ok {
		c.fail(at, "papaparse is converted for files")
	}
	header, separator := false, ','
	if o, ok := argument(args, 1).(*object); ok {
		header, _ = truth(o.props["header"])
		if d, ok := o.props["delimiter"].(string); ok && len(d) == 1 {
			separator = rune(d[0])
		}
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = separator, -1
	lines, err := r.ReadAll()
	if err != nil {
		c.fail(at, "the file is no CSV: %v", err)
	}
	a := &array{}
	result := newObject()
	result.set("data", a)
	if !header {
		for _, line := range lines {
			a.items = append(a.items, &array{items: texts(line)})
		}
		return result
	}
	f, isFile := args0(args).(*fileContent)
	if isFile && separator == ',' && strings.EqualFold(path.Ext(f.name), ".csv") {
		a.from = &dataSource{file: f.name, rows: a}
	}
	for i, line := range lines {
		if i == 0 {
			continue
		}
		o := newObject()
		for j, text := range line {
			if j < len(lines[0]) {
				o.set(lines[0][j], text)
			}
		}
		a.items = append(a.items, o)
	}
	return result
}

func texts(all []string) []value {
	out := make([]value, len(all))
	for i, s := range all {
		out[i] = s
	}
	return out
}

// pickItem is an item of an array by a number that is known only in the test: a row of data, or one of a list.
func (c *converter) pickItem(at ast.Node, a *array, i *expr) value {
	n := len(a.items)
	if n == 0 {
		c.fail(at, "the list is empty")
	}
	order := orderOf(i, n)
	if order != "" && c.loops == 0 && c.block != nil && c.inside != inSetup && rows(a) {
		return c.pickRow(at, a, order)
	}
	if order == script.Random {
		return c.pickAtRandom(at, a)
	}
	if i.any(func(e *expr) bool { return e.op == opName && e.text == "iterationInTest" }) {
		c.fail(at, "the number of the iteration in the test is converted where it chooses a row of data")
	}
	if n > 1000 {
		c.fail(at, "data of %d rows is converted where they are chosen by chance, by the user or by the iteration in the test", n)
	}
	list := &expr{op: opList}
	for _, item := range a.items {
		list.args = append(list.args, c.itemExpr(at, item))
	}
	return index(list, i)
}

// itemExpr is an item as an expression: objects and arrays are JSON.
func (c *converter) itemExpr(at ast.Node, item value) *expr {
	switch item.(type) {
	case *object, *array:
		text, ok := staticJSON(item)
		if !ok {
			c.fail(at, "the items of the list are known only in the test")
		}
		return literal(text)
	}
	return c.exprOf(at, item)
}

// pickAtRandom is one of a list, another each time.
func (c *converter) pickAtRandom(at ast.Node, a *array) value {
	e := callTo("random.item", anything)
	for _, item := range a.items {
		e.args = append(e.args, c.itemExpr(at, item))
	}
	e.is = itemForm(a)
	if len(e.args) == 1 {
		if e.args[0].is == isText && itemForm(a) != isText {
			return a.items[0]
		}
		return e.args[0]
	}
	if itemForm(a) == anything { // members of it are looked at: it must be the same each time
		return c.keep(at, e, "item")
	}
	return e
}

// rows says whether items can be rows of data: objects that are known, or values that are.
func rows(a *array) bool {
	if !isStatic(a) {
		return false
	}
	objects := 0
	for _, item := range a.items {
		switch o := item.(type) {
		case *object:
			objects++
			if slices.ContainsFunc(o.keys, func(k string) bool { return k == "" || strings.ContainsAny(k, "${}.") }) {
				return false
			}
		case string, float64:
		default:
			return false
		}
	}
	return objects == len(a.items) || objects == 0 && a.from != nil
}

// orderOf is in which order an index chooses rows: "" if it is none of those of data.
func orderOf(i *expr, n int) string {
	length := float64(n)
	switch {
	case i.op == opCall && i.text == "random.int" && i.args[0].value == 0.0 && i.args[1].value == length-1:
		return script.Random
	case i.op == opName && i.text == "iterationInTest", isRemainder(i, length) && i.args[0].op == opName && i.args[0].text == "iterationInTest":
		return script.Sequential
	case isVU(i), isRemainder(i, length) && isVU(i.args[0]):
		return script.PerVU
	}
	return ""
}

func isRemainder(e *expr, of float64) bool {
	return e.op == opBinary && e.text == "%" && e.args[1].op == opLiteral && e.args[1].value == of
}

// isVU says whether e is the number of the user, from 0.
func isVU(e *expr) bool {
	return e.op == opBinary && e.text == "-" && e.args[0].op == opName && e.args[0].text == "vu" && e.args[1].value == 1.0
}

// pickRow is a row of data for this iteration.
func (c *converter) pickRow(at ast.Node, a *array, order string) value {
	source := a.from
	if source == nil {
		source = &dataSource{rows: a}
	}
	name0 := source.name
	if name0 == "" {
		name0 = "rows"
	}
	name0 = c.unusedName(name0)
	d := script.Data{File: source.file, Order: order}
	if order == script.Sequential {
		d.Order = ""
	}
	if source.file == "" || len(source.rows.items) != len(a.items) {
		text, _ := staticJSON(a)
		d.File, d.Rows = "", json.RawMessage(text)
	}
	if c.draft.Script.Data == nil {
		c.draft.Script.Data = map[string]script.Data{}
	}
	c.draft.Script.Data[name0] = d
	c.did(func() { delete(c.draft.Script.Data, name0) })
	if _, ok := a.items[0].(*object); !ok {
		return name(name0, itemForm(a))
	}
	return &row{name0, a}
}

// column is a column of a row.
func (c *converter) column(at ast.Node, r *row, key string) value {
	is := anything
	for _, item := range r.of.items {
		o, _ := item.(*object)
		v, ok := o.get(key)
		if !ok {
			c.fail(at, "not every row of the data has %s", key)
		}
		switch v.(type) {
		case string:
			is = isText
		case *object, *array, bool, nil:
			is = anything
		}
	}
	if !plainName.MatchString(key) {
		return index(name(r.data, anything), literal(key))
	}
	return name(r.data+"."+key, is)
}

// finishData drops what is empty.
func (c *converter) finishData() {
	if len(c.draft.Script.Data) == 0 {
		c.draft.Script.Data = nil
	}
}
