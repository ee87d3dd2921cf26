// Package metrics records samples into shards of histograms and counters, and judges thresholds on what they come to.
// It knows no HTTP.
package metrics
