package wire

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// encoded serves raw with those lines of Content-Encoding.
func encoded(raw []byte, lines ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Encoding"] = lines
		_, _ = w.Write(raw)
	})
}

// emptyBlocks is n bytes of deflate that come to nothing, within gzip, which has no end.
func emptyBlocks(n int) []byte {
	head := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	return append(head, bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, n/5)...)
}

// gzipped is gzip's best of what write writes.
func gzipped(tb testing.TB, write func(io.Writer)) []byte {
	tb.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		tb.Fatal(err)
	}
	write(w)
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// layersOfNothing is some kilobytes of gzip in gzip in gzip, and within that megabytes that come to nothing.
func layersOfNothing(tb testing.TB) []byte {
	blocks := emptyBlocks(1 << 20)
	inner := gzipped(tb, func(w io.Writer) {
		_, _ = w.Write(blocks)
		for range 2 {
			_, _ = w.Write(blocks[10:])
		}
	})
	for range 2 {
		inner = gzipped(tb, func(w io.Writer) { _, _ = w.Write(inner) })
	}
	return inner
}

// A few kilobytes can become any number of bytes between two codings, none of which comes out at the end.
func TestLayersOfNothing(t *testing.T) {
	raw := layersOfNothing(t)
	if len(raw) > 64<<10 {
		t.Fatalf("got a bomb of %d bytes, want a small one", len(raw))
	}
	for _, unread := range []bool{false, true} {
		t.Run(fmt.Sprint("unread ", unread), func(t *testing.T) {
			client, seen := mustClient(t, Config{Handler: encoded(raw, "gzip, gzip, gzip", "gzip")})
			client.network.maxLayer = 2 << 20
			req := mustRequest(t, "GET", "http://a.test/", "")
			req.UnreadBody = unread
			var resp Response
			if err := client.Do(req, &resp); !errors.Is(err, errLayer) || resp.ErrorCode != 1701 || len(resp.Body) > 0 {
				t.Errorf("got %v (%d), want %v", err, resp.ErrorCode, errLayer)
			}
			if len(seen.all) != 1 || seen.last().Err == nil {
				t.Errorf("got %+v, want one failed exchange", seen.all)
			}
			req = mustRequest(t, "GET", "http://a.test/", "")
			req.UnreadBody, req.Timeout = unread, time.Nanosecond
			c := &call{client: client, request: req, resp: &resp, limit: Now()}
			c.body = c.newBody("gzip, gzip, gzip, gzip")
			c.body.bytes = append(c.body.bytes, raw...)
			if err := c.decode(); !errors.Is(err, errSlowDecoding) {
				t.Errorf("got %v after the time was over, want %v", err, errSlowDecoding)
			}
			client.Interrupt()
			c.body = c.newBody("gzip, gzip, gzip, gzip")
			c.body.bytes = append(c.body.bytes, raw...)
			if err := c.decode(); !errors.Is(err, ErrInterrupted) {
				t.Errorf("got %v after the interrupt, want %v", err, ErrInterrupted)
			}
		})
	}
}

// endless reads a block again and again.
type endless struct{ block []byte }

func (e endless) Read(p []byte) (int, error) { return copy(p, e.block), nil }

func TestLayerLooksAtTheClock(t *testing.T) {
	client, _ := mustClient(t, Config{})
	d := &decoding{call: &call{client: client, limit: Now() + 50*time.Millisecond}}
	r, _, err := openGzip(io.MultiReader(bytes.NewReader(emptyBlocks(0)), &layer{decoding: d, from: endless{bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 10)}, left: 1 << 60}))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.Read(make([]byte, 10)); n != 0 || err == nil || !errors.Is(d.err, errSlowDecoding) {
		t.Errorf("got %d bytes, %v, %v, want none and %v", n, err, d.err, errSlowDecoding)
	}
}

func TestManyCodings(t *testing.T) {
	text := strings.Repeat("The quick brown fox. ", 500)
	nested := func(n int) (raw []byte, names []string) {
		raw = []byte(text)
		for i := range n {
			names = append(names, []string{"gzip", "br", "zstd", "deflate"}[i%4])
			raw = compressed(t, names[i], string(raw))
		}
		return raw, names
	}
	five, names := nested(5)
	eight, eightNames := nested(8)
	nine, nineNames := nested(9)
	half := compressed(t, "gzip", "still in zebra")
	for name, test := range map[string]struct {
		raw     []byte
		lines   []string
		want    string
		unknown string
		err     string
	}{
		"five":             {raw: five, lines: []string{strings.Join(names, ",")}, want: text},
		"five lines":       {raw: five, lines: names, want: text},
		"odd lines":        {raw: five, lines: []string{" gzip ,", "br", "zstd,,deflate , identity", "x-gzip"}, want: text},
		"eight":            {raw: eight, lines: eightNames, want: text},
		"nine":             {raw: nine, lines: nineNames, err: "decompressing the response's body: it has more than 8 codings, one over the other"},
		"unknown":          {raw: []byte(text), lines: []string{"zebra"}, want: text, unknown: "zebra"},
		"unknown inside":   {raw: half, lines: []string{"zebra", "gzip"}, want: "still in zebra", unknown: "zebra"},
		"unknown outside":  {raw: half, lines: []string{"gzip", "zebra"}, want: string(half), unknown: "zebra"},
		"identity":         {raw: []byte(text), lines: []string{"identity"}, want: text},
		"second is broken": {raw: half, lines: []string{"br", "gzip"}, err: "*"},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := mustClient(t, Config{Handler: encoded(test.raw, test.lines...)})
			for _, unread := range []bool{false, true} {
				req := mustRequest(t, "GET", "http://a.test/", "")
				req.UnreadBody = unread
				var resp Response
				err := client.Do(req, &resp)
				if test.err != "" {
					if err == nil || test.err != "*" && err.Error() != test.err || resp.ErrorCode != 1701 {
						t.Errorf("got %v (%d), want %s (1701)", err, resp.ErrorCode, test.err)
					}
					continue
				}
				want, unknown := test.want, test.unknown
				if unread {
					want, unknown = "", ""
				}
				if err != nil || string(resp.Body) != want || seen.last().UnknownEncoding != unknown {
					t.Errorf("unread %v: got %.40q, unknown %q, %v; want %.40q", unread, resp.Body, seen.last().UnknownEncoding, err, want)
				}
			}
		})
	}
}

// Users of a body that comes to much more than the room share what there is, and each gets its part in the end.
func TestUsersShareTheRoom(t *testing.T) {
	bomb := compressed(t, "br", strings.Repeat("\x00", 5<<20))
	for _, unread := range []bool{true, false} {
		n, err := NewNetwork(Config{MaxBody: 1 << 20, Handler: encoded(bomb, "br")})
		if err != nil {
			t.Fatal(err)
		}
		n.room.limit = 3 << 20
		var users sync.WaitGroup
		for i := range 8 {
			users.Go(func() {
				client := n.NewClient(i, nil)
				defer client.Close()
				req := mustRequest(t, "GET", "http://a.test/", "")
				req.UnreadBody = unread
				var resp Response
				err := client.Do(req, &resp)
				if err != nil || resp.Truncated == unread || len(resp.Body) == 0 != unread {
					t.Errorf("unread %v: got %d bytes, cut %v, %v", unread, len(resp.Body), resp.Truncated, err)
				}
				resp.Release()
			})
		}
		users.Wait()
		if n.room.used != 0 || n.room.first != nil {
			t.Errorf("got %d bytes of the room in use, want all given back", n.room.used)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRoom(t *testing.T) {
	r := &room{limit: 100}
	a, b, c := &share{}, &share{}, &share{}
	if r.take(a, 60) != nil || r.take(b, 40) != nil {
		t.Fatal("got a wait, want room")
	}
	if r.take(a, 50) != nil {
		t.Fatal("got a wait, want the first to go beyond the limit")
	}
	wait := r.take(b, 1)
	if wait == nil || r.take(c, 1) == nil {
		t.Fatal("got room, want a wait")
	}
	a.give(50)
	select {
	case <-wait:
	default:
		t.Error("got no word of what was given back")
	}
	if r.take(b, 1) == nil {
		t.Error("got room, want a wait: the first still has its part")
	}
	a.give(60)
	if r.take(b, 61) != nil {
		t.Error("got a wait, want another to be the first")
	}
	if r.first != b || r.used != 101 || b.held != 101 {
		t.Errorf("got %d in use, %d by b", r.used, b.held)
	}
	b.give(101)
	if r.used != 0 || r.first != nil {
		t.Errorf("got %d in use, want none", r.used)
	}
}

func TestWaitForRoomEnds(t *testing.T) {
	client, _ := mustClient(t, Config{})
	client.network.room = &room{limit: 1, used: 1, first: &share{}}
	c := &call{client: client, resp: &Response{}, limit: Now() + time.Millisecond}
	if err := c.reserve(1); !errors.Is(err, errNoRoom) || c.MemoryWait <= 0 {
		t.Errorf("got %v after %v, want %v", err, c.MemoryWait, errNoRoom)
	}
	c.limit = Now() + time.Hour
	client.Interrupt()
	if err := c.reserve(1); !errors.Is(err, ErrInterrupted) {
		t.Errorf("got %v, want %v", err, ErrInterrupted)
	}
}
