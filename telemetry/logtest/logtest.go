// Package logtest reads the log of a service in tests: one JSON object a line. It writes none.
package logtest

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"
)

// awaitWithin bounds Await; it is generous because it only ever runs out in a test that fails.
const awaitWithin = 30 * time.Second

// Log is a writer that keeps what is written to it. Its zero value is ready; it is safe for concurrent use.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// With returns the records whose msg contains text. A whole line that isn't JSON fails the test.
func (l *Log) With(tb testing.TB, text string) []map[string]any {
	tb.Helper()
	var found []map[string]any
	for line := range strings.Lines(l.String()) {
		if !strings.HasSuffix(line, "\n") {
			break // still being written
		}
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			tb.Fatalf("got a line of log that isn't JSON: %q", line)
		}
		if msg, _ := record["msg"].(string); strings.Contains(msg, text) {
			found = append(found, record)
		}
	}
	return found
}

// Await waits for a record whose msg contains text, and returns the first.
func (l *Log) Await(tb testing.TB, text string) map[string]any {
	tb.Helper()
	for deadline := time.Now().Add(awaitWithin); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if found := l.With(tb, text); len(found) > 0 {
			return found[0]
		}
	}
	tb.Fatalf("no %q in the log after %s:\n%s", text, awaitWithin, l)
	return nil
}
