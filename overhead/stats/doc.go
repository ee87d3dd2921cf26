// Package stats judges paired measurements: how much more one case uses than another, and whether that can be told.
// It knows nothing of processes, telemetry or files.
//
// Each file rests on one assumption, and says which.
package stats
