package script

import (
	"io"
	"os"
	"sync/atomic"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/load"
)

// Compiled is a script ready for a load.Test.
type Compiled struct {
	Exec      load.Func
	Functions map[string]load.Func
	// Setup and Teardown are nil when the script has none.
	Setup    func(vu *load.VU) (any, error)
	Teardown func(vu *load.VU) error

	program *program
}

// program is what all functions of a compiled script share.
type program struct {
	// names are those of the variables, by slot.
	names []string
	slots map[string]int
	// onces and drafts count what each user has one of.
	onces, drafts int
	data          map[string]*rows
	metrics       map[string]*metric
	frames        load.PerUser[frame]
	// sticky are the variables that are set within a once: what an iteration leaves in them, the next one finds.
	sticky []int
	// shared is what setup set, nil before.
	shared atomic.Pointer[[]expression.Value]
	log    io.Writer
	test   *load.Test
}

func newProgram() *program {
	p := &program{slots: map[string]int{}, data: map[string]*rows{}, metrics: map[string]*metric{}, log: os.Stderr, test: &load.Test{}}
	p.frames.New = p.newFrame
	return p
}

// slot is where the variable of that name is kept.
func (p *program) slot(name string) int {
	if i, ok := p.slots[name]; ok {
		return i
	}
	p.slots[name] = len(p.names)
	p.names = append(p.names, name)
	return p.slots[name]
}

// Into makes what the script says what t does, and declares the script's metrics. Log steps write to log; nil is standard error.
func (c *Compiled) Into(t *load.Test, log io.Writer) {
	t.Exec, t.Functions, t.Setup, t.Teardown = c.Exec, c.Functions, c.Setup, c.Teardown
	for _, name := range sortedKeys(c.program.metrics) {
		c.program.metrics[name].declare(t)
	}
	if c.program.test = t; log != nil {
		c.program.log = log
	}
}
