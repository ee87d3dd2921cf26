package recorder

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// drawn is the snapshot of a random small test; values are whole, so that sums are exact in any order.
func drawn(tb testing.TB, r *rand.Rand) *metrics.Snapshot {
	tb.Helper()
	c := httpConfig()
	c.Sections = r.IntN(2) == 0
	rec := MustNew(tb, c)
	for range r.IntN(20) {
		tags := append(requestTags(fmt.Sprint("/", r.IntN(4))), metrics.Tag{Key: "scenario", Value: fmt.Sprint("s", r.IntN(3))}, metrics.Tag{Key: "group", Value: []string{"", "::a", "::a::b"}[r.IntN(3)]})
		l := rec.Labels(tags)
		rec.Record(r.Uint32(), l, request(float64(10*(1+r.IntN(1e7)))))
		rec.RecordCheck(r.Uint32(), rec.Check(l, fmt.Sprint("check ", r.IntN(3))), r.IntN(2) == 0)
		if r.IntN(5) == 0 {
			rec.Fail(1000+r.IntN(3), "refused")
		}
		if r.IntN(9) == 0 {
			rec.Warn(metrics.Warning{Message: fmt.Sprint("warning ", r.IntN(3))})
		}
		rec.Record(0, l, []Sample{{11, float64(r.IntN(10))}})
	}
	return rec.Snapshot(time.Duration(r.IntN(1e10)))
}

func MustMerge(tb testing.TB, a, b *metrics.Snapshot) *metrics.Snapshot {
	tb.Helper()
	m, err := Merge(a, b)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// unordered forgets what Merge says depends on the order.
func unordered(s *metrics.Snapshot) *metrics.Snapshot {
	u := *s
	u.Warnings = slices.Clone(s.Warnings)
	slices.SortFunc(u.Warnings, func(a, b metrics.Warning) int { return cmp.Compare(a.Message, b.Message) })
	var strip func(s metrics.Section) metrics.Section
	strip = func(s metrics.Section) metrics.Section {
		s.Series, s.Checks = slices.Clone(s.Series), slices.Clone(s.Checks)
		for i := range s.Series {
			s.Series[i].Last = 0
		}
		for i := range s.Checks {
			s.Checks[i].Order = 0
		}
		slices.SortFunc(s.Checks, func(a, b metrics.Check) int { return cmp.Compare(a.Name, b.Name) })
		var groups []metrics.Section
		for _, g := range s.Groups {
			groups = append(groups, strip(g))
		}
		slices.SortFunc(groups, func(a, b metrics.Section) int { return cmp.Compare(a.Name, b.Name) })
		s.Groups = groups
		return s
	}
	u.Total = strip(s.Total)
	u.Scenarios = nil
	for _, scenario := range s.Scenarios {
		u.Scenarios = append(u.Scenarios, strip(scenario))
	}
	return &u
}

func MustEqual(tb testing.TB, what string, a, b *metrics.Snapshot) {
	tb.Helper()
	if reflect.DeepEqual(a, b) {
		return
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		tb.Fatalf("%s: got\n%s\nwant\n%s", what, x, y)
	}
}

func TestMerge(t *testing.T) {
	t.Run("Properties", func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		for range 4 {
			a, b, c := drawn(t, r), drawn(t, r), drawn(t, r)
			before, _ := json.Marshal(a)
			MustEqual(t, "associative", MustMerge(t, MustMerge(t, a, b), c), MustMerge(t, a, MustMerge(t, b, c)))
			MustEqual(t, "commutative", unordered(MustMerge(t, a, b)), unordered(MustMerge(t, b, a)))
			if after, _ := json.Marshal(a); string(after) != string(before) {
				t.Fatal("merging changed what was merged")
			}
		}
	})
	t.Run("Hundreds", func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		all := MustNew(t, httpConfig())
		var merged *metrics.Snapshot
		for range 300 {
			one := MustNew(t, httpConfig())
			for range 20 {
				samples := request(float64(10 * (1 + r.IntN(1e8))))
				one.Record(0, one.Labels(requestTags("/foo")), samples)
				all.Record(r.Uint32(), all.Labels(requestTags("/foo")), samples)
			}
			s := one.Snapshot(time.Second)
			if merged == nil {
				merged = s
				continue
			}
			merged = MustMerge(t, merged, s)
		}
		MustEqual(t, "300 snapshots", merged, all.Snapshot(time.Second))
	})
	t.Run("ErrKind", func(t *testing.T) {
		a := &metrics.Snapshot{Total: metrics.Section{Series: []metrics.Series{{Desc: metrics.Desc{Name: "x", Kind: metrics.Counter, Contains: metrics.Default}}}}}
		b := &metrics.Snapshot{Total: metrics.Section{Series: []metrics.Series{{Desc: metrics.Desc{Name: "x", Kind: metrics.Gauge, Contains: metrics.Default}}}}}
		if _, err := Merge(a, b); err == nil {
			t.Error("got no error for a counter and a gauge of one name")
		}
	})
}
