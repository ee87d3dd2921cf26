package telemetry

import (
	"errors"
	"os"
	"strings"
	"testing"

	"example.com/foobar/telemetry/logtest"
)

// envOf is the process environment.
func envOf(tb testing.TB) map[string]string {
	tb.Helper()
	env := map[string]string{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	return env
}

// Whoever quotes a secret of the environment, it doesn't reach the log.
func TestSecretsInLog(t *testing.T) {
	for _, tc := range []struct{ variable, value, quoted string }{
		{"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20s3cret", "can't send Bearer s3cret"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20s3cret", "can't send s3cret"},
		{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=1,key=s3cret%ZZ", "can't decode s3cret%ZZ"},
		{"OTEL_EXPORTER_OTLP_HEADERS", `key=s3cret"x`, `can't send "s3cret\"x"`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:s3cret@collector:4317", `parse "http://user:s3cret@collector:4317"`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:s3cr%et@collector:4317", `parse "http://user:s3cr%et@collector:4317"`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317?key=s3cret", `Post "http://collector:4317?key=s3cret"`},
		{"HTTPS_PROXY", "user:s3cret@proxy:3128", "invalid proxy address user:s3cret@proxy:3128"},
		{"http_proxy", "http://user:s3cr%65t@proxy:3128", "password s3cret"},
		{"OTEL_EXPORTER_OTLP_CLIENT_KEY", "-----BEGIN PRIVATE KEY-----s3cret", "open -----BEGIN PRIVATE KEY-----s3cret"},
	} {
		t.Run(tc.variable+"="+tc.value, func(t *testing.T) {
			t.Setenv(tc.variable, tc.value)
			out := &logtest.Log{}
			log := NewLogger(out, "svc")
			log.With("with", tc.quoted).WithGroup("g").Warn(tc.quoted, "text", tc.quoted, "error", errors.New(tc.quoted))
			if got := out.String(); strings.Contains(got, "s3cr") || strings.Count(got, "[secret]") < 4 {
				t.Errorf("got %s, want no secret in it", got)
			}
		})
	}
	t.Run("NothingElse", func(t *testing.T) {
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "a=1,b=")
		t.Setenv("HTTP_PROXY", "http://proxy:3128")
		out := &logtest.Log{}
		NewLogger(out, "svc").Info("a 1 at http://proxy:3128", "n", 1)
		if got := out.With(t, "a 1 at http://proxy:3128"); len(got) != 1 || got[0]["n"] != 1.0 {
			t.Errorf("got %s, want the line as it is", out)
		}
	})
}

// A service that is started with variables that can't be used says so in JSON, names each and tells no value, and serves.
func TestRunWarns(t *testing.T) {
	variables := map[string]string{
		"OTEL_EXPORTER_OTLP_HEADERS":        "authorization=Bearer " + secret + "%ZZ,Cookie: " + secret,
		"OTEL_EXPORTER_OTLP_TRACES_HEADERS": secret,
		"OTEL_EXPORTER_OTLP_TIMEOUT":        secret,
		"OTEL_EXPORTER_OTLP_COMPRESSION":    secret,
		"OTEL_EXPORTER_OTLP_CERTIFICATE":    secret,
		"OTEL_RESOURCE_ATTRIBUTES":          secret,
		"OTEL_TRACES_SAMPLER":               secret,
		"OTEL_TRACES_SAMPLER_ARG":           secret,
		"OTEL_PROPAGATORS":                  secret,
		"OTEL_BSP_MAX_QUEUE_SIZE":           secret,
		"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT":   secret,
		"OTEL_SDK_DISABLED":                 secret,
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
	log := mustTrace(t, 0)
	said := map[string]bool{}
	for _, record := range log.With(t, "") {
		if name, is := record["variable"].(string); is {
			said[name] = true
		}
	}
	for name := range variables {
		if !said[name] {
			t.Errorf("got no warning of %s in\n%s", name, log)
		}
	}
	if strings.Contains(log.String(), secret) {
		t.Errorf("got a value in the log:\n%s", log)
	}
}
