package metrics

import "time"

// Config is what a Recorder is made from.
type Config struct {
	// Shards is how many goroutines can record at once; 0 is 2 x GOMAXPROCS, rounded up to a power of two.
	Shards int
	// Metrics are declared in this order; their IDs are their indexes.
	Metrics []Desc
	// Submetrics are kept beside their metrics: {expected_response:true} and those that thresholds name.
	Submetrics []Selector
	// Sections keeps every metric for each scenario and group too (the full summary).
	Sections bool
	// Breakdown is the metric whose tag sets are listed in Snapshot.Breakdown (http_req_duration), and BreakdownKeys the
	// keys of the tags that tell its rows apart (name, method, status, ...).
	Breakdown     ID
	BreakdownKeys []string
	// MaxTagSets bounds the distinct tag sets (default 2,000); samples of further ones are kept under a set whose
	// high-cardinality tags (url, name) read "other", and a Warning says so.
	MaxTagSets int
}

// ID is the index of a metric in Config.Metrics.
type ID int32

// Selector names a sub-metric: the samples of Metric whose tags contain all of Tags.
type Selector struct {
	Metric string
	Tags   []Tag
}

// Sample is one value of one metric: nanoseconds for Time, bytes for Data, 0 or 1 for a Rate.
type Sample struct {
	ID    ID
	Value float64
}

// Labels is an interned set of tags, resolved to the places its samples are kept. Make it once and keep it.
type Labels struct{}

// CheckID is an interned check of one section.
type CheckID struct{}

// Recorder keeps all metrics of a test in a fixed amount of memory. All methods may be called from any goroutine.
type Recorder struct{}

// New makes a Recorder.
func New(c Config) (*Recorder, error) { panic("contract") }

// Labels interns tags (the keys "scenario" and "group" also choose the sections; group is k6's path "::a::b").
func (r *Recorder) Labels(tags []Tag) *Labels { panic("contract") }

// Record adds samples under one short lock of the given shard (any number; reduced to the shards there are). It does not
// allocate and does not keep the slice.
func (r *Recorder) Record(shard uint32, l *Labels, samples []Sample) { panic("contract") }

// Check interns a check made under l's scenario and group, and RecordCheck counts one result of it. (The metric "checks"
// is recorded by the caller with Record, so that its tags are the caller's.)
func (r *Recorder) Check(l *Labels, name string) *CheckID { panic("contract") }

// RecordCheck counts one result of a check.
func (r *Recorder) RecordCheck(shard uint32, id *CheckID, ok bool) { panic("contract") }

// Fail counts an error by its code and message; distinct messages are bounded in number and length.
func (r *Recorder) Fail(code int, message string) { panic("contract") }

// Warn adds a warning to every later Snapshot, once per distinct warning.
func (r *Recorder) Warn(w Warning) { panic("contract") }

// Sum is the live total of a Counter, Count the number of samples of any metric, Passes the non-zero ones of a Rate.
func (r *Recorder) Sum(id ID) float64   { panic("contract") }
func (r *Recorder) Count(id ID) uint64  { panic("contract") }
func (r *Recorder) Passes(id ID) uint64 { panic("contract") }

// Reset forgets all samples (the end of a warm-up); Labels and checks stay valid.
func (r *Recorder) Reset() { panic("contract") }

// Snapshot merges the shards into an immutable Snapshot; elapsed is the time of load so far.
func (r *Recorder) Snapshot(elapsed time.Duration) *Snapshot { panic("contract") }
