// Package peers pins, as tools in its go.mod, the load generators that loadgen is measured beside: they are built and
// run as programs and never linked (k6's licence is the AGPL).
package peers
