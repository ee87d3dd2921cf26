package summary

import (
	"math"
	"strings"
	"testing"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/plain"
)

// TestFormatTime compares with what k6 1.8.1 printed for these values of a Trend of times (in milliseconds).
func TestFormatTime(t *testing.T) {
	for _, tt := range []struct {
		ms               float64
		fitting, s, m, u string
	}{
		{0, "0s", "0.00s", "0.00ms", "0.00µs"},
		{1e-7, "0ns", "0.00s", "0.00ms", "0.00µs"},
		{1.5e-6, "1ns", "0.00s", "0.00ms", "0.00µs"},
		{0.0000125, "12ns", "0.00s", "0.00ms", "0.01µs"},
		{0.00049, "490ns", "0.00s", "0.00ms", "0.49µs"},
		{0.0009994, "999ns", "0.00s", "0.00ms", "1.00µs"},
		{0.001, "1µs", "0.00s", "0.00ms", "1.00µs"},
		{0.0012345, "1.23µs", "0.00s", "0.00ms", "1.23µs"},
		{0.0099, "9.9µs", "0.00s", "0.01ms", "9.90µs"},
		{0.10845, "108.45µs", "0.00s", "0.11ms", "108.45µs"},
		{0.36999, "369.99µs", "0.00s", "0.37ms", "369.99µs"},
		{0.9999, "999.9µs", "0.00s", "1.00ms", "999.90µs"},
		{1, "1ms", "0.00s", "1.00ms", "1000.00µs"},
		{1.0149, "1.01ms", "0.00s", "1.01ms", "1014.90µs"},
		{1.999, "1.99ms", "0.00s", "2.00ms", "1999.00µs"},
		{12.345678, "12.34ms", "0.01s", "12.35ms", "12345.68µs"},
		{144.93, "144.93ms", "0.14s", "144.93ms", "144930.00µs"},
		{999.994, "999.99ms", "1.00s", "999.99ms", "999994.00µs"},
		{999.995, "999.99ms", "1.00s", "1000.00ms", "999995.00µs"},
		{1000, "1s", "1.00s", "1000.00ms", "1000000.00µs"},
		{1005, "1s", "1.01s", "1005.00ms", "1005000.00µs"},
		{1009.99, "1s", "1.01s", "1009.99ms", "1009990.00µs"},
		{1234.5, "1.23s", "1.23s", "1234.50ms", "1234500.00µs"},
		{9999.9, "9.99s", "10.00s", "9999.90ms", "9999900.00µs"},
		{59999.9, "59.99s", "60.00s", "59999.90ms", "59999900.00µs"},
		{60000, "1m0s", "60.00s", "60000.00ms", "60000000.00µs"},
		{61500, "1m1s", "61.50s", "61500.00ms", "61500000.00µs"},
		{119999, "1m59s", "120.00s", "119999.00ms", "119999000.00µs"},
		{3599999, "59m59s", "3600.00s", "3599999.00ms", "3599999000.00µs"},
		{3600000, "1h0m0s", "3600.00s", "3600000.00ms", "3600000000.00µs"},
		{90061000, "25h1m1s", "90061.00s", "90061000.00ms", "90061000000.00µs"},
		{1e12, "277777h46m40s", "1000000000.00s", "1000000000000.00ms", "1000000000000000.00µs"},
	} {
		for unit, want := range map[string]string{"": tt.fitting, "s": tt.s, "ms": tt.m, "us": tt.u} {
			if got := formatTime(tt.ms*1e6, unit); got != want {
				t.Errorf("%v ms in %q: got %s, want %s", tt.ms, unit, got, want)
			}
		}
	}
}

// TestFormatNumber compares with what k6 1.8.1 printed.
func TestFormatNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.1: "0.1", 1.5: "1.5", 2.0000001: "2", 3.14159265: "3.141593", 1234.5: "1234.5", 1e6: "1000000",
		123456789.123: "123456789.123", 1e21: "1e+21", -5: "-5", 0.000001: "0.000001", 1e-7: "0", 4.887827: "4.887827",
		1e15 + 0.3: "1000000000000000.2", 25.198101383536198: "25.198101", 22.727698287110870: "22.727698",
		106.4427790: "106.442779", -1e-9: "0", math.Inf(1): "0",
	} {
		if got := formatNumber(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}

// TestFormatBytes has pairs that k6 1.8.1 printed and exported, and the edges of its rule.
func TestFormatBytes(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 B", 3644: "3.6 kB", 6317: "6.3 kB", 1800.4290478746254: "1.8 kB", 3121.1060086234934: "3.1 kB",
		730: "730 B", 634: "634 B", 352.123: "352 B", 27123: "27 kB", 874: "874 B", 5000: "5.0 kB", 9949: "9.9 kB",
		9950: "10 kB", 10000: "10 kB", 11421: "11 kB", 11451: "12 kB", 12445: "12 kB", 78501.04531562996: "79 kB", 1e6: "1.0 MB", 1.55e6: "1.6 MB", 1.5e9: "1.5 GB",
		9.5: "9.5 B", 1e27: "1000 YB",
	} {
		if got := formatBytes(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}

func TestFormatShare(t *testing.T) {
	for _, tt := range []struct {
		part, total uint64
		want        string
	}{
		{0, 0, "0.00%"}, {75, 100, "75.00%"}, {5, 51, "9.80%"}, {82, 104, "78.84%"}, {22, 104, "21.15%"}, {2, 3, "66.66%"},
		{1, 3, "33.33%"}, {1, 100000, "0.00%"}, {99999, 100000, "99.99%"}, {3, 3, "100.00%"},
		{math.MaxUint64 / 2, math.MaxUint64, "50.00%"}, {math.MaxUint64, math.MaxUint64, "100.00%"},
	} {
		if got := formatShare(tt.part, tt.total); got != tt.want {
			t.Errorf("%d of %d: got %s, want %s", tt.part, tt.total, got, tt.want)
		}
	}
}

func FuzzFormatValue(f *testing.F) {
	for _, v := range []float64{0, 1, -1, 999.999e6, 59.999e9, 3600e9, 1e300, math.Inf(-1), math.NaN(), 5e-324} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		for _, c := range []metrics.Contains{metrics.Default, metrics.Time, metrics.Data} {
			for _, unit := range []string{"", "s", "ms", "us"} {
				got := formatValue(v, c, unit)
				if got == "" || strings.ContainsAny(got, "\n\t") || strings.Contains(got, "NaN") || strings.Contains(got, "Inf") {
					t.Errorf("%v of %s in %q: got %q", v, c, unit, got)
				}
				if w := plain.Width(got + plain.Pad(got, 400)); w != 400 {
					t.Errorf("%q: got width %d after padding, want 400", got, w)
				}
			}
		}
	})
}
