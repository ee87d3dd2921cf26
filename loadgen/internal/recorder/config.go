package recorder

import (
	"fmt"
	"math/bits"
	"runtime"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
)

// Config is what a Recorder is made from.
type Config struct {
	// Shards is how many goroutines can record at once; 0 is 2 x GOMAXPROCS. It is rounded up to a power of two.
	Shards int
	// Metrics are declared in this order; their IDs are their indexes.
	Metrics []metrics.Desc
	// Submetrics are kept beside their metrics: {expected_response:true} and those that thresholds name.
	Submetrics []selector.Selector
	// Sections keeps every metric for each scenario and group too (the full summary).
	Sections bool
	// Breakdown is the metric whose tag sets are listed in Snapshot.Breakdown (http_req_duration), and BreakdownKeys the
	// keys of the tags that tell its rows apart (name, method, status, ...). Without keys there is no breakdown.
	Breakdown     ID
	BreakdownKeys []string
	// BreakdownFailed is the Rate (http_req_failed) whose samples a row counts and whose non-zero ones are its failures. If
	// it isn't a Rate, rows count the samples of Breakdown, and as failed those tagged expected_response=false.
	BreakdownFailed ID
	// MaxTagSets bounds the distinct tag sets (default 2,000); samples of further ones are kept under a set whose
	// high-cardinality tags (url, name) read "other", and a Warning says so. Sub-metrics stay exact.
	MaxTagSets int
}

// ID is the index of a metric in Config.Metrics.
type ID int32

const (
	defaultTagSets = 2000
	// maxTagText bounds the bytes of the tag sets that are kept, of those past the bound once more, and maxTagSet those of one.
	maxTagText, maxTagSet = 8 << 20, 64 << 10
	maxShards             = 1 << 10
	// maxNodes bounds the distinct groups and maxChecks the distinct checks, each per scenario, and maxName the bytes of a
	// scenario's name, a group's path and a check's name; maxFailures the distinct errors and maxWarnings the distinct warnings.
	maxNodes    = 1000
	maxChecks   = 2000
	maxName     = 4 << 10
	maxFailures = 100
	maxWarnings = 100
	// maxMessage is the length at which an error's message is cut, in bytes.
	maxMessage = 300
)

// other stands for everything past a bound.
const other = "other"

// normalize checks c and fills in what was left to default.
func (c Config) normalize() (Config, error) {
	seen := make(map[string]bool, len(c.Metrics))
	for _, d := range c.Metrics {
		if seen[d.Name] {
			return c, fmt.Errorf("metric %q is declared twice", d.Name)
		}
		seen[d.Name] = true
		if err := d.Validate(); err != nil {
			return c, err
		}
	}
	for _, s := range c.Submetrics {
		if !seen[s.Metric] {
			return c, fmt.Errorf("sub-metric %s: no metric name %q found", s, s.Metric)
		}
		if len(s.Tags) == 0 {
			return c, fmt.Errorf("sub-metric of %s: it selects no tags; name at least one, as in %s{scenario:buy}", s.Metric, s.Metric)
		}
	}
	if len(c.BreakdownKeys) > 0 && (c.Breakdown < 0 || int(c.Breakdown) >= len(c.Metrics)) {
		return c, fmt.Errorf("breakdown: no metric has the ID %d", c.Breakdown)
	}
	if c.Shards <= 0 {
		c.Shards = 2 * runtime.GOMAXPROCS(0)
	}
	c.Shards = 1 << bits.Len(uint(min(c.Shards, maxShards)-1))
	if c.MaxTagSets <= 0 {
		c.MaxTagSets = defaultTagSets
	}
	return c, nil
}

// failedRate says whether rows count the samples of BreakdownFailed.
func (c *Config) failedRate() bool {
	id := int(c.BreakdownFailed)
	return id >= 0 && id < len(c.Metrics) && c.Metrics[id].Kind == metrics.Rate
}
