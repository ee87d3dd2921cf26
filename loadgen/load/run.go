package load

import "example.com/foobar/loadgen/metrics"

// Run is a test under way. All methods may be called from any goroutine.
type Run struct{}

// Stop lets no new iteration begin and gives those under way their gracefulStop. Abort interrupts them now.
func (r *Run) Stop(reason StopReason) {}

// Abort interrupts all iterations now.
func (r *Run) Abort(reason StopReason) {}

// Resume begins the load of a run that was started paused.
func (r *Run) Resume() {}

// Progress is cheap enough to be asked for ten times a second.
func (r *Run) Progress() Progress { return Progress{} }

// Snapshot is for once a second.
func (r *Run) Snapshot() *metrics.Snapshot { return nil }

// Wait returns when everything has ended, tear-down included.
func (r *Run) Wait() *Result { return nil }
