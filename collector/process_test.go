package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// asCollector makes this test program be the Collector: the tests start it as a
// process of its own, as a user would.
const asCollector = "FOOBAR_RUN_COLLECTOR"

// patience is how long a test waits for a condition before it gives up.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	if os.Getenv(asCollector) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// process is a running Collector.
type process struct {
	tb      testing.TB
	command *exec.Cmd
	ended   chan error
	env     map[string]string
	log     string
	kept    string
	otlp    ptraceotlp.GRPCClient
}

// MustStart runs the Collector on free loopback ports until the test ends, with
// collector.yaml, the files laid over it and the further environment "NAME=value".
// It returns when the health check says that the pipelines run.
func MustStart(tb testing.TB, files []string, env ...string) *process {
	tb.Helper()
	dir := tb.TempDir()
	p := &process{
		tb:   tb,
		log:  filepath.Join(dir, "otelcol.log"),
		kept: filepath.Join(dir, "kept.jsonl"),
		env:  map[string]string{asCollector: "1", "DECISION_WAIT": "1s"},
	}
	p.env["KEPT_TRACES_FILE"] = p.kept
	for range 5 { // somebody else may take a free port before the Collector does
		p.listeners()
		for _, pair := range env {
			name, value, _ := strings.Cut(pair, "=")
			p.env[name] = value
		}
		p.start(configArgs(files...))
		if p.started() {
			p.connect()
			return p
		}
	}
	tb.Fatal("the Collector found its ports taken five times")
	return nil
}

// started waits until the Collector is healthy; it returns false if a port was taken.
func (p *process) started() bool {
	p.tb.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-p.ended:
			if said := MustRead(p.tb, p.log); !strings.Contains(said, "address already in use") {
				p.tb.Fatalf("the Collector ended (%v):\n%s", err, said)
			}
			return false
		default:
		}
		if p.healthy() {
			return true
		}
	}
	p.tb.Fatalf("waited %s in vain for the Collector to be healthy", patience)
	return false
}

// listeners gives every listener of collector.yaml a free port.
func (p *process) listeners() {
	ports := freePorts(p.tb, 7)
	for i, name := range []string{"OTLP_GRPC", "OTLP_HTTP", "HEALTH", "SPAN_METRICS", "PPROF", "ZPAGES"} {
		p.env["COLLECTOR_"+name] = fmt.Sprintf("127.0.0.1:%d", ports[i])
	}
	p.env["COLLECTOR_METRICS_PORT"] = fmt.Sprint(ports[6])
}

func (p *process) start(args []string) {
	p.tb.Helper()
	log, err := os.Create(p.log)
	if err != nil {
		p.tb.Fatal(err)
	}
	p.command = exec.Command(os.Args[0], args...)
	p.command.Stdout, p.command.Stderr = log, log
	p.command.Env = os.Environ()
	for name, value := range p.env {
		p.command.Env = append(p.command.Env, name+"="+value)
	}
	if err := p.command.Start(); err != nil {
		p.tb.Fatal(err)
	}
	command, ended := p.command, make(chan error, 1)
	p.ended = ended
	go func() { ended <- command.Wait(); close(ended); log.Close() }()
	p.tb.Cleanup(func() {
		command.Process.Kill()
		<-ended
		if p.tb.Failed() {
			said, _ := os.ReadFile(p.log)
			p.tb.Logf("the Collector said:\n%s", said)
		}
	})
}

func (p *process) connect() {
	p.tb.Helper()
	conn, err := grpc.NewClient(p.env["COLLECTOR_OTLP_GRPC"], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		p.tb.Fatal(err)
	}
	p.tb.Cleanup(func() { conn.Close() })
	p.otlp = ptraceotlp.NewGRPCClient(conn)
}

// terminate asks the Collector to end and waits until it has, with exit code 0.
func (p *process) terminate() {
	p.tb.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.tb.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.tb.Errorf("the Collector ended with %v after SIGTERM, want exit code 0", err)
		}
	case <-time.After(patience):
		p.tb.Fatal("the Collector didn't end after SIGTERM")
	}
}

func (p *process) healthy() bool {
	_, err := p.get(p.env["COLLECTOR_HEALTH"], "/")
	return err == nil
}

// get returns the body of a page that answers 200.
func (p *process) get(address, path string) (string, error) {
	response, err := http.Get("http://" + address + path)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d", path, response.StatusCode)
	}
	return string(body), err
}

// await returns when condition holds; it fails the test when the Collector ends
// before, or when it takes longer than patience.
func (p *process) await(what string, condition func() bool) {
	p.tb.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if condition() {
			return
		}
		select {
		case err := <-p.ended:
			p.tb.Fatalf("the Collector ended (%v) while the test waited for %s", err, what)
		default:
		}
	}
	p.tb.Fatalf("waited %s in vain for %s", patience, what)
}

func freePorts(tb testing.TB, n int) []int {
	tb.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
