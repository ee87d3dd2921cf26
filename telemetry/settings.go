package telemetry

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Settings are the settings that every service has.
type Settings struct {
	// Name is the service's name: in the logs, and in spans unless OTEL_SERVICE_NAME says otherwise.
	Name string
	// Addr is where the service listens. Port 0 takes a free one; the line "listening" of the log tells which.
	Addr string
	// Admin is where the admin listener listens; empty means no admin listener. Without a host it is the loopback.
	Admin string
	// AgentHostname is the Collector's host name or address, without scheme or port.
	AgentHostname string
	// DrainDelay is how long the service keeps accepting requests after it turned not ready.
	DrainDelay time.Duration
	// Within is the longest that an answer may take by the service's own rules; zero if it never waits.
	Within time.Duration
	// Endpoint is the URL spans are sent to; empty if the standard variables name it.
	Endpoint string
	// TracingOff is true if OTEL_SDK_DISABLED is.
	TracingOff bool
}

// Validate returns an error that names the flag or variable at fault and the form that is accepted.
func (s *Settings) Validate() error {
	if err := checkAddr(s.Addr); err != nil {
		return fmt.Errorf("-addr %q: %w", s.Addr, err)
	}
	if s.Admin != "" {
		if err := checkAddr(s.Admin); err != nil {
			return fmt.Errorf("-admin %q: %w", s.Admin, err)
		}
	}
	if s.DrainDelay < 0 {
		return fmt.Errorf("-drain-delay %s: want zero or more, such as 5s", s.DrainDelay)
	}
	if s.AgentHostname != "" && !isHost(s.AgentHostname) {
		return errors.New("-agent-hostname: want a host name or address without scheme and port, such as otel-collector; " +
			"for anything else set OTEL_EXPORTER_OTLP_ENDPOINT") // a URL that was meant for the latter may hold a password
	}
	return nil
}

// readOTel fills Endpoint and TracingOff from AgentHostname and the standard variables.
func (s *Settings) readOTel(getenv func(string) string) error {
	standard, err := readStandard(getenv)
	if err != nil {
		return err
	}
	s.TracingOff = standard.off
	if standard.exporter == exporterOTLP && standard.endpoint == "" {
		s.Endpoint = defaultEndpoint(cmp.Or(s.AgentHostname, "localhost"), standard.protocol)
	}
	return nil
}

func checkAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("want host:port, such as 127.0.0.1:5000 (port 0 takes a free one)")
	}
	return nil
}

// isHost reports whether host is a name or an IP address and nothing more.
func isHost(host string) bool {
	if net.ParseIP(host) != nil {
		return true
	}
	u, err := url.Parse("http://" + host)
	return err == nil && u.Host == host && u.Port() == "" && !strings.ContainsAny(host, ":[]")
}
