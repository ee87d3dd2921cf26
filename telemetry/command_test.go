package telemetry

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
)

// parse runs a command line over an environment and returns what it made of both.
func parse(tb testing.TB, args []string, env map[string]string) (s Settings, wait time.Duration, code int, done bool, stdout, stderr string) {
	tb.Helper()
	s, wait = Settings{Name: "svc", Addr: "127.0.0.1:5000"}, 2*time.Second
	var out, err bytes.Buffer
	c := NewCommand(&s, "svc is a service.\n\n  svc -addr :80")
	c.Duration(&wait, "wait", "WAIT", "wait for `TIME`")
	c.Check(func() error {
		if wait == 13*time.Second {
			return errors.New("-wait 13s: unlucky")
		}
		return nil
	})
	code, done = c.Parse(tb.Context(), args, func(name string) string { return env[name] }, &out, &err)
	return s, wait, code, done, out.String(), err.String()
}

func TestCommand(t *testing.T) {
	t.Run("Defaults", func(t *testing.T) {
		s, wait, _, done, _, stderr := parse(t, nil, nil)
		want := Settings{Name: "svc", Addr: "127.0.0.1:5000", Endpoint: "http://localhost:4317"}
		if done || s != want || wait != 2*time.Second {
			t.Errorf("got %+v %s %q, want %+v", s, wait, stderr, want)
		}
	})
	t.Run("Flags", func(t *testing.T) {
		args := []string{"-addr", ":1", "--admin=:2", "-agent-hostname", "::1", "-drain-delay", "3s", "-wait", "4s"}
		s, wait, _, _, _, _ := parse(t, args, nil)
		want := Settings{Name: "svc", Addr: ":1", Admin: ":2", AgentHostname: "::1", DrainDelay: 3 * time.Second, Endpoint: "http://[::1]:4317"}
		if s != want || wait != 4*time.Second {
			t.Errorf("got %+v %s, want %+v", s, wait, want)
		}
	})
	t.Run("Environment", func(t *testing.T) {
		env := map[string]string{"ADDR": ":1", "ADMIN_ADDR": ":2", "AGENT_HOSTNAME": "agent", "DRAIN_DELAY": "3s", "WAIT": "4s", "OTEL_SDK_DISABLED": "TRUE"}
		s, wait, _, _, _, _ := parse(t, nil, env)
		want := Settings{Name: "svc", Addr: ":1", Admin: ":2", AgentHostname: "agent", DrainDelay: 3 * time.Second, TracingOff: true}
		if s != want || wait != 4*time.Second {
			t.Errorf("got %+v %s, want %+v", s, wait, want)
		}
	})
	t.Run("FlagWins", func(t *testing.T) {
		if _, wait, _, done, _, _ := parse(t, []string{"-wait", "4s"}, map[string]string{"WAIT": "nonsense"}); done || wait != 4*time.Second {
			t.Errorf("got %s, want 4s", wait)
		}
	})
	t.Run("StandardEndpointWins", func(t *testing.T) {
		for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
			s, _, _, _, _, _ := parse(t, nil, map[string]string{"AGENT_HOSTNAME": "agent", name: "http://other:1"})
			if s.Endpoint != "" {
				t.Errorf("%s: got %q, want it left to the exporter", name, s.Endpoint)
			}
		}
	})
	t.Run("Help", func(t *testing.T) {
		_, _, code, done, stdout, stderr := parse(t, []string{"-h"}, nil)
		if !done || code != ExitOK || stderr != "" {
			t.Errorf("got %v %d %q, want done, 0, nothing", done, code, stderr)
		}
		for _, want := range []string{"svc -addr :80", "-wait TIME   WAIT   (default 2s)", "-admin HOST:PORT   ADMIN_ADDR", "-probe", "-version", "OTEL_SDK_DISABLED"} {
			if !strings.Contains(stdout, want) {
				t.Errorf("got no %q in\n%s", want, stdout)
			}
		}
	})
	t.Run("Version", func(t *testing.T) {
		_, _, code, done, stdout, _ := parse(t, []string{"-version"}, map[string]string{"WAIT": "nonsense"})
		if !done || code != ExitOK || !strings.HasPrefix(stdout, "svc ") || !strings.Contains(stdout, " go1.") {
			t.Errorf("got %v %d %q, want the version", done, code, stdout)
		}
	})
}

func TestCommandErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"UnknownFlag":   {[]string{"-nix"}, nil, "-nix"},
		"Argument":      {[]string{"now"}, nil, `"now"`},
		"Addr":          {[]string{"-addr", "5000"}, nil, `-addr "5000": want host:port`},
		"AddrPort":      {[]string{"-addr", "localhost:99999"}, nil, "-addr"},
		"Admin":         {[]string{"-admin", "here"}, nil, `-admin "here": want host:port`},
		"AgentURL":      {[]string{"-agent-hostname", "http://agent"}, nil, "-agent-hostname"},
		"AgentPort":     {nil, map[string]string{"AGENT_HOSTNAME": "agent:4317"}, "-agent-hostname"},
		"AgentSpace":    {nil, map[string]string{"AGENT_HOSTNAME": "an agent"}, "-agent-hostname"},
		"AgentUser":     {nil, map[string]string{"AGENT_HOSTNAME": "me@agent"}, "-agent-hostname"},
		"DrainDelay":    {[]string{"-drain-delay", "-1s"}, nil, "-drain-delay"},
		"Duration":      {[]string{"-wait", "long"}, nil, "-wait"},
		"EnvDuration":   {nil, map[string]string{"WAIT": "long"}, `WAIT="long"`},
		"EndpointNoURL": {nil, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "127.0.0.1:4317"}, "OTEL_EXPORTER_OTLP_ENDPOINT"},
		"OwnRule":       {[]string{"-wait", "13s"}, nil, "unlucky"},
		"ProbeFreePort": {[]string{"-probe", "-addr", ":0"}, nil, "probe"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, code, done, stdout, stderr := parse(t, tc.args, tc.env)
			want := ExitUsage
			if name == "ProbeFreePort" {
				want = ExitFailed
			}
			if !done || code != want || stdout != "" || !strings.Contains(stderr, tc.want) {
				t.Errorf("got %v %d %q %q, want exit code %d and %q", done, code, stdout, stderr, want, tc.want)
			}
		})
	}
}

func FuzzCommand(f *testing.F) {
	f.Add("127.0.0.1:5000", ":0", "agent", "5s", "http://collector:4317")
	f.Add("", "[::1]:80", "::1", "-1h", ":")
	f.Fuzz(func(t *testing.T, addr, admin, agent, delay, endpoint string) {
		env := map[string]string{"ADDR": addr, "ADMIN_ADDR": admin, "AGENT_HOSTNAME": agent, "DRAIN_DELAY": delay, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
		s, _, code, done, _, stderr := parse(t, nil, env)
		if done && (code != ExitUsage || stderr == "") {
			t.Errorf("got exit code %d and %q, want %d and a reason", code, stderr, ExitUsage)
		}
		if done {
			return
		}
		if u, err := url.Parse(s.Endpoint); err != nil || s.Endpoint != "" && u.Port() != "4317" {
			t.Errorf("got the endpoint %q of the host %q, want a URL with port 4317", s.Endpoint, agent)
		}
	})
}
