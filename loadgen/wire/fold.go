package wire

import (
	"regexp"
	"strings"
)

// changing is what differs between two errors of one kind: a port of this side, an instant, an identity.
var changing = regexp.MustCompile(`[^\s"()]+:\d+->` + // the local address before the remote one
	`|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|UTC|[+-]\d\d:?\d\d))*( m=[+-][\d.]+)?` +
	`|\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b` + // a UUID
	`|\b0x[0-9a-fA-F]+\b|\b[0-9a-fA-F]{16,}\b`)

var streamID = regexp.MustCompile(`(?i)\b(stream(?: id)?) \d+`)

// Fold is the text of an error without what differs between two errors of its kind, so that one line of a report stands for
// all of them: times, local addresses with their ports, UUIDs and long hexadecimal numbers become "…".
func Fold(text string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return text
	}
	text = changing.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasSuffix(s, "->") {
			return ""
		}
		return "…"
	})
	return streamID.ReplaceAllString(text, "$1 …")
}
