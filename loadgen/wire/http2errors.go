package wire

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// http2Codes are HTTP/2's error codes by number (RFC 9113, section 7).
var http2Codes = []string{
	"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
	"FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
	"INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
}

const http2RefusedStream = 7

// http2StreamError is net/http's error of a stream that was reset: errors.As fills it, because its fields have the same
// names.
type http2StreamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (e http2StreamError) Error() string {
	return fmt.Sprintf("stream error: stream ID %d", e.StreamID)
}

// net/http's other errors have no type or a hidden one, so their messages must do.
const (
	http2GoneAway    = "http2: Transport received Server's graceful shutdown GOAWAY" // the stream is above the last one processed
	http2GoneAtFirst = "http2: Transport received GOAWAY from server ErrCode:"       // the same, for the first stream, with an error
	http2Unusable    = "http2: client conn not usable"                               // nothing was sent
	http2ServerGone  = "http2: server sent GOAWAY and closed the connection; "
	http2Connection  = "connection error: "
)

// http2Unprocessed says that the server did not process the stream that ended with err: it said so, by REFUSED_STREAM or
// by a GOAWAY with a lower number, or nothing was sent (RFC 9113, 8.7).
func http2Unprocessed(err error) bool {
	var stream http2StreamError
	if errors.As(err, &stream) {
		return stream.Code == http2RefusedStream
	}
	return err.Error() == http2GoneAway || err.Error() == http2Unusable
}

// http2Error gives err k6's code.
func http2Error(err error) error {
	var stream http2StreamError
	if errors.As(err, &stream) {
		return http2Failure("stream error", codeStream, int(stream.Code), err)
	}
	text := err.Error()
	switch {
	case text == http2GoneAway:
		return http2Failure("server sent GOAWAY", codeGoAway, 0, err)
	case strings.HasPrefix(text, http2GoneAtFirst):
		return http2Failure("server sent GOAWAY", codeGoAway, http2Code(strings.TrimPrefix(text, http2GoneAtFirst)), err)
	case strings.HasPrefix(text, http2ServerGone):
		_, code, _ := strings.Cut(text, "ErrCode=")
		return http2Failure("server sent GOAWAY", codeGoAway, http2Code(code), err)
	case strings.HasPrefix(text, http2Connection):
		return http2Failure("connection error", codeConnection, http2Code(strings.TrimPrefix(text, http2Connection)), err)
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return during("request", err)
}

// http2Code is the number of the code that text begins with, -1 for one that is not in the list.
func http2Code(text string) int {
	for number, name := range http2Codes {
		if strings.HasPrefix(text, name) {
			return number
		}
	}
	return -1
}

func http2Failure(what string, group, code int, err error) error {
	if code < 0 || code >= len(http2Codes) {
		return &Error{group, "http2: " + what, err}
	}
	return &Error{group + 1 + code, fmt.Sprintf("http2: %s %s", what, http2Codes[code]), err}
}
