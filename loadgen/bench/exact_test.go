package main

import (
	"testing"
	"time"
)

// A server that takes 50 ms reads 50 ms, plus what a request to the same server costs when it takes no time at all: the
// floor, which is measured first. The server's own account of how long it held each request is the truth to compare with.
func TestExactHold(t *testing.T) {
	const held, tries = 50 * time.Millisecond, 3
	flags := []string{"--vus", "1", "--iterations", "40"}
	for try := 1; ; try++ {
		empty := MustTarget(t, always(0))
		floor := MustLoad(t, "loadgen", empty, flags...).value("http_req_duration", "med") - milliseconds(empty.quantile(0.5))

		server := MustTarget(t, always(held))
		r := MustLoad(t, "loadgen", server, flags...)
		if got, want := r.value("http_req_duration", "min"), milliseconds(server.quantile(0)); got < want {
			t.Fatalf("min of http_req_duration: got %v ms, want at least %v, as long as the server held it", got, want)
		}
		got, want := r.value("http_req_duration", "med"), milliseconds(server.quantile(0.5))
		t.Logf("median: got %.3f ms, held %.3f ms, floor %.3f ms", got, want, floor)
		if got < want*0.999 {
			t.Fatalf("median of http_req_duration: got %v ms, want at least %v, as long as the server held it", got, want)
		}
		// Waking up from a real wait costs more than from none: as much again as three floors and a millisecond.
		if got <= want*1.001+3*floor+1 {
			return
		}
		if try == tries {
			t.Fatalf("median of http_req_duration: got %v ms, want %v and a floor of %v ms, %d times", got, want, floor, tries)
		}
	}
}
