// Package har converts recorded traffic, as browsers and proxies export it (HAR 1.2), into files of ours. It makes no request.
package har

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"example.com/foobar/loadgen/convert/draft"
)

// Recording is what there is to convert.
type Recording struct {
	Text []byte
	// Secrets hides credentials that no response of the recording has given; nil keeps them.
	Secrets *draft.Secrets
	// Speed keeps the pauses between requests, divided by it; 0 leaves them out.
	Speed float64
	// Hosts are those whose requests are taken, *.shop.test for all below shop.test; none means all.
	Hosts []string
	// Only are the Kinds of responses that are taken; none means all.
	Only []string
}

// Is says whether a text looks like a recording.
func Is(text []byte) bool {
	begin := bytes.TrimSpace(text[:min(len(text), 4<<10)])
	return bytes.HasPrefix(begin, []byte("{")) && bytes.Contains(begin, []byte(`"log"`)) && !bytes.Contains(begin, []byte(`"openapi"`))
}

// Convert converts a recording: its requests in their order, those at once that were under way at once, and the values that a
// response gave and a later request sent as variables. What a browser adds by itself is not in the draft. An error is a text that
// is no recording, or has no request to take.
func Convert(r Recording) (*draft.Draft, error) {
	if r.Secrets == nil {
		r.Secrets = &draft.Secrets{Keep: true}
	}
	log, err := r.read()
	if err != nil {
		return nil, err
	}
	c := &converter{Recording: r, draft: &draft.Draft{What: "requests"}}
	items := c.items(log)
	if len(items) == 0 {
		return nil, errors.New("it has no request to take: all are left out by -hosts and -only, or none got a response")
	}
	c.fill(items)
	c.draft.Script.Requests = c.steps(items, log.Pages)
	c.draft.Converted = len(items)
	slices.SortStableFunc(c.draft.Left, func(a, b draft.Left) int { return a.Line - b.Line })
	c.draft.Share()
	c.draft.Resolve()
	return c.draft, nil
}

// converter makes one draft.
type converter struct {
	Recording
	draft *draft.Draft
	names map[string]bool // of variables
}

// read reads the recording.
func (r Recording) read() (*log, error) {
	var top struct {
		Log *log `json:"log"`
	}
	err := json.Unmarshal(r.Text, &top)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("line %d: reading JSON: %w", line(r.Text, int(syntax.Offset)), err)
	case err != nil:
		return nil, fmt.Errorf("reading JSON: %w", err)
	case top.Log == nil:
		return nil, errors.New(`it is no HAR file: want {"log": {"entries": [...]}}`)
	case len(top.Log.Entries) == 0:
		return nil, errors.New("it has no entries")
	}
	return top.Log, nil
}

// line is the number of the line in which a place is.
func line(text []byte, offset int) int {
	return 1 + bytes.Count(text[:min(max(offset, 0), len(text))], []byte("\n"))
}
