package load

import (
	"sync"
	"time"

	"example.com/foobar/loadgen/wire"
)

// bodyWatch watches what checks and extractions could not see of response bodies, and what bodies waited for.
type bodyWatch struct {
	mu                 sync.Mutex
	cut, coded, waited uint64
	coding             string // one of those that are not known
	waits              time.Duration
}

// see takes account of an exchange whose body is not what the server meant, or came late.
func (b *bodyWatch) see(x *wire.Exchange) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if x.Truncated {
		b.cut++
	}
	if x.UnknownEncoding != "" {
		b.coded++
		b.coding = x.UnknownEncoding
	}
	if x.MemoryWait != 0 {
		b.waited++
		b.waits += x.MemoryWait
	}
}

// warn says what was seen.
func (b *bodyWatch) warn(r *Run) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cut > 0 {
		r.warnf("checks", "%d response bodies were cut at %d MiB: checks and extractions did not see the rest.", b.cut, wire.DefaultMaxBody>>20)
	}
	if b.coded > 0 {
		r.warnf("checks", "%d response bodies came in a content coding that is not known, %.40q: checks and extractions saw them as they came.", b.coded, b.coding)
	}
	if b.waited > 0 {
		r.warnf("http_reqs", "responses waited %d times, %s in all, until memory for large bodies was free: fewer requests were made than the users could have made. "+
			"The waiting is in no time of a request. Use fewer users or smaller bodies, check less of them, or give this process more memory (GOMEMLIMIT).",
			b.waited, b.waits.Round(time.Millisecond))
	}
}
