package summary

import (
	"math"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/metrics"
)

// Numbers read as in k6: times, percentages and their parts are cut off and not rounded (1.999 ms is 1.99ms), bytes are
// rounded in powers of 1,000, everything else has up to six decimals.

// formatValue writes a value of a metric in its unit. Times are in nanoseconds.
func formatValue(v float64, c metrics.Contains, unit string) string {
	switch c {
	case metrics.Time:
		return formatTime(v, unit)
	case metrics.Data:
		return formatBytes(v)
	}
	return formatNumber(v)
}

// formatNumber writes up to six decimals, without zeros at the end.
func formatNumber(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', 6, 64), 64)
	if err != nil || rounded == 0 {
		return "0"
	}
	if math.Abs(rounded) >= 1e21 {
		return strconv.FormatFloat(rounded, 'e', -1, 64)
	}
	text := strconv.FormatFloat(rounded, 'f', -1, 64)
	return text
}

// formatBytes writes bytes in powers of 1,000 with two digits: 725 B, 5.0 kB, 11 kB.
func formatBytes(v float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	if v < 10 {
		return shortest(v) + " B"
	}
	i := 0
	for v >= 1000 && i < len(units)-1 {
		v /= 1000
		i++
	}
	rounded := math.Floor(v*10+0.5) / 10
	if rounded < 10 {
		return strconv.FormatFloat(rounded, 'f', 1, 64) + " " + units[i]
	}
	return strconv.FormatFloat(math.Floor(rounded+0.5), 'f', 0, 64) + " " + units[i]
}

// shortest writes the fewest digits that read as the same number.
func shortest(v float64) string {
	if v == 0 {
		return "0"
	}
	if abs := math.Abs(v); abs < 1e-6 || abs >= 1e21 {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// formatTime writes nanoseconds in the unit (s, ms or us) with two decimals, or without one in that which fits.
func formatTime(ns float64, unit string) string {
	if math.IsNaN(ns) || math.IsInf(ns, 0) {
		ns = 0
	}
	switch unit {
	case "s":
		return fixed(ns, 1e9) + "s"
	case "ms":
		return fixed(ns, 1e6) + "ms"
	case "us":
		return fixed(ns, 1e3) + "µs"
	}
	if ns < 0 {
		return "-" + fittingTime(-ns)
	}
	return fittingTime(ns)
}

// fixed has two decimals, rounded half away from zero.
func fixed(ns, unit float64) string {
	return strconv.FormatFloat(math.Round(ns*100/unit)/100, 'f', 2, 64)
}

func fittingTime(ns float64) string {
	switch {
	case ns == 0:
		return "0s"
	case ns < 1e3:
		return cutOff(ns, 1, 1) + "ns"
	case ns < 1e6:
		return cutOff(ns, 1e3, 100) + "µs"
	case ns < 1e9:
		return cutOff(ns, 1e6, 100) + "ms"
	case ns < 60e9:
		return cutOff(ns, 1e9, 100) + "s"
	}
	return longTime(math.Floor(ns / 1e9))
}

// cutOff writes ns in a unit with as many decimals as steps has zeros, without zeros at the end. The product is taken first,
// so that whole nanoseconds come out exact.
func cutOff(ns, unit, steps float64) string {
	return strconv.FormatFloat(math.Floor(ns*steps/unit)/steps, 'f', -1, 64)
}

// longTime writes whole seconds from a minute up: 1m30s, 1h0m5s.
func longTime(seconds float64) string {
	hours := math.Floor(seconds / 3600)
	minutes := math.Floor(math.Mod(seconds, 3600) / 60)
	text := strconv.FormatFloat(minutes, 'f', 0, 64) + "m" + strconv.FormatFloat(math.Mod(seconds, 60), 'f', 0, 64) + "s"
	if hours > 0 {
		text = strconv.FormatFloat(hours, 'f', 0, 64) + "h" + text
	}
	return text
}

// formatShare writes part of total as a percentage with two decimals, cut off.
func formatShare(part, total uint64) string {
	return formatPercent(hundredths(part, total))
}

// hundredths is part of total in hundredths of a percent, cut off.
func hundredths(part, total uint64) uint64 {
	if total == 0 {
		return 0
	}
	whole := float64(part) / float64(total) * 10000
	if part <= math.MaxUint64/10000 {
		return part * 10000 / total
	}
	return uint64(whole)
}

func formatPercent(hundredths uint64) string {
	decimals := strconv.FormatUint(hundredths%100, 10)
	return strconv.FormatUint(hundredths/100, 10) + "." + strings.Repeat("0", 2-len(decimals)) + decimals + "%"
}

// formatRate writes what there is a second.
func formatRate(perSecond float64, c metrics.Contains, unit string) string {
	return formatValue(perSecond, c, unit) + "/s"
}
