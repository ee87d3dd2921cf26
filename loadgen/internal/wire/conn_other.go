//go:build !unix

package wire

import (
	"net"
	"syscall"
)

// rawConn is nil where the ordinary path is the only one.
func rawConn(net.Conn) syscall.RawConn { return nil }

func (c *conn) exchange(uintptr) bool { return true }

func (c *conn) poll(uintptr) {}

// readable is not known here; a connection that has ended shows itself at the next request.
func (c *conn) readable() bool { return false }
