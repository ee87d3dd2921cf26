package wire

import (
	"bytes"
)

var errHeader = malformed("bad status line or header")

// headerEnd is the length of the header that b begins with, up to its empty line, -1 when it does not end in b.
func headerEnd(b []byte) int {
	end := bytes.Index(b, []byte("\n\r\n"))
	if end >= 0 {
		b = b[:end+1]
	}
	switch bare := bytes.Index(b, []byte("\n\n")); {
	case bare >= 0:
		return bare + 2
	case end >= 0:
		return end + 3
	}
	return -1
}

// bareLineFeed says whether a line ends without a carriage return.
func bareLineFeed(block []byte) bool {
	return bytes.Count(block, []byte("\n")) != bytes.Count(block, []byte("\r\n"))
}

// tidy is a header in the form that the parser takes: a client may take a line feed alone for the end of a line (RFC 9112,
// 2.2), and one Content-Length that was said several times for one (RFC 9110, 8.6).
func tidy(block []byte) []byte {
	tidied := make([]byte, 0, len(block)+bytes.Count(block, []byte("\n")))
	var length []byte
	for line := range bytes.Lines(block) {
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && bytes.EqualFold(name, []byte("Content-Length")) {
			value = sameLength(value)
			if value != nil && bytes.Equal(value, length) {
				continue
			}
			if value != nil {
				length = value
				line = append([]byte("Content-Length: "), value...)
			}
		}
		tidied = append(append(tidied, line...), "\r\n"...)
	}
	return tidied
}

// sameLength is the element of a list that all its elements are, nil when they differ or are no numbers.
func sameLength(list []byte) (same []byte) {
	for element := range bytes.SplitSeq(list, []byte(",")) {
		element = bytes.TrimSpace(element)
		if len(element) == 0 || len(bytes.Trim(element, "0123456789")) > 0 || same != nil && !bytes.Equal(same, element) {
			return nil
		}
		same = element
	}
	return same
}

// folded says whether a line of a header continues the one before.
func folded(block []byte) bool {
	return bytes.Contains(block, []byte("\n ")) || bytes.Contains(block, []byte("\n\t"))
}

// unfold joins lines with those that they continue: a line break with the spaces around it stands for one space. Such lines
// right after the status line are left out (RFC 9112, 5.2 and 2.2).
func unfold(block []byte) []byte {
	if !folded(block) {
		return block
	}
	unfolded := make([]byte, 0, len(block))
	lines := 0
	for line := range bytes.Lines(block) {
		if continues := line[0] == ' ' || line[0] == '\t'; !continues {
			unfolded = append(unfolded, line...)
			lines++
		} else if lines > 1 {
			unfolded = append(bytes.TrimRight(unfolded, " \t\r\n"), ' ')
			unfolded = append(append(unfolded, bytes.TrimSpace(line)...), "\r\n"...)
		}
	}
	return unfolded
}
