package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test's own program is the child: what it does is its first argument.
const (
	serves   = "CHILD_SERVES"   // it answers on the address in its second argument until it is asked to end
	stubborn = "CHILD_STUBBORN" // it says so, and ends only when it is killed
	parent   = "CHILD_PARENT"   // it starts a child, which starts another, says their ids, and waits to be killed
)

func TestMain(m *testing.M) {
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	switch os.Args[1] {
	case serves:
		serve(os.Args[2])
	case stubborn:
		signal.Ignore(os.Interrupt, syscall.SIGTERM)
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case parent:
		startFamily()
	default:
		os.Exit(m.Run())
	}
}

func serve(addr string) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var mu sync.Mutex
	asked := 0
	server := &http.Server{Addr: addr, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if asked++; asked == 1 {
			http.Error(w, "not yet", http.StatusServiceUnavailable)
		}
	})}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Println(server.ListenAndServe())
}

// self starts this program as a child that ends with the test.
func mustStart(t *testing.T, c Command) *Process {
	t.Helper()
	c.Name = "the child"
	if c.Path == "" {
		c.Path = os.Args[0]
	}
	p, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		<-p.Done()
	})
	return p
}

func mustAddr(t *testing.T) string {
	t.Helper()
	addrs, err := FreeAddrs(1)
	if err != nil {
		t.Fatal(err)
	}
	return addrs[0]
}

func TestProcess(t *testing.T) {
	addr := mustAddr(t)
	p := mustStart(t, Command{Args: []string{serves, addr}})
	if err := p.WaitReady(context.Background(), "http://"+addr, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := p.Err(); err != nil {
		t.Errorf("it runs, and %v", err)
	}
	used, err := p.Usage()
	if cpu, rss, ok := p.Sample(); err != nil || !ok || used.CPU <= 0 || cpu < used.CPU || used.RSS == 0 || rss == 0 {
		t.Errorf("it used %+v, %v; then %v and %d bytes", used, err, cpu, rss)
	}
	for range 2 {
		if err := p.Stop(); err != nil {
			t.Errorf("stopping it: %v", err)
		}
	}
	if got, want := p.Err().Error(), "the child ended (exit status 0): http: Server closed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := p.Wait(context.Background()); err != nil {
		t.Errorf("an orderly end: %v", err)
	}
	if _, err := p.Usage(); err == nil {
		t.Error("a process that has ended still uses something")
	}
}

func TestErrors(t *testing.T) {
	t.Run("NoProgram", func(t *testing.T) {
		if _, err := Start(Command{Name: "nobody", Path: "./nosuch"}); err == nil || !strings.HasPrefix(err.Error(), "starting nobody: ") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("EndsBeforeItIsReady", func(t *testing.T) {
		p := mustStart(t, Command{Path: "sh", Args: []string{"-c", "echo one; echo two; echo three >&2; exit 3"}, Tail: 2})
		err := p.WaitReady(context.Background(), "http://"+mustAddr(t), time.Minute)
		if want := "the child ended (exit status 3)\nthe child said:\n  two\n  three"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
		if waited := p.Wait(context.Background()); waited == nil || waited.Error() != err.Error() {
			t.Errorf("got %v, want %v", waited, err)
		}
	})
	t.Run("NeverReady", func(t *testing.T) {
		p := mustStart(t, Command{Args: []string{stubborn}})
		err := p.WaitReady(context.Background(), "http://"+mustAddr(t), 50*time.Millisecond)
		if err == nil || !strings.Contains(err.Error(), "the child was not ready within 50ms (http://127.0.0.1:") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("Cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		p := mustStart(t, Command{Path: "sleep", Args: []string{"3600"}})
		if err := p.WaitReady(ctx, "http://"+mustAddr(t), time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		if err := p.Wait(ctx); !errors.Is(err, context.Canceled) || p.Err() == nil {
			t.Errorf("got %v, want %v and an end", err, context.Canceled)
		}
	})
}

// Pipes of one's own: what the child reads and writes is no output.
func TestPipes(t *testing.T) {
	read, write := io.Pipe()
	var lines []string
	p := mustStart(t, Command{Path: "sh", Args: []string{"-c", "cat; echo done >&2"}, Stdin: strings.NewReader("hello"), Stdout: write,
		Output: func(line string) { lines = append(lines, line) }})
	go func() {
		<-p.Done()
		write.Close()
	}()
	if got, err := io.ReadAll(read); string(got) != "hello" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if <-p.Done(); len(lines) != 1 || lines[0] != "done" {
		t.Errorf("got the lines %q", lines)
	}
}

// startFamily starts a process, which starts another, and says the ids of both.
func startFamily() {
	p, err := Start(Command{Name: "the child", Path: "sh", Args: []string{"-c", "sleep 3600 & echo $!; wait"},
		Output: func(line string) { fmt.Println(line) }})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(p.PID)
	time.Sleep(time.Hour)
}
