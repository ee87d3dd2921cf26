package file

import (
	"fmt"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Text is what a file says in UTF-8: without its byte order mark, and turned into UTF-8 if the mark says UTF-16, which is how
// PowerShell writes files. Without a mark it is as it was.
func Text(b []byte) ([]byte, error) {
	if len(b) < 2 || b[0] < 0xef {
		return b, nil
	}
	out, _, err := transform.Bytes(unicode.BOMOverride(encoding.Nop.NewDecoder()), b)
	if err != nil {
		return nil, fmt.Errorf("reading it as UTF-16: %w", err)
	}
	return out, nil
}
