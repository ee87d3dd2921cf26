package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/foobar/loadgen/child"
)

// Process is a process of the stack.
type Process struct {
	*child.Process
	// Addr is where it serves, Admin its admin listener, host:port; empty when there is none.
	Addr, Admin string
}

// readyWithin is what a process gets to become ready: ample, because the machine may be busy compiling.
const readyWithin = 60 * time.Second

// startService starts foo or bar on ports of its choice, which the first line of its log that says "listening" tells.
func (s *Stack) startService(ctx context.Context, name string, env ...string) (*Process, error) {
	p, listening := &Process{}, make(chan [2]string, 1)
	err := s.launch(p, child.Command{
		Name: name, Path: s.binaries.Path(name),
		Env: append(append([]string{"ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0"}, env...), s.serviceEnv()...),
		Output: func(line string) {
			if addrs, ok := listeningAt(line); ok {
				select {
				case listening <- addrs:
				default:
				}
			}
		},
	})
	if err != nil {
		return nil, err
	}
	select {
	case addrs := <-listening:
		p.Addr, p.Admin = addrs[0], addrs[1]
		return p, p.WaitReady(ctx, "http://"+p.Addr+"/readyz", readyWithin)
	case <-p.Done():
		return nil, p.Err()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(readyWithin):
		return nil, fmt.Errorf("%s did not say within %s where it listens%s", name, readyWithin, p.Said())
	}
}

// listeningAt reads from a line of a log where the service and its admin listener are.
func listeningAt(line string) (addrs [2]string, ok bool) {
	var entry struct{ Msg, Addr, Admin string }
	ok = strings.Contains(line, `"listening"`) && json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" && entry.Addr != ""
	return [2]string{entry.Addr, entry.Admin}, ok
}

// serviceEnv is the case's environment of foo and bar.
func (s *Stack) serviceEnv() []string {
	if c := s.Process("collector"); c != nil {
		return []string{"OTEL_SDK_DISABLED=false", "OTEL_EXPORTER_OTLP_ENDPOINT=http://" + c.Addr}
	}
	return []string{"OTEL_SDK_DISABLED=true"}
}
