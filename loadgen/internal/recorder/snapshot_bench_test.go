package recorder

import (
	"testing"
	"time"
)

// BenchmarkSnapshot merges the shards of a test whose durations reach over three powers of ten.
func BenchmarkSnapshot(b *testing.B) {
	r := MustNew(b, httpConfig())
	l := r.Labels(requestTags("/foo"))
	for i := range 100_000 {
		r.Record(uint32(i), l, request(float64(100_000+i*997)))
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Snapshot(time.Second)
	}
}

// BenchmarkLabels finds a set of tags that is interned.
func BenchmarkLabels(b *testing.B) {
	r := MustNew(b, httpConfig())
	tags := requestTags("/foo")
	b.ReportAllocs()
	for b.Loop() {
		r.Labels(tags)
	}
}
