package k6

// scope holds the variables of a block.
type scope struct {
	parent *scope
	vars   map[string]*variable
	// call is the call that the block belongs to.
	call *call
}

// variable is one of the script's.
type variable struct {
	name     string
	value    value
	constant bool
	// module says that it stands outside of all functions, so that each user keeps it from one iteration to the next.
	module bool
	// ready says that its declaration has been passed.
	ready bool
}

func newScope(parent *scope) *scope {
	s := &scope{parent: parent, vars: map[string]*variable{}}
	if parent != nil {
		s.call = parent.call
	}
	return s
}

func (s *scope) find(name string) *variable {
	for at := s; at != nil; at = at.parent {
		if v, ok := at.vars[name]; ok {
			return v
		}
	}
	return nil
}

// cell is the value of a variable that lives in the test: giving it another is a step.
type cell struct {
	name string
	is   form
	// kept says that each user keeps it from one iteration to the next.
	kept bool
}

// place is where a value is kept: a variable, a property, the items of an array.
type place interface {
	load() value
	store(v value)
}

type variablePlace struct{ v *variable }

func (p variablePlace) load() value   { return p.v.value }
func (p variablePlace) store(v value) { p.v.value = v }

type propertyPlace struct {
	of  *object
	key string
}

func (p propertyPlace) load() value {
	if v, ok := p.of.props[p.key]; ok {
		return v
	}
	return absent{}
}

func (p propertyPlace) store(v value) {
	if _, gone := v.(absent); gone {
		p.of.remove(p.key)
		return
	}
	p.of.set(p.key, v)
}

// absent is the value of a property that is not there.
type absent struct{}

type itemsPlace struct{ of *array }

func (p itemsPlace) load() value   { return itemList(p.of.items) }
func (p itemsPlace) store(v value) { p.of.items, _ = v.(itemList) }

// itemList are the items of an array at one time.
type itemList []value

// change is one entry of the journal: how it is taken back. A change of state is that of a place; others are steps that were made.
type change struct {
	undo  func()
	place place
	to    value
}

// set puts v at p, and notes it in the journal.
func (c *converter) set(p place, v value) {
	before := p.load()
	p.store(v)
	c.journal = append(c.journal, change{undo: func() { p.store(before) }, place: p, to: v})
}

// did notes how something that was done is taken back.
func (c *converter) did(undo func()) { c.journal = append(c.journal, change{undo: undo}) }

// back takes back all since mark.
func (c *converter) back(mark int) {
	for i := len(c.journal) - 1; i >= mark; i-- {
		c.journal[i].undo()
	}
	c.journal = c.journal[:mark]
}

// changes are the places that changed since mark, with what is there now, in the order of the first change of each.
type changes struct {
	places []place
	values map[place]value
}

// takeState takes back the changes of state since mark, but leaves the steps that were made, and returns the changes.
func (c *converter) takeState(mark int) changes {
	found := changes{values: map[place]value{}}
	var kept []change
	for i := mark; i < len(c.journal); i++ {
		one := c.journal[i]
		if one.place == nil {
			kept = append(kept, one)
			continue
		}
		if _, seen := found.values[one.place]; !seen {
			found.places = append(found.places, one.place)
		}
		found.values[one.place] = one.to
	}
	for i := len(c.journal) - 1; i >= mark; i-- {
		if c.journal[i].place != nil {
			c.journal[i].undo()
		}
	}
	c.journal = append(c.journal[:mark], kept...)
	return found
}
