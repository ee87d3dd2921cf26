// Package wire does HTTP on the wire: it dials, speaks TLS, HTTP/1.1 and HTTP/2, and notes the instants of each phase.
// It records nothing and knows no metrics.
package wire
