package load

import (
	"bufio"
	"io"
	"slices"
	"strings"
	"testing"
)

// FuzzEvents feeds a body of events in pieces of different sizes: what comes out does not depend on them, and is bounded.
func FuzzEvents(f *testing.F) {
	for _, text := range []string{"data: a\n\n", "\uFEFFid:1\r\ndata\r\rdata:b\n\n", "event: x\ndata: a\ndata: b\n\n:c\n", "data: a\r", "id: a\x00b\ndata:\n\n", "retry: 10\n\n\n\ndata: x\r\n\r\n"} {
		f.Add(text, 1)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		read := func(r io.Reader, size int) (all []Event) {
			p := eventParser{lines: lineReader{in: bufio.NewReaderSize(r, size)}}
			for {
				e, err := p.next()
				if err != nil {
					return all
				}
				all = append(all, e)
			}
		}
		whole := read(strings.NewReader(text), 1<<16)
		pieces := read(iotestReader{strings.NewReader(text), max(1, size%7)}, 16)
		if !slices.Equal(whole, pieces) {
			t.Errorf("%q: got %+v in pieces, %+v as a whole", text, pieces, whole)
		}
		for _, e := range whole {
			if e.Type == "" || strings.Contains(e.Data, "\r") || strings.ContainsAny(e.ID+e.Type, "\r\n") {
				t.Errorf("%q: got %+v", text, e)
			}
		}
	})
}

// iotestReader gives so many bytes at a time.
type iotestReader struct {
	from io.Reader
	n    int
}

func (r iotestReader) Read(p []byte) (int, error) { return r.from.Read(p[:min(len(p), r.n)]) }
