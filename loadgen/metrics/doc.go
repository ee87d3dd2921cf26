// Package metrics is what a load test came to: metrics with their distributions, checks, errors and warnings, in sections, as an
// immutable Snapshot. It knows no HTTP, and how samples are recorded is not its business.
package metrics
