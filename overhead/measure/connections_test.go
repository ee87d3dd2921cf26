package measure

import (
	"testing"

	"example.com/foobar/overhead/record"
)

func TestConnectionsSent(t *testing.T) {
	at := func(open map[uint32]float64, closed ...uint16) connections {
		c := connections{open: open, closed: map[[2]uint16]bool{}}
		for _, port := range closed {
			c.closed[[2]uint16{port, 4317}] = true
		}
		return c
	}
	for _, c := range []struct {
		name          string
		before, after connections
		want          float64
		ok            bool
	}{
		{"Same", at(map[uint32]float64{1: 100}), at(map[uint32]float64{1: 350}), 250, true},
		{"OneMore", at(map[uint32]float64{1: 100}), at(map[uint32]float64{1: 350, 2: 40}), 290, true},
		{"None", at(nil), at(nil), 0, true},
		{"Closed", at(map[uint32]float64{1: 100}), at(nil), 0, false},
		{"ClosedAndOpenedAgain", at(map[uint32]float64{1: 100}), at(map[uint32]float64{2: 40}), 0, false},
		{"OpenedAndClosed", at(nil), at(nil, 50001), 0, false},
		{"ClosedBefore", at(nil, 50001), at(map[uint32]float64{1: 7}, 50001), 7, true},
		{"ClosedBeforeAndForgotten", at(nil, 50001), at(map[uint32]float64{1: 7}), 7, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := c.after.sent(c.before); got != c.want || ok != c.ok {
				t.Errorf("got %v, %v, want %v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}

// A connection that was reset within the window leaves no trace but spans that arrived.
func TestLeaveOutResets(t *testing.T) {
	account := func(name string, known bool, exported int64) record.Account {
		return record.Account{Service: name, Known: known, Exported: exported, ExpectedLow: 100, ExpectedHigh: 100}
	}
	for _, c := range []struct {
		name     string
		sent     float64
		account  record.Account
		received int64
		want     bool
	}{
		{"ItsSpansWentOut", 0, account("foo", true, 100), 0, false},
		{"SomeOfThem", 799, account("foo", true, 100), 0, false},
		{"AllOfThem", 800, account("foo", true, 100), 0, true},
		{"NothingWentOut", 0, account("foo", true, 0), 200, true},
		{"EverybodysArrived", 0, account("foo", false, 0), 200, false},
		{"SomeWereLost", 0, account("foo", false, 0), 199, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := &record.Run{Processes: map[string]record.Process{"foo": {Wire: &c.sent}, "bar": {Wire: new(9000.0)}},
				Ledger: record.Ledger{Services: []record.Account{c.account, account("bar", false, 0)}, Collector: &record.Collector{Received: c.received}}}
			leaveOutResets(out)
			if got := out.Processes["foo"]; (got.Wire != nil) != c.want || got.WireClosed == c.want {
				t.Errorf("got %+v, want known: %v", got, c.want)
			}
			if out.Processes["bar"].Wire == nil {
				t.Error("the other service's count is gone")
			}
		})
	}
}
