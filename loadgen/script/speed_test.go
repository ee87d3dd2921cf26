package script

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"example.com/foobar/loadgen/load"
)

// mustAnswer serves a short text on loopback with as little work as can be, so that what a benchmark sees is the client's.
func mustAnswer(tb testing.TB) (url string) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // the test is over
			}
			go answer(c)
		}
	}()
	return "http://" + l.Addr().String()
}

// answer answers requests until the client has gone.
func answer(c net.Conn) {
	defer func() { _ = c.Close() }()
	reply := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nfoobar")
	for r := bufio.NewReader(c); ; {
		length := 0
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
			}
			if len(line) <= 2 {
				break
			}
		}
		if _, err := r.Discard(length); err != nil {
			return
		}
		if _, err := c.Write(reply); err != nil {
			return
		}
	}
}

// serverVariable makes the test's program a server that says where it is.
const serverVariable = "SCRIPT_TEST_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(serverVariable) == "" {
		m.Run()
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://%s\n", l.Addr())
	for {
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		go answer(c)
	}
}

// mustAnswerElsewhere serves in a process of its own, so that the CPU time of this one is the client's.
func mustAnswerElsewhere(tb testing.TB) (url string) {
	tb.Helper()
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), serverVariable+"=1")
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// The requests of a file, without variables and with them: URL, query, header and body are others each time.
var speeds = map[string]string{
	"Fixed": `{"requests": [{"method": "POST", "url": "$URL/orders/1000?q=some+text", "headers": {"X-Id": "17", "Authorization": "Bearer 0123456789abcdef"},
		"json": {"user": "alice@example.com", "count": 17}, "checks": [{"status": 200}, {"body": "foobar"}]}]}`,
	"Templated": `{"data": {"users": {"rows": [{"name": "alice@example.com", "token": "0123456789abcdef"}, {"name": "bob@example.com", "token": "fedcba9876543210"}]}}, "requests": [
		{"method": "POST", "url": "$URL/orders/${random.int(1000,9999)}", "query": {"q": "some text"}, "headers": {"X-Id": "${random.int(10,99)}"}, "bearer": "${users.token}",
		"json": {"user": "${users.name}", "count": "${iteration|number}"}, "checks": [{"status": 200}, {"body": "foobar"}]}]}`,
	// Steps around a request that is the same each time.
	"Steps": `{"metrics": {"m": "trend"}, "functions": {"f": [{"set": {"n": "${n + 1}"}}]}, "requests": [{"set": {"n": 0, "t": "text"}}, {"if": "vu == 1 && t != ''", "requests": [{"group": "g", "requests": [
		{"repeat": 2, "until": "n > 5", "requests": [{"call": "f"}, {"pick": [{"weight": 2, "set": {"a": 1}}, {"set": {"a": "${random.int(1,9)}"}}]}]},
		{"url": "$URL/", "checks": [{"status": "2xx", "duration": "<1m", "that": "n == 2 && response.status < 300"}, {"body": "foobar"}], "record": {"m": "${response.duration}"}}]}]}]}`,
}

func mustCompile(tb testing.TB, text, url string) *Compiled {
	tb.Helper()
	c, err := mustParse(tb, string(bytes.ReplaceAll([]byte(text), []byte("$URL"), []byte(url)))).Compile(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// BenchmarkRequest is one request of a file with two checks, and the CPU time that it takes. What starting and ending a test costs
// is spread over the iterations.
func BenchmarkRequest(b *testing.B) {
	url := mustAnswerElsewhere(b)
	for _, name := range sortedKeys(speeds) {
		b.Run(name, func(b *testing.B) {
			test := &load.Test{Options: load.Options{VUs: new(1), Iterations: new(int64(b.N))}}
			mustCompile(b, speeds[name], url).Into(test, io.Discard)
			b.ReportAllocs()
			b.ResetTimer()
			before := cpuTime()
			res, err := test.Run(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64((cpuTime()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
			if res.Failed != 0 || res.Checks().Fraction != 1 {
				b.Fatalf("%d iterations failed, %v of the checks passed", res.Failed, res.Checks().Fraction)
			}
		})
	}
}

// A request without variables costs no memory, one with them an allocation for each of URL and headers that is another text.
func TestAllocations(t *testing.T) {
	url := mustAnswer(t)
	for name, most := range map[string]float64{"Fixed": 0, "Templated": 3, "Steps": 0} {
		var got float64
		test := &load.Test{}
		mustCompile(t, speeds[name], url).Into(test, io.Discard)
		do := test.Exec
		test.Exec = func(vu *load.VU) (err error) {
			for range 10 { // until all is there that is kept
				if err = do(vu); err != nil {
					return err
				}
			}
			got = testing.AllocsPerRun(200, func() { err = do(vu) })
			return err
		}
		result, err := test.Run(t.Context())
		if err != nil || result.Failed != 0 || result.Checks().Fraction != 1 {
			t.Fatalf("%s: %v, %d failed", name, err, result.Failed)
		}
		if got > most && !underRace {
			t.Errorf("%s: got %v allocations, want at most %v", name, got, most)
		}
	}
}

// Requests with variables leave nothing behind, however many there were.
func TestMemory(t *testing.T) {
	test := &load.Test{}
	mustCompile(t, speeds["Templated"], mustAnswer(t)).Into(test, io.Discard)
	do := test.Exec
	test.Exec = func(vu *load.VU) error {
		var before uint64
		for i := range 6000 {
			if i == 1000 {
				before = heap()
			}
			if err := do(vu); err != nil {
				return err
			}
		}
		if after := heap(); after > before+1<<20 {
			t.Errorf("got %d bytes after 6000 requests, %d after 1000", after, before)
		}
		return nil
	}
	if result, err := test.Run(t.Context()); err != nil || result.Failed != 0 {
		t.Fatal(err, result.Err())
	}
}

// heap is what is in use when all that is not has been found.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
