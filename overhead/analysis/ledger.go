package analysis

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/foobar/overhead/record"
)

// LedgerRow sums the ledgers of a case's valid runs.
type LedgerRow struct {
	Case     string `json:"case"`
	Runs     int    `json:"runs"`
	Requests uint64 `json:"requests"`
	// Spans of all services together. Expected is a range where head sampling draws.
	ExpectedLow  int64            `json:"expected_low"`
	ExpectedHigh int64            `json:"expected_high"`
	Started      int64            `json:"started"`
	Ended        int64            `json:"ended"`
	Exported     int64            `json:"exported"`
	Lost         map[string]int64 `json:"lost,omitempty"`
	Received     int64            `json:"received"`
	// Decided and Kept are traces at the tail sampler, Arrived and Complete traces at the sink; -1 where nobody counts.
	Decided  int64 `json:"traces_decided"`
	Kept     int64 `json:"traces_kept"`
	Arrived  int64 `json:"traces_arrived"`
	Complete int64 `json:"traces_complete"`
	// ArrivedSpans came out of the Collector.
	ArrivedSpans int64 `json:"arrived_spans"`
	Closed       bool  `json:"closed"`
}

func ledgerRows(f *record.Folder) []LedgerRow {
	var rows []LedgerRow
	for _, c := range f.Experiment.Plan.Cases {
		row := LedgerRow{Case: c.Name, Lost: map[string]int64{}, Decided: -1, Kept: -1, Arrived: -1, Complete: -1, ArrivedSpans: -1}
		for round := 1; round <= f.Rounds(); round++ {
			if r := f.Valid(round, c.Name); r != nil {
				row.add(r)
			}
		}
		row.Closed = row.Runs > 0
		rows = append(rows, row)
	}
	return rows
}

func (row *LedgerRow) add(r *record.Run) {
	row.Runs++
	row.Requests += r.Ledger.Requests
	for _, s := range r.Ledger.Services {
		row.ExpectedLow += s.ExpectedLow
		row.ExpectedHigh += s.ExpectedHigh
		row.Started += s.Started
		row.Ended += s.Ended
		row.Exported += s.Exported
		for reason, n := range s.Dropped {
			row.lose("dropped, "+reason, n)
		}
		for reason, n := range s.Failed {
			row.lose("failed, "+reason, n)
		}
	}
	c := r.Ledger.Collector
	if c == nil {
		return
	}
	row.Received += c.Received
	row.lose("refused by the Collector", c.Refused)
	row.lose("not sent by the Collector", c.SendFailed)
	addKnown(&row.Decided, c.Decided)
	addKnown(&row.Kept, c.Kept)
	addKnown(&row.Arrived, c.ArrivedTraces)
	addKnown(&row.Complete, c.CompleteTraces)
	addKnown(&row.ArrivedSpans, c.ArrivedSpans)
}

func (row *LedgerRow) lose(reason string, n int64) {
	if n != 0 {
		row.Lost[reason] += n
	}
}

func addKnown(sum *int64, n int64) {
	if n >= 0 {
		*sum = max(*sum, 0) + n
	}
}

// LostSum is how many spans were lost, for whatever reason.
func (row LedgerRow) LostSum() int64 {
	var sum int64
	for _, n := range row.Lost {
		sum += n
	}
	return sum
}

// LostText says what was lost and why.
func (row LedgerRow) LostText() string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(row.Lost)) {
		parts = append(parts, fmt.Sprintf("%d %s", row.Lost[reason], reason))
	}
	return strings.Join(parts, ", ")
}
