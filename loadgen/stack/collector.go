package stack

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
)

// startCollector starts the Collector with the workspace's configuration, every listener on a free loopback port. What it
// keeps goes to Tempo where there is one, else to a file of the run.
func (s *Stack) startCollector(ctx context.Context) error {
	ports, err := freeAddrs(7)
	if err != nil {
		return err
	}
	p := &Process{Name: "collector", Addr: ports[0], Admin: ports[4]}
	_, metricsPort, _ := net.SplitHostPort(p.Admin)
	env := []string{
		"SAMPLING_PERCENTAGE=" + s.plan.percentage,
		"COLLECTOR_OTLP_GRPC=" + p.Addr,
		"COLLECTOR_OTLP_HTTP=" + ports[1],
		"COLLECTOR_HEALTH=" + ports[2],
		"COLLECTOR_SPAN_METRICS=" + ports[3],
		"COLLECTOR_METRICS_HOST=127.0.0.1", "COLLECTOR_METRICS_PORT=" + metricsPort,
		"COLLECTOR_PPROF=" + ports[5],
		"COLLECTOR_ZPAGES=" + ports[6],
	}
	config := filepath.Join(s.config.Dir, "collector", "config")
	args := []string{"--config", filepath.Join(config, "collector.yaml")}
	if tempo := s.Process("tempo"); tempo != nil {
		env = append(env, "TEMPO_ENDPOINT="+tempo.Addr)
	} else {
		env = append(env, "KEPT_TRACES_FILE="+s.KeptTraces())
		args = append(args, "--config", filepath.Join(config, "file.yaml"))
	}
	if err := s.launch(p, s.binaries.path(p.Name), args, env); err != nil {
		return err
	}
	return p.awaitReady(ctx, "http://"+ports[2]+"/")
}

// freeAddrs finds n loopback addresses that nobody listens on, for programs that can't say which port they took.
func freeAddrs(n int) ([]string, error) {
	var addrs []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("finding a free port: %w", err)
		}
		defer l.Close() // all at the end, so that they differ
		addrs = append(addrs, l.Addr().String())
	}
	return addrs, nil
}
