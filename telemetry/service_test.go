package telemetry

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/foobar/telemetry/logtest"
	"example.com/foobar/telemetry/otlptest"
)

// running is a service that a test started with Run.
type running struct {
	url, admin string
	log        *logtest.Log
	stop       context.CancelFunc
	code       chan int
}

// mustRun starts a service on a free port and waits until it listens; the test's end stops it.
func mustRun(tb testing.TB, settings Settings, routes func(*Service, *gin.Engine)) *running {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{log: &logtest.Log{}, stop: cancel, code: make(chan int, 1)}
	settings.Name, settings.Addr = "svc", "127.0.0.1:0"
	go func() {
		r.code <- Run(ctx, settings, r.log, func(s *Service) http.Handler {
			engine := s.Router()
			engine.GET(HealthPath, Healthz)
			engine.GET(ReadyPath, s.Readyz(nil))
			if routes != nil {
				routes(s, engine)
			}
			return engine
		})
		close(r.code)
	}()
	tb.Cleanup(func() { cancel(); <-r.code })
	record := r.log.Await(tb, "listening")
	r.url = "http://" + record["addr"].(string)
	if admin, is := record["admin"].(string); is {
		r.admin = "http://" + admin
	}
	return r
}

func TestRun(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		r := mustRun(t, Settings{TracingOff: true, Admin: ":0"}, nil)
		if status, body := mustGet(t, r.url+HealthPath); status != 200 || body != "ok" {
			t.Errorf("got %d %s, want 200 ok", status, body)
		}
		if !strings.HasPrefix(r.admin, "http://127.0.0.1:") {
			t.Errorf("got the admin listener at %s, want the loopback", r.admin)
		}
		if status, body := mustGet(t, r.admin+"/metrics"); status != 200 || !strings.Contains(body, "foobar_tracing_enabled 0") {
			t.Errorf("got %d %s, want metrics", status, body)
		}
		r.stop()
		if code := <-r.code; code != ExitOK {
			t.Errorf("got exit code %d, want %d", code, ExitOK)
		}
	})
	t.Run("NoAdmin", func(t *testing.T) {
		if r := mustRun(t, Settings{TracingOff: true}, nil); r.admin != "" {
			t.Errorf("got an admin listener at %s, want none", r.admin)
		}
	})
	t.Run("ErrAddrInUse", func(t *testing.T) {
		taken, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		for flag, settings := range map[string]Settings{
			"-addr":  {Addr: taken.Addr().String(), TracingOff: true},
			"-admin": {Addr: "127.0.0.1:0", Admin: taken.Addr().String(), TracingOff: true},
		} {
			log := &logtest.Log{}
			code := Run(t.Context(), settings, log, func(*Service) http.Handler { return http.NotFoundHandler() })
			if got := fmt.Sprint(log.Await(t, "stopped")["error"]); code != ExitFailed || !strings.Contains(got, flag) {
				t.Errorf("got exit code %d and %q, want %d and a hint at %s", code, got, ExitFailed, flag)
			}
		}
	})
	t.Run("AdminInTheOpen", func(t *testing.T) {
		r := mustRun(t, Settings{TracingOff: true, Admin: "0.0.0.0:0"}, nil)
		r.log.Await(t, "can be reached from other machines")
	})
}

// A request that is running when the end begins is answered; its span is sent; new connections are refused.
func TestRunDrains(t *testing.T) {
	collector := otlptest.MustStart(t, "")
	entered, release := make(chan bool), make(chan bool)
	r := mustRun(t, Settings{Endpoint: collector.Endpoint}, func(_ *Service, engine *gin.Engine) {
		engine.GET("/slow", func(c *gin.Context) {
			entered <- true
			<-release
			c.String(http.StatusOK, "done")
		})
	})
	answer := make(chan string, 1)
	go func() {
		status, body := mustGet(t, r.url+"/slow")
		answer <- fmt.Sprint(status, " ", body)
	}()
	<-entered
	r.stop()
	r.log.Await(t, "stopping")
	address := strings.TrimPrefix(r.url, "http://")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		conn.Close()
		if time.Now().After(deadline) {
			t.Fatal("new connections are still accepted")
		}
	}
	close(release)
	if got := <-answer; got != "200 done" {
		t.Errorf("got %s, want 200 done", got)
	}
	if code := <-r.code; code != ExitOK {
		t.Errorf("got exit code %d, want %d", code, ExitOK)
	}
	if spans := collector.Spans(); len(spans) != 1 || spans[0].Name != "GET /slow" || spans[0].Service != "svc" {
		t.Errorf("got %+v, want one span GET /slow", spans)
	}
	if got := r.log.With(t, "stopped"); len(got) != 1 || got[0]["spans"].(map[string]any)["exported"] != 1.0 {
		t.Errorf("got %v, want the ledger with one exported span", got)
	}
}

// A request that doesn't end is cut off, and the service stops all the same.
func TestRunCutsOff(t *testing.T) {
	t.Parallel()
	entered := make(chan bool, 1)
	r := mustRun(t, Settings{TracingOff: true}, func(_ *Service, engine *gin.Engine) {
		engine.GET("/endless", func(c *gin.Context) {
			entered <- true
			<-c.Request.Context().Done()
		})
	})
	go func() {
		if resp, err := http.Get(r.url + "/endless"); err == nil {
			resp.Body.Close()
		}
	}()
	<-entered
	r.stop()
	if code := <-r.code; code != ExitOK {
		t.Errorf("got exit code %d, want %d", code, ExitOK)
	}
	r.log.Await(t, "requests were cut off")
}

// While the drain delay runs the service answers, but says that it isn't ready.
func TestRunDrainDelay(t *testing.T) {
	t.Parallel()
	r := mustRun(t, Settings{TracingOff: true, DrainDelay: time.Second}, nil)
	r.stop()
	r.log.Await(t, "stopping")
	if status, body := mustGet(t, r.url+ReadyPath); status != 503 || body != `{"error":"stopping"}` {
		t.Errorf("readyz: got %d %s, want 503 stopping", status, body)
	}
	if status, _ := mustGet(t, r.url+HealthPath); status != 200 {
		t.Errorf("healthz: got %d, want 200", status)
	}
}

// Nobody at the Collector's address: the service serves, and ends with exit code 0 and every span accounted for.
func TestRunCollectorDown(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "300")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
	r := mustRun(t, Settings{Endpoint: "http://127.0.0.1:1", Admin: ":0"}, func(_ *Service, engine *gin.Engine) {
		engine.GET("/hi", func(c *gin.Context) { c.String(http.StatusOK, "hi") })
	})
	for range 3 {
		if status, _ := mustGet(t, r.url+"/hi"); status != 200 {
			t.Errorf("got %d, want 200", status)
		}
		resp, err := http.Post(r.admin+"/flush", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	mustGet(t, r.url+"/hi")
	r.log.Await(t, "can't send spans")
	r.stop()
	if code := <-r.code; code != ExitOK {
		t.Errorf("got exit code %d, want %d", code, ExitOK)
	}
	if got := r.log.With(t, "can't send spans"); len(got) != 1 {
		t.Errorf("got %d complaints, want one", len(got))
	}
	spans := r.log.With(t, "stopped")[0]["spans"].(map[string]any)
	failed := spans["failed"].(map[string]any)
	// On a busy machine the time for an export may be over before the connection is refused.
	lost := failed["unavailable"].(float64) + failed["deadline_exceeded"].(float64) + spans["dropped"].(map[string]any)[DropShutdown].(float64)
	if spans["ended"] != 4.0 || lost != 4 || spans["pending"] != 0.0 {
		t.Errorf("got %v, want 4 ended and 4 failed or dropped at the end", spans)
	}
}

func TestServerLimits(t *testing.T) {
	r := mustRun(t, Settings{TracingOff: true}, nil)
	req, _ := http.NewRequest(http.MethodGet, r.url+HealthPath, nil)
	req.Header.Set("X-Long", strings.Repeat("x", 2*maxHeader))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %d, want 431", resp.StatusCode)
	}
	s := &Service{Settings: Settings{Within: time.Minute}, Log: NewLogger(&logtest.Log{}, "svc")}
	server := s.newServer(nil)
	if server.ReadHeaderTimeout == 0 || server.ReadTimeout <= time.Minute || server.IdleTimeout <= IdleWithin || server.WriteTimeout <= time.Minute {
		t.Errorf("got %+v, want every time-out set, and more than a minute for an answer", server)
	}
}

func TestProbe(t *testing.T) {
	r := mustRun(t, Settings{TracingOff: true}, nil)
	address := strings.TrimPrefix(r.url, "http://")
	_, port, _ := net.SplitHostPort(address)
	for _, addr := range []string{address, ":" + port, "0.0.0.0:" + port} {
		if err := Probe(t.Context(), addr); err != nil {
			t.Errorf("%s: got %v, want healthy", addr, err)
		}
	}
	for _, addr := range []string{"127.0.0.1:1", "127.0.0.1:0", "nonsense"} {
		if err := Probe(t.Context(), addr); err == nil {
			t.Errorf("%s: got healthy, want an error", addr)
		}
	}
	r.stop()
	<-r.code
	if err := Probe(t.Context(), address); err == nil {
		t.Error("got healthy after the end, want an error")
	}
}

func TestMain(m *testing.M) {
	for _, name := range []string{"OTEL_SDK_DISABLED", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SERVICE_NAME", "OTEL_TRACES_SAMPLER"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}
