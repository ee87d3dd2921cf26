package telemetry

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// collectorPort is where a Collector listens for OTLP over gRPC.
const collectorPort = "4317"

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
		return fmt.Errorf("-agent-hostname %q: want a host name or address without scheme and port, such as otel-collector; "+
			"for anything else set OTEL_EXPORTER_OTLP_ENDPOINT", s.AgentHostname)
	}
	return nil
}

// readOTel fills Endpoint and TracingOff from AgentHostname and the standard variables.
func (s *Settings) readOTel(getenv func(string) string) error {
	s.TracingOff = strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true")
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"} {
		value := getenv(name)
		if value == "" {
			continue
		}
		if _, err := url.Parse(value); err != nil {
			return fmt.Errorf("%s: want a URL such as http://otel-collector:4317", name) // the value may hold a secret
		}
		return nil
	}
	host := s.AgentHostname
	if host == "" {
		host = "localhost"
	}
	s.Endpoint = "http://" + net.JoinHostPort(host, collectorPort)
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
