package stack

import (
	"context"
	"net"
	"path/filepath"
)

// startTempo starts Tempo with the workspace's configuration, every listener on a free loopback port, its blocks in a
// directory of the run. Addr takes OTLP, Admin answers queries.
func (s *Stack) startTempo(ctx context.Context) error {
	addrs, err := freeAddrs(3)
	if err != nil {
		return err
	}
	var ports []string
	for _, addr := range addrs {
		_, port, _ := net.SplitHostPort(addr)
		ports = append(ports, port)
	}
	p := &Process{Name: "tempo", Addr: addrs[0], Admin: addrs[1]}
	env := []string{"TEMPO_LISTEN=127.0.0.1", "TEMPO_OTLP_PORT=" + ports[0], "TEMPO_HTTP_PORT=" + ports[1], "TEMPO_GRPC_PORT=" + ports[2],
		"TEMPO_DATA=" + filepath.Join(s.dir, "tempo")}
	config := filepath.Join(s.config.Dir, "deploy", "tempo", "tempo.yaml")
	s.progress("waiting for Tempo (a quarter of a minute)")
	if err := s.launch(p, s.config.Tempo, []string{"-config.file=" + config, "-config.expand-env=true"}, env); err != nil {
		return err
	}
	return p.awaitReady(ctx, "http://"+p.Admin+"/ready")
}
