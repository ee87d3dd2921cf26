package measure

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// wireAccount says in the report where bytes sent come from.
const wireAccount = "the kernel's counters of TCP connections to the receiver of spans (bytes sent, TLS and gRPC included, TCP/IP headers not)"

// readConnections reads the connections of process pid to the given ports, and which connections to these ports are closed, whoever's they
// were.
func readConnections(pid int, ports map[uint16]bool) (connections, bool) {
	own := sockets(pid)
	if own == nil {
		return connections{}, false
	}
	out := connections{open: map[uint32]float64{}, closed: map[[2]uint16]bool{}}
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		sockets, err := netlink.SocketDiagTCPInfo(family)
		if err != nil {
			return connections{}, false
		}
		for _, s := range sockets {
			if s.InetDiagMsg != nil {
				out.add(s, own, ports)
			}
		}
	}
	return out, true
}

func (c connections) add(s *netlink.InetDiagTCPInfoResp, own map[uint32]bool, ports map[uint16]bool) {
	m := s.InetDiagMsg
	to, from := m.ID.DestinationPort, m.ID.SourcePort
	switch {
	case ports[to] && s.TCPInfo != nil && own[m.INode]:
		c.open[m.INode] = float64(s.TCPInfo.Bytes_sent - s.TCPInfo.Bytes_retrans)
	case m.State != netlink.TCP_TIME_WAIT:
	case ports[to]: // the sender closed it
		c.closed[[2]uint16{from, to}] = true
	case ports[from]: // the receiver did
		c.closed[[2]uint16{to, from}] = true
	}
}

// sockets are the inodes of a process's sockets, nil when they can't be read.
func sockets(pid int) map[uint32]bool {
	names, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
	if err != nil || len(names) == 0 {
		return nil
	}
	out := map[uint32]bool{}
	for _, name := range names {
		target, err := os.Readlink(name)
		if inode, is := strings.CutPrefix(target, "socket:["); err == nil && is {
			if n, err := strconv.ParseUint(strings.TrimSuffix(inode, "]"), 10, 32); err == nil {
				out[uint32(n)] = true
			}
		}
	}
	return out
}
