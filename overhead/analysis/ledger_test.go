package analysis_test

import (
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

// rowOf is a case's row of the ledger.
func rowOf(t *testing.T, a *analysis.Analysis, name string) analysis.LedgerRow {
	t.Helper()
	for _, row := range a.Ledger {
		if row.Case == name {
			return row
		}
	}
	t.Fatalf("no row of %s", name)
	return analysis.LedgerRow{}
}

// A row holds the sum of its case's valid runs, of each count, and of nothing else.
func TestLedgerTotals(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 6)
	spoil(f, func(r *record.Run) bool { return r.Round == 2 && r.Case == "head-20" || r.Case == "sdk" })
	a := analysis.New(f)
	for _, c := range a.Cases {
		var want analysis.LedgerRow
		var collectors int
		for _, r := range f.Runs {
			if r.Case != c.Name || r.Void() {
				continue
			}
			want.Runs++
			want.Requests += r.Ledger.Requests
			for _, s := range r.Ledger.Services {
				want.ExpectedLow, want.ExpectedHigh = want.ExpectedLow+s.ExpectedLow, want.ExpectedHigh+s.ExpectedHigh
				want.Started, want.Ended, want.Exported = want.Started+s.Started, want.Ended+s.Ended, want.Exported+s.Exported
			}
			if k := r.Ledger.Collector; k != nil {
				collectors++
				want.Received += k.Received
				want.Arrived += k.ArrivedTraces
				want.Complete += k.CompleteTraces
				want.ArrivedSpans += k.ArrivedSpans
			}
		}
		if collectors == 0 {
			want.Arrived, want.Complete, want.ArrivedSpans = -1, -1, -1
		}
		got := rowOf(t, a, c.Name)
		if got.Closed != (want.Runs > 0) || got.LostSum() != 0 {
			t.Errorf("%s: closed %v with %d runs, lost %d", c.Name, got.Closed, want.Runs, got.LostSum())
		}
		for _, pair := range [][2]int64{{int64(got.Runs), int64(want.Runs)}, {int64(got.Requests), int64(want.Requests)}, {got.ExpectedLow, want.ExpectedLow},
			{got.ExpectedHigh, want.ExpectedHigh}, {got.Started, want.Started}, {got.Ended, want.Ended}, {got.Exported, want.Exported}, {got.Received, want.Received},
			{got.Arrived, want.Arrived}, {got.Complete, want.Complete}, {got.ArrivedSpans, want.ArrivedSpans}} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %+v, want %+v", c.Name, got, want)
				break
			}
		}
	}
}

// What nobody counted is -1, and isn't taken from what somebody counted.
func TestLedgerUnknown(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 2)
	f.Valid(1, "tail-20").Ledger.Collector.Decided = -1
	f.Valid(1, "tail-20").Ledger.Collector.ArrivedTraces = -1
	f.Valid(2, "tail-20").Ledger.Collector.CompleteTraces = 0
	f.Valid(1, "tail-20").Ledger.Collector.CompleteTraces = 0
	row := rowOf(t, analysis.New(f), "tail-20")
	if row.Decided != 3000 || row.Kept != 1200 || row.Arrived != 600 || row.Complete != 0 {
		t.Errorf("got %+v", row)
	}
	if row := rowOf(t, analysis.New(f), "off"); row.Decided != -1 || row.Kept != -1 || row.Arrived != -1 || row.Complete != -1 || row.ArrivedSpans != -1 {
		t.Errorf("without a Collector: %+v", row)
	}
	t.Run("NothingValid", func(t *testing.T) {
		spoil(f, func(*record.Run) bool { return true })
		if row := rowOf(t, analysis.New(f), "tail-20"); row.Closed || row.Runs != 0 || row.Requests != 0 || row.Arrived != -1 {
			t.Errorf("got %+v", row)
		}
	})
}

func TestLost(t *testing.T) {
	for _, c := range []struct {
		lost map[string]int64
		sum  int64
		text string
	}{
		{nil, 0, ""},
		{map[string]int64{"dropped, queue_full": 3}, 3, "3 dropped, queue_full"},
		{map[string]int64{"refused by the Collector": 2, "dropped, queue_full": 3, "failed, timeout": 1}, 6, "3 dropped, queue_full, 1 failed, timeout, 2 refused by the Collector"},
	} {
		row := analysis.LedgerRow{Lost: c.lost}
		if row.LostSum() != c.sum || row.LostText() != c.text {
			t.Errorf("%v: got %d, %q", c.lost, row.LostSum(), row.LostText())
		}
	}
}
