package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// k6's error codes. A status of 400 and above is 1000 + status.
const (
	codeOther        = 1000
	codeNotTCP       = 1010
	codeURL          = 1020
	codeTimeout      = 1050
	codeDNS          = 1100
	codeNoSuchHost   = 1101
	codeBlacklisted  = 1110
	codeBlocked      = 1111
	codeTCP          = 1200
	codeBrokenPipe   = 1201
	codeErrno        = 1202
	codeDial         = 1210
	codeDialTimeout  = 1211
	codeRefused      = 1212
	codeDialErrno    = 1213
	codeReset        = 1220
	codeTLS          = 1300
	codeTLSHeader    = 1301
	codeUnknownCA    = 1310
	codeHostname     = 1311
	codeGoAway       = 1610
	codeStream       = 1630
	codeConnection   = 1650
	codeDecompressed = 1701
)

// ErrInterrupted is the error of an exchange that Interrupt ended.
var ErrInterrupted = errors.New("interrupted")

// Error is why an exchange failed: a message that is the same for every failure of its kind (no ephemeral ports, no
// bytes of the response), with k6's error_code.
type Error struct {
	Code    int
	Message string
	Err     error
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.Err }

var (
	errTimeout   = &Error{codeTimeout, "request timeout", os.ErrDeadlineExceeded}
	errNoAnswer  = &Error{codeOther, "connection closed before the response", io.EOF}
	errCutBody   = &Error{codeOther, "connection closed within the response's body", io.ErrUnexpectedEOF}
	errCutHeader = &Error{codeOther, "connection closed within the response's header", io.ErrUnexpectedEOF}
)

func malformed(what string) error {
	return &Error{Code: codeOther, Message: "malformed HTTP response: " + what}
}

// during says what was being done when err came.
func during(what string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	switch {
	case errors.As(err, &e), errors.Is(err, ErrInterrupted):
		return err
	case isTimeout(err):
		return errTimeout
	}
	if e := systemError(what, err); e != nil {
		return e
	}
	if e := tlsError(err); e != nil {
		return e
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{codeOther, what + ": connection closed", err}
	}
	return &Error{codeOther, what + ": " + Fold(err.Error()), err}
}

// systemError is err when the operating system's network said it.
func systemError(what string, err error) error {
	var errno syscall.Errno
	switch {
	case errors.Is(err, syscall.ECONNRESET), hasErrno(err, windowsReset):
		return &Error{codeReset, what + ": connection reset by peer", err}
	case errors.Is(err, syscall.EPIPE), hasErrno(err, windowsAborted):
		return &Error{codeBrokenPipe, what + ": broken pipe", err}
	case errors.As(err, &errno):
		return &Error{codeErrno, what + ": " + errno.Error(), err}
	case errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return &Error{codeTCP, what + ": connection closed", err}
	}
	return nil
}

func tlsError(err error) error {
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		header    tls.RecordHeaderError
		alert     tls.AlertError
		op        *net.OpError
	)
	switch {
	case errors.As(err, &authority):
		return &Error{codeUnknownCA, "x509: certificate signed by unknown authority", err}
	case errors.As(err, &hostname):
		return &Error{codeHostname, "x509: certificate is not valid for the host name", err}
	case errors.As(err, &invalid):
		return &Error{codeTLS, invalidText(invalid), err}
	case errors.As(err, &header):
		return &Error{codeTLSHeader, "tls: first record does not look like a TLS handshake", err}
	case errors.As(err, &alert):
		return &Error{codeTLS, "tls: " + alert.Error(), err}
	case errors.As(err, &op) && op.Net == "":
		return &Error{codeTLS, op.Op + ": " + Fold(op.Err.Error()), err}
	case strings.HasPrefix(err.Error(), "tls: "):
		return &Error{codeTLS, Fold(err.Error()), err}
	}
	return nil
}

// invalidText is why a certificate isn't valid, without the time of now that crypto/x509 says.
func invalidText(err x509.CertificateInvalidError) string {
	switch {
	case err.Reason != x509.Expired:
		return Fold(err.Error())
	case err.Cert != nil && time.Now().Before(err.Cert.NotBefore):
		return "x509: certificate is not yet valid"
	}
	return "x509: certificate has expired"
}

// dialError is why no connection to addr came about.
func dialError(network, addr string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	where := fmt.Sprintf("dial %s %s: ", network, addr)
	var errno syscall.Errno
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), hasErrno(err, windowsRefused):
		return &Error{codeRefused, where + "connect: connection refused", err}
	case errors.As(err, &errno) && !errno.Timeout():
		return &Error{codeDialErrno, where + errno.Error(), err}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &Error{codeDialTimeout, where + "i/o timeout", err}
	}
	return &Error{codeDial, where + Fold(cause(err).Error()), err}
}

// Windows has numbers of its own.
const (
	windowsAborted = syscall.Errno(10053)
	windowsReset   = syscall.Errno(10054)
	windowsRefused = syscall.Errno(10061)
)

func hasErrno(err error, number syscall.Errno) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && errno == number
}

// cause is what a network operation's error is about, without addresses.
func cause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func lookupError(host string, err error) error {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return during("lookup "+host, err)
	}
	if dns.IsNotFound {
		return &Error{codeNoSuchHost, "lookup " + host + ": no such host", err}
	}
	return &Error{codeDNS, "lookup " + host + ": " + Fold(dns.Err), err}
}

// errorCode is k6's code for how an exchange ended.
func errorCode(err error, status int) int {
	if err == nil {
		if status >= 400 {
			return codeOther + status
		}
		return 0
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return codeOther
}

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
