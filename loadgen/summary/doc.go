// Package summary renders a metrics.Snapshot as text in k6's layouts and as JSON. It measures nothing.
package summary
