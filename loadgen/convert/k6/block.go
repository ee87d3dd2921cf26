package k6

import (
	"slices"

	"example.com/foobar/loadgen/script"
)

// block is a list of steps in the making.
type block struct{ steps []*step }

// step is one in the making.
type step struct {
	script.Step
	// Where its lists of steps come from, in place of those of the Step.
	requests, otherwise, once *block
	batch                     []*step
	line                      int
	// comment is what stands above it.
	comment string
	// sent says that it is a request or a batch, and so has a response.
	sent bool
	// test is its condition. isFirst says that it gives variables their first values.
	test    *expr
	isFirst bool
	// behind says that it keeps pieces of a response behind a loop or a condition.
	behind bool
}

// finish makes the steps of b. Steps without anything in them are left out.
func (b *block) finish() []script.Step {
	if b == nil {
		return nil
	}
	var steps []script.Step
	for _, s := range b.steps {
		if one, ok := s.finish(); ok {
			steps = append(steps, one)
		}
	}
	return steps
}

func (s *step) finish() (script.Step, bool) {
	one := s.Step
	one.Comment = s.comment
	one.Requests, one.Else, one.Once = s.requests.finish(), s.otherwise.finish(), s.once.finish()
	for _, b := range s.batch {
		if done, ok := b.finish(); ok {
			one.Batch = append(one.Batch, done)
		}
	}
	switch {
	case s.once != nil && !works(one.Once), s.requests != nil && s.otherwise == nil && !works(one.Requests):
		return comments(one)
	case s.otherwise != nil && !works(one.Requests) && !works(one.Else):
		return comments(one)
	case s.otherwise != nil && !works(one.Requests):
		one.If = not(s.test).String()
		one.Requests, one.Else = one.Else, nil
	case s.otherwise != nil && !works(one.Else):
		one.Else = nil
	}
	return one, true
}

// works says whether a list has a step that does something.
func works(steps []script.Step) bool {
	return slices.ContainsFunc(steps, func(s script.Step) bool { return !onlyComment(s) })
}

// comments is what is left of a step in which nothing is done: its comments, in one.
func comments(s script.Step) (script.Step, bool) {
	all := s.Comment
	for _, within := range s.Within() {
		for _, one := range *within {
			if all != "" && one.Comment != "" {
				all += "\n"
			}
			all += one.Comment
		}
	}
	return script.Step{Comment: all}, all != ""
}

func onlyComment(s script.Step) bool {
	return len(s.Kinds()) == 0 && s.Checks == nil && s.Record == nil && s.Think == "" && s.Else == nil
}

// last is the last step of b, nil if it has none.
func (b *block) last() *step {
	if len(b.steps) == 0 {
		return nil
	}
	return b.steps[len(b.steps)-1]
}

// add adds a step to the block that is being made.
func (c *converter) add(s *step) *step {
	if c.block == nil {
		c.fail(nil, "it does something before the test begins, where only values can be prepared")
	}
	if c.made++; c.made > maxSteps {
		c.fail(nil, "it comes to more than %d steps", maxSteps)
	}
	b := c.block
	before := b.steps
	b.steps = append(slices.Clip(b.steps), s)
	c.did(func() { b.steps = before })
	return s
}

// maxSteps bounds what is made of a script.
const maxSteps = 5000

// into makes steps in b while f runs.
func (c *converter) into(b *block, f func()) {
	outer := c.block
	c.block = b
	defer func() { c.block = outer }()
	f()
}

// works says whether b has a step that does something.
func (b *block) works() bool { return works(b.finish()) }
