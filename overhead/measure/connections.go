package measure

import (
	"net"
	"strconv"
	"strings"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// connections is what a process's connections to the receivers of spans have carried by an instant.
type connections struct {
	// open is how many bytes each open connection has sent, by its socket.
	open map[uint32]float64
	// closed are the ports, sender's and receiver's, of connections to these receivers that are closed: the kernel remembers them
	// for a minute, but neither whose they were nor what they carried.
	closed map[[2]uint16]bool
}

// sent is how many bytes went out since an earlier state; false when a connection was closed in between, whose count is gone.
func (c connections) sent(before connections) (bytes float64, ok bool) {
	for socket, n := range before.open {
		now, open := c.open[socket]
		if !open {
			return 0, false
		}
		bytes += now - n
	}
	for socket, n := range c.open {
		if _, was := before.open[socket]; !was {
			bytes += n
		}
	}
	for connection := range c.closed {
		if !before.closed[connection] {
			return 0, false
		}
	}
	return max(0, bytes), true
}

// spanSize is the least that a span takes on the wire, in bytes: its ID, which nothing compresses.
const spanSize = 8

// leaveOutResets takes out what processes sent where the spans that got through need more: a connection was reset, and of such the
// kernel remembers nothing.
func leaveOutResets(out *record.Run) {
	for _, a := range out.Ledger.Services {
		p := out.Processes[a.Service]
		if p.Wire != nil && *p.Wire < float64(spanSize*delivered(a, out.Ledger)) {
			p.Wire, p.WireClosed = nil, true
			out.Processes[a.Service] = p
		}
	}
}

// delivered is how many spans of a service got through for certain: what it says itself or, where everybody's arrived, what it should
// have sent.
func delivered(a record.Account, l record.Ledger) int64 {
	if a.Known {
		return a.Exported
	}
	var all int64
	for _, each := range l.Services {
		all += each.ExpectedHigh
	}
	if l.Collector == nil || l.Collector.Received < all {
		return 0
	}
	return a.ExpectedLow
}

// receivers are the ports to which service s sends spans: the Collector's, or the sink's for the Collector itself and where there
// is none. Ports at which this program asks the Collector are none of them.
func (p placeholders) receivers(of *plan.Plan, s *plan.Service) map[uint16]bool {
	out := map[uint16]bool{}
	add := func(addr string) {
		if _, port, err := net.SplitHostPort(addr); err == nil {
			if n, err := strconv.ParseUint(port, 10, 16); err == nil {
				out[uint16(n)] = true
			}
		}
	}
	c := of.Collector()
	if c == nil || s.Collector {
		add(p["sink"])
		return out
	}
	for _, name := range c.Ports {
		if !strings.Contains(c.Ready+c.Metrics+c.Flush+c.GC, "${"+c.Name+"."+name+"}") {
			add(p[c.Name+"."+name])
		}
	}
	return out
}
