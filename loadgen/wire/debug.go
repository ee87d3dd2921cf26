package wire

import "io"

type dump struct {
	to     io.Writer
	bodies bool
}

func (d *dump) exchange(c *call) {}
