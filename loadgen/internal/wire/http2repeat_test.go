package wire

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// mustFrames runs a server of HTTP/2 without TLS that answers each frame that ends a request by respond. n counts the
// streams of all connections from 0.
func mustFrames(tb testing.TB, respond func(f *frames, id uint32, n int64)) (url string, streams *atomic.Int64) {
	tb.Helper()
	streams = new(atomic.Int64)
	return "http://" + mustServe(tb, func(c net.Conn) {
		if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		f := &frames{Framer: http2.NewFramer(c, c), conn: c}
		if f.WriteSettings() != nil {
			return
		}
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			if s, ok := frame.(*http2.SettingsFrame); ok && !s.IsAck() {
				_ = f.WriteSettingsAck()
			}
			if frame.Header().StreamID != 0 && frame.Header().Flags.Has(http2.FlagDataEndStream) {
				respond(f, frame.Header().StreamID, streams.Add(1)-1)
			}
		}
	}), streams
}

// frames is a server's side of a connection.
type frames struct {
	*http2.Framer
	conn net.Conn
}

func (f *frames) answer(id uint32) {
	var block bytes.Buffer
	_ = hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: true})
}

// TestHTTP2Reset: each second stream is reset. Only REFUSED_STREAM is sent again.
func TestHTTP2Reset(t *testing.T) {
	for code := range http2.ErrCode(15) {
		for _, method := range []string{"GET", "POST"} {
			t.Run(fmt.Sprint(method, " ", code), func(t *testing.T) {
				url, streams := mustFrames(t, func(f *frames, id uint32, n int64) {
					if n%2 == 0 {
						f.answer(id)
					} else {
						_ = f.WriteRSTStream(id, code)
					}
				})
				client, seen := mustClient(t, Config{HTTPVersion: "2", Timeout: 20 * time.Second})
				req := mustRequest(t, method, url, map[string]string{"POST": "a=1"}[method])
				failed := 0
				for range 10 {
					var resp Response
					if err := client.Do(req, &resp); err != nil {
						failed++
						want := codeStream + 1 + int(code)
						if int(code) >= len(http2Codes) {
							want = codeStream
						}
						if resp.ErrorCode != want {
							t.Errorf("got %v (%d), want code %d", err, resp.ErrorCode, want)
						}
					}
				}
				wantFailed, wantStreams := 5, int64(10)
				if code == http2.ErrCodeRefusedStream {
					wantFailed, wantStreams = 0, 19
				}
				if failed != wantFailed || streams.Load() != wantStreams || len(seen.all) != 10 {
					t.Errorf("got %d failed, %d streams, %d exchanges; want %d, %d, 10", failed, streams.Load(), len(seen.all), wantFailed, wantStreams)
				}
			})
		}
	}
}

// TestHTTP2GoAway: the server goes away at the third stream of each connection.
func TestHTTP2GoAway(t *testing.T) {
	for name, test := range map[string]struct {
		last, failed int
		code         http2.ErrCode
		answer       bool
	}{
		"before it":                 {3, 0, http2.ErrCodeNo, false},
		"before it, with an error":  {3, 0, http2.ErrCodeEnhanceYourCalm, false},
		"after it":                  {5, 0, http2.ErrCodeNo, true},
		"within it":                 {5, 3, http2.ErrCodeNo, false},
		"within it, with an error":  {5, 3, http2.ErrCodeInternal, false},
		"within it, a code unknown": {5, 3, 99, false},
	} {
		t.Run(name, func(t *testing.T) {
			url, streams := mustFrames(t, func(f *frames, id uint32, _ int64) {
				if id < 5 {
					f.answer(id)
					return
				}
				_ = f.WriteGoAway(uint32(test.last), test.code, []byte("CANCEL NO_ERROR"))
				if test.answer {
					f.answer(id)
				}
				_ = f.conn.(*net.TCPConn).CloseWrite()
			})
			client, seen := mustClient(t, Config{HTTPVersion: "2", Timeout: 20 * time.Second})
			req := mustRequest(t, "POST", url, "a=1")
			failed := 0
			for range 9 {
				var resp Response
				if err := client.Do(req, &resp); err != nil {
					failed++
					want := codeGoAway + 1 + int(test.code)
					if int(test.code) >= len(http2Codes) {
						want = codeGoAway
					}
					if resp.ErrorCode != want {
						t.Errorf("got %v (%d), want code %d", err, resp.ErrorCode, want)
					}
				}
			}
			wantStreams := int64(9)
			if test.last < 5 {
				wantStreams = 13 // two of each connection are answered, and the last connection has one
			}
			if failed != test.failed || streams.Load() != wantStreams || len(seen.all) != 9 {
				t.Errorf("got %d failed, %d streams, %d exchanges; want %d, %d, 9", failed, streams.Load(), len(seen.all), test.failed, wantStreams)
			}
		})
	}
}

// TestHTTP2AlwaysRefused: a server that refuses for ever makes a failed request, counted once.
func TestHTTP2AlwaysRefused(t *testing.T) {
	for name, test := range map[string]struct {
		refuse func(f *frames, id uint32)
		code   int
	}{
		"stream":               {func(f *frames, id uint32) { _ = f.WriteRSTStream(id, http2.ErrCodeRefusedStream) }, codeStream + 1 + http2RefusedStream},
		"connection":           {func(f *frames, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeNo, nil) }, codeGoAway + 1},
		"connection, in error": {func(f *frames, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, nil) }, codeGoAway + 1 + 11},
	} {
		t.Run(name, func(t *testing.T) {
			url, streams := mustFrames(t, func(f *frames, id uint32, _ int64) { test.refuse(f, id) })
			client, seen := mustClient(t, Config{HTTPVersion: "2", Timeout: 20 * time.Second})
			var resp Response
			err := client.Do(mustRequest(t, "GET", url, ""), &resp)
			if err == nil || resp.ErrorCode != test.code || len(seen.all) != 1 || streams.Load() > maxRefusals+1 {
				t.Errorf("got %v (%d), %d exchanges, %d streams; want code %d, one exchange, at most %d streams",
					err, resp.ErrorCode, len(seen.all), streams.Load(), test.code, maxRefusals+1)
			}
		})
	}
}

// TestHTTP2ConnectionLost: what a lost connection did with a stream isn't known.
func TestHTTP2ConnectionLost(t *testing.T) {
	url, streams := mustFrames(t, func(f *frames, id uint32, n int64) {
		if n%2 == 0 {
			f.answer(id)
		} else {
			_ = f.conn.Close()
		}
	})
	client, _ := mustClient(t, Config{HTTPVersion: "2", Timeout: 20 * time.Second})
	req := mustRequest(t, "GET", url, "")
	first, second := client.Do(req, &Response{}), client.Do(req, &Response{})
	if first != nil || second == nil || streams.Load() != 2 {
		t.Errorf("got %v, %v, %d streams; want success, an error, 2", first, second, streams.Load())
	}
}
