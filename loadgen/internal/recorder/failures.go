package recorder

import (
	"sort"
	"strings"
	"unicode/utf8"

	"example.com/foobar/loadgen/metrics"
)

type failureKey struct {
	code    int
	message string
}

// failures counts distinct errors.
type failures struct {
	counts map[failureKey]uint64
}

// otherFailures stands for all errors past the bound.
var otherFailures = failureKey{message: "other errors"}

func (f *failures) add(key failureKey, count uint64) {
	if _, ok := f.counts[key]; !ok && len(f.counts) >= maxFailures {
		key = otherFailures
	}
	f.counts[key] += count
}

func (f *failures) reset() { clear(f.counts) }

// list is all failures, the most frequent first.
func (f *failures) list() []metrics.Failure {
	list := make([]metrics.Failure, 0, len(f.counts))
	for key, count := range f.counts {
		list = append(list, metrics.Failure{Code: key.code, Message: key.message, Count: count})
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Count != b.Count {
			return a.Count > b.Count
		}
		if a.Code != b.Code {
			return a.Code < b.Code
		}
		return a.Message < b.Message
	})
	return list
}

// Fail counts an error by its code and message. Distinct messages are bounded in number (further ones are counted together
// as "other errors") and cut in length.
func (r *Recorder) Fail(code int, message string) {
	message = cut(message)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures.add(failureKey{code, message}, 1)
}

// cut shortens a message to one line of at most maxMessage bytes, at the edge of a character.
func cut(message string) string {
	message = strings.ToValidUTF8(message, "\uFFFD")
	if i := strings.IndexAny(message, "\r\n"); i >= 0 {
		message = message[:i]
	}
	if len(message) <= maxMessage {
		return message
	}
	end := maxMessage - len("…")
	for end > 0 && !utf8.RuneStart(message[end]) {
		end--
	}
	return message[:end] + "…"
}

// Warn adds a warning to every later Snapshot, once per distinct warning; they are bounded in number.
func (r *Recorder) Warn(w metrics.Warning) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.warn(w)
}

func (r *Recorder) warn(w metrics.Warning) { r.warnings = addWarning(r.warnings, w) }

func addWarning(list []metrics.Warning, w metrics.Warning) []metrics.Warning {
	if len(list) >= maxWarnings {
		return list
	}
	for _, known := range list {
		if known == w {
			return list
		}
	}
	return append(list, w)
}
