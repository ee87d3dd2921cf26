package measure

import "testing"

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
