package measure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/overhead/generate"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// These tests run one case once, with real processes, in a few seconds each.

// TestMain lets the test's own program be the load generator.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "generate" {
		if err := generate.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if built != nil {
		built.Remove()
	}
	os.Exit(code)
}

// synthetic is the program of these tests, built once; built is nil when none was needed.
var (
	built     *child.Binaries
	synthetic = sync.OnceValues(func() (_ *child.Binaries, err error) {
		built, err = Build(context.Background(), truthPlan(off("off")), func(line string) { fmt.Fprintln(os.Stderr, line) })
		return built, err
	})
)

func mustRunner(t *testing.T, p *plan.Plan) *Runner {
	t.Helper()
	programs, err := synthetic()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &Runner{Plan: p, Generator: []string{self, "generate"}, Programs: programs}
}

// shortPlan is truthPlan with one user, so that there is one connection, and so many requests, so that what a run itself
// allocates weighs the same on each.
func shortPlan(cases ...plan.Case) *plan.Plan {
	p := truthPlan(cases...)
	p.Load.Scenario = load.Scenario{Executor: load.PerVUIterations, VUs: new(1), Iterations: new(int64(150))}
	p.Timing.WarmUp = plan.Duration(300 * time.Millisecond)
	return p
}

func mustMeasure(t *testing.T, p *plan.Plan, name string) *record.Run {
	t.Helper()
	r, err := mustRunner(t, p).Run(context.Background(), *p.Case(name))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustBeValid(t *testing.T, r *record.Run) {
	t.Helper()
	if r.Void() {
		t.Fatalf("void: %+v", r.Gates)
	}
}

func TestRunFindsWhatIsThere(t *testing.T) {
	p := shortPlan(off("off"), off("both", "-burn", "2ms", "-allocate", "100"), plan.Case{Name: "traced", Sampled: 1})
	base := mustMeasure(t, p, "off")
	mustBeValid(t, base)
	per := func(r *record.Run, v float64) float64 { return v / float64(r.Load.Requests) }
	cpu := func(r *record.Run) float64 {
		s := r.Processes["synthetic"]
		return per(r, s.User+s.System) * 1e6
	}
	t.Run("CPUAndObjects", func(t *testing.T) {
		r := mustMeasure(t, p, "both")
		mustBeValid(t, r)
		// What else differs between two runs is far less than what is burnt, even on a busy machine.
		if got := cpu(r) - cpu(base); got < 1500 || got > 6000 {
			t.Errorf("found %.0f µs, want about 2000", got)
		}
		if got := per(r, *r.Processes["synthetic"].Objects) - per(base, *base.Processes["synthetic"].Objects); got < 98 || got > 104 {
			t.Errorf("found %.2f objects, want 100", got)
		}
	})
	t.Run("Spans", func(t *testing.T) {
		r := mustMeasure(t, p, "traced")
		mustBeValid(t, r)
		if n := 2 * int64(r.Load.Requests); r.Ledger.Collector.Received != n || r.Ledger.Services[0].Exported != n {
			t.Errorf("the ledger of %d requests: %+v", r.Load.Requests, r.Ledger)
		}
		if sent := r.Processes["synthetic"].Wire; wireAccount != "not known on this system" && (sent == nil || per(r, *sent) < 20) {
			t.Errorf("sent to the receiver of spans: %v", sent)
		}
	})
}

// A service that can't be asked for its spans is waited for until they are there, and not longer; one that makes none isn't waited for.
func TestRunWithoutFlush(t *testing.T) {
	t.Parallel()
	p := shortPlan(off("off"), plan.Case{Name: "traced", Sampled: 1})
	p.Services[0].Flush = ""
	p.Services[0].Env["OTEL_BSP_SCHEDULE_DELAY"] = "300" // milliseconds
	p.Timing.Drain = plan.Duration(10 * time.Minute)     // a run that waits it out fails by the test's own limit
	for _, name := range []string{"off", "traced"} {
		t.Run(name, func(t *testing.T) { mustBeValid(t, mustMeasure(t, p, name)) })
	}
	p.Services[0].Metrics, p.Services[0].GC = "", "" // nor any counters
	t.Run("Silent", func(t *testing.T) {
		r := mustMeasure(t, p, "traced")
		mustBeValid(t, r)
		if r.Ledger.Services[0].Known || r.Ledger.Collector.Received != 2*int64(r.Load.Requests) {
			t.Errorf("the ledger: %+v", r.Ledger)
		}
	})
}

// slow is a receiver of spans that takes its time.
type slow struct {
	collector.UnimplementedTraceServiceServer
	takes time.Duration
}

func (s slow) Export(ctx context.Context, _ *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	if err := pause(ctx, s.takes); err != nil {
		return nil, err
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func mustServeSlowly(t *testing.T, takes time.Duration) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	collector.RegisterTraceServiceServer(s, slow{takes: takes})
	go s.Serve(l)
	t.Cleanup(s.Stop)
	return l.Addr().String()
}

func TestSickCollectorVoidsItsRuns(t *testing.T) {
	t.Parallel()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	wrong := nobody.Addr().String()
	nobody.Close() // nobody listens there
	env := func(endpoint string, more ...string) map[string]map[string]string {
		vars := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://" + endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT": "500"}
		for i := 0; i < len(more); i += 2 {
			vars[more[i]] = more[i+1]
		}
		return map[string]map[string]string{"synthetic": vars}
	}
	p := truthPlan(off("off"),
		plan.Case{Name: "wrong-port", Sampled: 1, Env: env(wrong)},
		plan.Case{Name: "slow", Sampled: 1, Env: env(mustServeSlowly(t, 400*time.Millisecond),
			"OTEL_BSP_MAX_QUEUE_SIZE", "20", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")})
	p.Timing.WarmUp, p.Timing.Window, p.Timing.Drain = 0, plan.Duration(500*time.Millisecond), plan.Duration(time.Second)
	for _, name := range []string{"wrong-port", "slow"} {
		t.Run(name, func(t *testing.T) {
			if r := mustMeasure(t, p, name); !r.Void() || !failed(r, "synthetic exports") {
				t.Errorf("a run whose spans were lost: %+v", r.Gates)
			}
		})
	}
}

func failed(r *record.Run, gate string) bool {
	for _, g := range r.Gates {
		if g.Name == gate && !g.OK {
			return true
		}
	}
	return false
}

func TestServiceThatDoesNotStart(t *testing.T) {
	t.Parallel()
	p := shortPlan(off("off"), off("broken", "-burn", "2h"))
	t.Run("VoidsItsRun", func(t *testing.T) {
		r := mustMeasure(t, p, "broken")
		if !failed(r, record.GateStarted) || !strings.Contains(r.Gates[0].Shown, "-burn 2h0m0s") {
			t.Errorf("got %+v", r.Gates)
		}
	})
	t.Run("EndsTheExperimentWhenItIsNotThere", func(t *testing.T) {
		runner := mustRunner(t, p)
		runner.Programs = &child.Binaries{}
		if _, err := runner.Run(context.Background(), *p.Case("off")); !errors.Is(err, exec.ErrNotFound) {
			t.Errorf("got %v, want an error that ends the experiment", err)
		}
	})
}
