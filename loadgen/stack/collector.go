package stack

import (
	"context"
	"net"
	"path/filepath"

	"example.com/foobar/loadgen/child"
)

// startCollector starts the Collector with the workspace's configuration, every listener on a free loopback port. What it
// keeps goes to Tempo where there is one, else to a file of the run.
func (s *Stack) startCollector(ctx context.Context) error {
	addrs, err := child.FreeAddrs(7)
	if err != nil {
		return err
	}
	p := &Process{Addr: addrs[0], Admin: addrs[4]}
	_, metricsPort, _ := net.SplitHostPort(p.Admin)
	env := []string{
		"SAMPLING_PERCENTAGE=" + s.plan.percentage,
		"COLLECTOR_OTLP_GRPC=" + p.Addr,
		"COLLECTOR_OTLP_HTTP=" + addrs[1],
		"COLLECTOR_HEALTH=" + addrs[2],
		"COLLECTOR_SPAN_METRICS=" + addrs[3],
		"COLLECTOR_METRICS_HOST=127.0.0.1", "COLLECTOR_METRICS_PORT=" + metricsPort,
		"COLLECTOR_PPROF=" + addrs[5],
		"COLLECTOR_ZPAGES=" + addrs[6],
	}
	config := filepath.Join(s.config.Dir, "collector", "config")
	args := []string{"--config", filepath.Join(config, "collector.yaml")}
	if tempo := s.Process("tempo"); tempo != nil {
		env = append(env, "TEMPO_ENDPOINT="+tempo.Addr)
	} else {
		env = append(env, "KEPT_TRACES_FILE="+s.KeptTraces())
		args = append(args, "--config", filepath.Join(config, "file.yaml"))
	}
	if err := s.launch(p, child.Command{Name: "collector", Path: s.binaries.Path("collector"), Args: args, Env: env}); err != nil {
		return err
	}
	return p.WaitReady(ctx, "http://"+addrs[2]+"/", readyWithin)
}

// startTempo starts Tempo with the workspace's configuration, every listener on a free loopback port, its blocks in a
// directory of the run. Addr takes OTLP, Admin answers queries.
func (s *Stack) startTempo(ctx context.Context) error {
	addrs, err := child.FreeAddrs(3)
	if err != nil {
		return err
	}
	p := &Process{Addr: addrs[0], Admin: addrs[1]}
	env := []string{"TEMPO_LISTEN=127.0.0.1", "TEMPO_DATA=" + filepath.Join(s.dir, "tempo")}
	for i, name := range []string{"TEMPO_OTLP_PORT", "TEMPO_HTTP_PORT", "TEMPO_GRPC_PORT"} {
		_, port, _ := net.SplitHostPort(addrs[i])
		env = append(env, name+"="+port)
	}
	args := []string{"-config.file=" + filepath.Join(s.config.Dir, "deploy", "tempo", "tempo.yaml"), "-config.expand-env=true"}
	s.progress("waiting for Tempo (a quarter of a minute)")
	if err := s.launch(p, child.Command{Name: "tempo", Path: s.config.Tempo, Args: args, Env: env}); err != nil {
		return err
	}
	return p.WaitReady(ctx, "http://"+p.Admin+"/ready", readyWithin)
}
