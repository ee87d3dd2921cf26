//go:build !linux

package wire

// refused is not known here.
func (c *conn) refused() bool { return false }
