package measure

import (
	"io"
	"net"
	"os"
	"testing"
)

// The kernel's counters see what a connection carries, and that it was closed, whichever side did.
func TestReadConnections(t *testing.T) {
	for _, c := range []struct {
		name  string
		close func(client, server net.Conn)
		ok    bool
	}{
		{"Open", func(net.Conn, net.Conn) {}, true},
		{"ClosedBySender", func(client, server net.Conn) { client.Close(); io.ReadAll(server); server.Close() }, false},
		{"ClosedByReceiver", func(client, server net.Conn) { server.Close(); io.ReadAll(client); client.Close() }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			ports := map[uint16]bool{uint16(l.Addr().(*net.TCPAddr).Port): true}
			before, ok := readConnections(os.Getpid(), ports)
			if !ok {
				t.Skip("NOT CHECKED: this system doesn't tell what connections carried")
			}
			client, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			server, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			if _, err := client.Write(make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(server, make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			c.close(client, server)
			after, _ := readConnections(os.Getpid(), ports)
			if got, ok := after.sent(before); ok != c.ok || ok && got != 1000 {
				t.Errorf("got %v, %v", got, ok)
			}
		})
	}
}
