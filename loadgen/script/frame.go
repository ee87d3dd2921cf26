package script

import (
	"math/rand/v2"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/load"
)

// frame is what a user knows of a script: an iteration's values, and what stays from one to the next. It belongs to one goroutine.
type frame struct {
	vu      *load.VU
	program *program
	// vars are the values of variables by slot, kept those that an iteration begins with, of setup and once.
	vars, kept []expression.Value
	// done says which of the script's once were done.
	done []bool
	// rows are the iteration's of each data.
	rows []row
	// index is the number of the round of the loop that is the innermost, from 0.
	index int
	// response is the last one, nil when there was none in this iteration.
	response *load.Response
	// drafts are the requests with variables, by slot, and buffer is where their texts are written.
	drafts []*load.Request
	bodies [][]byte
	buffer []byte
}

// Rand is where random numbers come from. It implements expression.Env.
func (f *frame) Rand() *rand.Rand { return f.vu.Rand() }

// newFrame is a user's, who knows what setup set.
func (p *program) newFrame(vu *load.VU) frame {
	f := frame{vu: vu, program: p, vars: make([]expression.Value, len(p.names)), kept: make([]expression.Value, len(p.names)), done: make([]bool, p.onces),
		rows: make([]row, len(p.data)), drafts: make([]*load.Request, p.drafts), bodies: make([][]byte, p.drafts)}
	if shared := p.shared.Load(); shared != nil {
		copy(f.kept, *shared)
	}
	return f
}

// begin begins an iteration: it takes a row of each data that is used. It is false when one has no row left.
func (f *frame) begin(used []*rows) bool {
	for _, slot := range f.program.sticky {
		if f.vars[slot].IsSet() {
			f.kept[slot] = f.vars[slot]
		}
	}
	copy(f.vars, f.kept)
	f.index, f.response = 0, nil
	for _, data := range used {
		r, ok := data.choose(f.vu)
		if !ok {
			return false
		}
		f.rows[data.slot] = r
	}
	return true
}

// act is a compiled step. It returns an error to end the iteration as failed.
type act func(f *frame) error

func perform(f *frame, acts []act) error {
	for _, a := range acts {
		if err := a(f); err != nil {
			return err
		}
	}
	return nil
}
