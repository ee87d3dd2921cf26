package load

import (
	"sync"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// responseWatch watches what is not as it seems with responses: what checks and extractions could not see of their
// bodies, what bodies waited for, and redirects that were not followed.
type responseWatch struct {
	mu                 sync.Mutex
	cut, coded, waited uint64
	redirects          uint64
	coding             string // one of those that are not known
	waits              time.Duration
}

// see takes account of an exchange of which the report has something to say.
func (w *responseWatch) see(x *wire.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if x.Truncated {
		w.cut++
	}
	if x.UnknownEncoding != "" {
		w.coded++
		w.coding = x.UnknownEncoding
	}
	if x.RedirectLimit {
		w.redirects++
	}
	if x.MemoryWait != 0 {
		w.waited++
		w.waits += x.MemoryWait
	}
}

// warn says what was seen.
func (w *responseWatch) warn(r *Run) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut > 0 {
		r.warnf("checks", "%d response bodies were cut at %d MiB: checks and extractions did not see the rest.", w.cut, wire.DefaultMaxBody>>20)
	}
	if w.coded > 0 {
		r.warnf("checks", "%d response bodies came in a content coding that is not known, %.40q: checks and extractions saw them as they came.", w.coded, w.coding)
	}
	if w.redirects > 0 {
		r.warnf("http_reqs", "%d responses were redirects that were not followed, because as many as may be had been followed: see -max-redirects, and redirects in a file.", w.redirects)
	}
	if w.waited > 0 {
		r.warnf("http_reqs", "responses waited %d times, %s in all, until memory for large bodies was free: fewer requests were made than the users could have made. "+
			"The waiting is in no time of a request. Use fewer users or smaller bodies, check less of them, or give this process more memory (GOMEMLIMIT).",
			w.waited, w.waits.Round(time.Millisecond))
	}
}
