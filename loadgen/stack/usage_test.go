package stack

import (
	"testing"
	"time"
)

func TestSplit(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct{ total, user, system, wantUser, wantSystem time.Duration }{
		{3 * ms, 0, 0, 3 * ms, 0}, // less than a tick of the clock
		{12 * ms, 10 * ms, 0, 12 * ms, 0},
		{12 * ms, 0, 10 * ms, 0, 12 * ms},
		{44 * ms, 10 * ms, 30 * ms, 11 * ms, 33 * ms},
		{0, 0, 0, 0, 0},
	} {
		user, system := split(test.total, test.user, test.system)
		if user != test.wantUser || system != test.wantSystem {
			t.Errorf("split(%v, %v, %v): got %v, %v, want %v, %v", test.total, test.user, test.system, user, system, test.wantUser, test.wantSystem)
		}
	}
}
