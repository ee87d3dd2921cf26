package wire

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	brotli "github.com/molecule-man/go-brrr"
)

// compressed is text in an encoding.
func compressed(tb testing.TB, encoding, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch encoding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "bare deflate":
		w, err = flate.NewWriter(&b, 5)
	case "br":
		w, err = brotli.NewWriter(&b, 5)
	case "zstd":
		w, err = zstd.NewWriter(&b)
	default:
		return []byte(text)
	}
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestEncoding(t *testing.T) {
	text := strings.Repeat("The quick brown fox. ", 5000)
	for name, test := range map[string]struct {
		encoding string
		raw      []byte
		limit    int
		want     string
		err      string
	}{
		"gzip":         {"gzip", compressed(t, "gzip", text), 0, text, ""},
		"deflate":      {"deflate", compressed(t, "deflate", text), 0, text, ""},
		"bare deflate": {"deflate", compressed(t, "bare deflate", text), 0, text, ""},
		"br":           {"br", compressed(t, "br", text), 0, text, ""},
		"zstd":         {"zstd", compressed(t, "zstd", text), 0, text, ""},
		"capitals":     {"GZIP", compressed(t, "gzip", text), 0, text, ""},
		"two":          {"br, gzip", compressed(t, "gzip", string(compressed(t, "br", text))), 0, text, ""},
		"identity":     {"identity", []byte(text), 0, text, ""},
		"unknown":      {"zebra", []byte(text), 0, text, ""},
		"bomb":         {"gzip", compressed(t, "gzip", strings.Repeat("\x00", 10<<20)), 1000, strings.Repeat("\x00", 1000), ""},
		"brotli bomb":  {"br", compressed(t, "br", strings.Repeat("\x00", 10<<20)), 1000, strings.Repeat("\x00", 1000), ""},
		"zstd bomb":    {"zstd", compressed(t, "zstd", strings.Repeat("\x00", 10<<20)), 1000, strings.Repeat("\x00", 1000), ""},
		"empty":        {"gzip", nil, 0, "", ""},
		"corrupt":      {"gzip", []byte("this is not gzip at all"), 0, "", "gzip: invalid header"},
		"cut":          {"gzip", compressed(t, "gzip", text)[:50], 0, "", "it ends too early"},
		"corrupt br":   {"br", []byte("\xff\xff\xff\xff\xff"), 0, "", "*"},
		"corrupt zstd": {"zstd", []byte("\xff\xff\xff\xff\xff\xff\xff\xff"), 0, "", "*"},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := mustClient(t, Config{MaxBody: test.limit, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", test.encoding)
				_, _ = w.Write(test.raw)
			})})
			for range 2 { // the second time with used decoders
				var resp Response
				err := client.Do(mustRequest(t, "GET", "http://a.test/", ""), &resp)
				if test.err != "" {
					want := "decompressing the response's body: " + test.err
					if err == nil || test.err != "*" && err.Error() != want || resp.ErrorCode != 1701 {
						t.Errorf("got %v (%d), want %s (1701)", err, resp.ErrorCode, want)
					}
					continue
				}
				if err != nil || string(resp.Body) != test.want || resp.Truncated != (test.limit > 0) {
					t.Errorf("got %d bytes, truncated %v, %v; want %d", len(resp.Body), resp.Truncated, err, len(test.want))
				}
			}
			if !seen.last().Reused {
				t.Error("got a new connection, want the kept one")
			}
		})
	}
}
