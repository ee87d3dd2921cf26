package k6

import (
	"math"
	"time"

	"github.com/dop251/goja/ast"

	"example.com/foobar/loadgen/script"
)

// sleep is a pause: behind the request before it, or a step of its own.
func sleep(c *converter, at ast.Node, args []value) value {
	think := c.think(at, args0(args))
	if think == "" {
		return undefined{}
	}
	if s := c.block.lastOf(); s != nil && thinks(s) {
		before := s.Think
		s.Think = think
		c.did(func() { s.Think = before })
		return undefined{}
	}
	s := &step{line: c.line(at)}
	s.Think = think
	c.add(s)
	return undefined{}
}

// lastOf is the last step of b, nil if there is none, or no block.
func (b *block) lastOf() *step {
	if b == nil {
		return nil
	}
	return b.last()
}

// thinks says whether a pause can be a key of s. What is looked at of a response behind it needs no other step.
func thinks(s *step) bool {
	return s.Think == "" && s.If == "" && (s.sent || s.Group != "")
}

func (c *converter) think(at ast.Node, v value) script.Think {
	if f, ok := number(v); ok {
		if math.IsNaN(f) || f > 1e6 {
			c.fail(at, "sleep wants a number of seconds")
		}
		if f <= 0 {
			return ""
		}
		return script.Think(seconds(f))
	}
	e := c.exprOf(at, v)
	if from, to, ok := uniform(e); ok {
		f, ok := from.value.(float64)
		t, ok2 := to.value.(float64)
		if ok && ok2 && f >= 0 && t > f && t <= 1e6 {
			return script.Think(seconds(f) + "-" + seconds(t))
		}
	}
	return script.Think(c.ready(at, e).template())
}

// seconds writes a number of seconds as a time.
func seconds(f float64) string {
	d := time.Duration(math.Round(f * float64(time.Second)))
	switch {
	case d%time.Second == 0:
		return numberText(d.Seconds()) + "s"
	case d%time.Millisecond == 0 && d < time.Second:
		return numberText(float64(d)/float64(time.Millisecond)) + "ms"
	}
	return d.String()
}
