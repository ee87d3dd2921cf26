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

// sentTo sums the bytes that process pid has sent over its open TCP connections to the given ports.
func sentTo(pid int, ports map[uint16]bool) (float64, bool) {
	own := sockets(pid)
	if own == nil {
		return 0, false
	}
	var sum float64
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		connections, err := netlink.SocketDiagTCPInfo(family)
		if err != nil {
			return 0, false
		}
		for _, c := range connections {
			if c.InetDiagMsg != nil && c.TCPInfo != nil && own[c.InetDiagMsg.INode] && ports[c.InetDiagMsg.ID.DestinationPort] {
				sum += float64(c.TCPInfo.Bytes_sent - c.TCPInfo.Bytes_retrans)
			}
		}
	}
	return sum, true
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
