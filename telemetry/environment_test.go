package telemetry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// secret stands in every value of these tests that can't be used.
const secret = "s3cretvalue"

func TestReadStandardWarns(t *testing.T) {
	for _, tc := range []struct {
		variable, value string
		read            string // what the SDK reads then
	}{
		{"OTEL_SDK_DISABLED", "1", ""},
		{"OTEL_SDK_DISABLED", secret, ""},
		{"OTEL_TRACES_EXPORTER", "bogus", ""},
		{"OTEL_TRACES_EXPORTER", "otlp,console", ""},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", secret, ""},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http", ""},
		{"OTEL_PROPAGATORS", "b3," + secret, "b3"},
		{"OTEL_PROPAGATORS", secret, ""},
		{"OTEL_TRACES_SAMPLER", secret, ""},
		{"OTEL_TRACES_SAMPLER_ARG", "0.5", ""}, // the default sampler takes none
		{"OTEL_BSP_MAX_QUEUE_SIZE", "abc", ""},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "0", ""},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "99999999999999999999", ""},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2049", ""},
		{"OTEL_BSP_SCHEDULE_DELAY", "5s", ""},
		{"OTEL_BSP_EXPORT_TIMEOUT", "-1", ""},
		{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many", ""},
		{"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "1.5", ""},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "abc", ""},
		{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "9223372036854775807", ""},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", ""},
		{"OTEL_EXPORTER_OTLP_INSECURE", "yes", ""},
		{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/" + secret, ""}, // of no use with http
		{"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer " + secret + "%ZZ", ""},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a=1,Authorization: Bearer " + secret, "a=1"},
		{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization: Basic " + secret + "=,b=%20x", "b=%20x"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a=" + secret + "%0d%0ab: c", ""},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a!=" + secret, ""}, // no header of gRPC
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:" + secret + "@collector:4317", "http://collector:4317"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://collector:4317?api_key=" + secret, "https://collector:4317"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317/v1/traces", "http://collector:4317/v1/traces"},
		{"OTEL_RESOURCE_ATTRIBUTES", "a=b," + secret, "a=b"},
		{"OTEL_RESOURCE_ATTRIBUTES", "a=%ZZ,=" + secret, ""},
		{"OTEL_RESOURCE_ATTRIBUTES", "a=%FF,b=c", "b=c"}, // with bytes that aren't UTF-8 no span could be encoded
		{"OTEL_SERVICE_NAME", "\xff", ""},
		{"OTEL_CONFIG_FILE", "/" + secret, ""},
	} {
		t.Run(tc.variable+"="+tc.value, func(t *testing.T) {
			s, err := readStandard(func(name string) string { return map[string]string{tc.variable: tc.value}[name] })
			if err != nil {
				t.Fatal(err)
			}
			if len(s.warnings) != 1 || s.warnings[0].variable != tc.variable || strings.Contains(s.warnings[0].problem, secret) {
				t.Errorf("got the warnings %q, want one that names the variable and not its value", s.warnings)
			}
			if got := s.read(tc.variable); got != tc.read {
				t.Errorf("the SDK reads %q, want %q", got, tc.read)
			}
		})
	}
}

func TestReadStandardSampler(t *testing.T) {
	for argument, want := range map[string]int{"0.25": 0, "0": 0, "1": 0, "1e-3": 0, "NaN": 1, "Inf": 1, "-0.1": 1, "1.1": 1, "25%": 1} {
		for _, sampler := range []string{"traceidratio", "ParentBased_TraceIDRatio"} {
			env := map[string]string{"OTEL_TRACES_SAMPLER": sampler, "OTEL_TRACES_SAMPLER_ARG": argument}
			s, err := readStandard(func(name string) string { return env[name] })
			if err != nil || len(s.warnings) != want || want == 0 && s.read("OTEL_TRACES_SAMPLER_ARG") != argument {
				t.Errorf("%s, %s: got %v, %v, want %d warnings", sampler, argument, s.warnings, err, want)
			}
		}
	}
}

// Nothing is said of values that hold, and the SDK reads them without white space and in the case that it knows.
func TestReadStandardHolds(t *testing.T) {
	for _, tc := range []struct{ variable, value, read string }{
		{"OTEL_SDK_DISABLED", "False", "False"},
		{"OTEL_TRACES_EXPORTER", " OTLP", "otlp"},
		{"OTEL_TRACES_EXPORTER", "none", "none"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "HTTP/protobuf", "http/protobuf"},
		{"OTEL_PROPAGATORS", "B3, baggage,b3", "b3,baggage"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", " 100 ", "100"},
		{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "-1", "-1"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "GZIP", "gzip"},
		{"OTEL_EXPORTER_OTLP_INSECURE", "true", ""}, // the URL's scheme decides
		{"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc, x-scope=1,", "authorization=Bearer%20abc, x-scope=1"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "HTTPS://[::1]:4317", "https://[::1]:4317"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example", "https://collector.example"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "unix:///run/otel.sock", "unix:///run/otel.sock"},
		{"OTEL_RESOURCE_ATTRIBUTES", "a=b=c,k%20=", "a=b=c,k%20="},
	} {
		t.Run(tc.variable+"="+tc.value, func(t *testing.T) {
			s, err := readStandard(func(name string) string { return map[string]string{tc.variable: tc.value}[name] })
			if err != nil || len(s.warnings) != 0 {
				t.Fatalf("got %v and the warnings %q, want none", err, s.warnings)
			}
			if got := s.read(tc.variable); got != tc.read {
				t.Errorf("the SDK reads %q, want %q", got, tc.read)
			}
		})
	}
}

func TestReadStandardRefuses(t *testing.T) {
	dir := t.TempDir()
	certificate, key := mustKeyPair(t, dir, "a")
	_, otherKey := mustKeyPair(t, dir, "b")
	noPEM := filepath.Join(dir, "empty")
	if err := os.WriteFile(noPEM, []byte("-"), 0o600); err != nil {
		t.Fatal(err)
	}
	const endpoint, traces, file = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_CERTIFICATE"
	const clientCertificate, clientKey = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_KEY"
	const inline = "-----BEGIN PRIVATE KEY-----" + secret
	for _, tc := range []struct {
		name string
		env  map[string]string
		want string // the variable at fault; empty if none is
	}{
		{"NoScheme", map[string]string{traces: "localhost:4317"}, traces},
		{"NoSchemeAddress", map[string]string{endpoint: "127.0.0.1:4317"}, endpoint},
		{"HostAlone", map[string]string{endpoint: "collector"}, endpoint},
		{"OtherScheme", map[string]string{endpoint: "grpc://user:" + secret + "@collector:4317"}, endpoint},
		{"PortTooLarge", map[string]string{endpoint: "http://collector:99999"}, endpoint},
		{"PortZero", map[string]string{endpoint: "http://collector:0"}, endpoint},
		{"PortEmpty", map[string]string{endpoint: "http://collector:"}, endpoint},
		{"PortMissing", map[string]string{endpoint: "http://collector"}, endpoint}, // gRPC would take 443
		{"PortMissingOverHTTP", map[string]string{endpoint: "http://collector", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, ""},
		{"NoHost", map[string]string{endpoint: "http://:4317"}, endpoint},
		{"Escape", map[string]string{endpoint: "http://user:" + secret + "%et@collector:4317"}, endpoint},
		{"TracesWins", map[string]string{endpoint: "nonsense", traces: "http://collector:4317"}, ""},
		{"NotLookedAt", map[string]string{endpoint: "nonsense", "OTEL_TRACES_EXPORTER": "none"}, ""},
		{"NotLookedAtOff", map[string]string{endpoint: "nonsense", "OTEL_SDK_DISABLED": "true"}, ""},
		{"Certificate", map[string]string{endpoint: "https://collector:4317", file: certificate}, ""},
		{"NoCertificate", map[string]string{endpoint: "https://collector:4317", file: dir + "/" + secret}, file},
		{"NoPEM", map[string]string{endpoint: "https://collector:4317", file: noPEM}, file},
		{"KeyPair", map[string]string{endpoint: "https://collector:4317", clientCertificate: certificate, clientKey: key}, ""},
		{"KeyAlone", map[string]string{endpoint: "https://collector:4317", clientKey: key}, clientCertificate},
		{"CertificateAlone", map[string]string{endpoint: "https://collector:4317", clientCertificate: certificate}, clientKey},
		{"OtherKey", map[string]string{endpoint: "https://collector:4317", clientCertificate: certificate, clientKey: otherKey}, clientCertificate},
		{"KeyItself", map[string]string{endpoint: "https://collector:4317", clientCertificate: certificate, clientKey: inline}, clientKey},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := readStandard(func(name string) string { return tc.env[name] })
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			case tc.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tc.want+": want ") || strings.Contains(err.Error(), secret)):
				t.Errorf("got %v, want an error that names %s and the form, and has no value", err, tc.want)
			}
		})
	}
}

// -h names each variable that is read, and none besides.
func TestAboutStandard(t *testing.T) {
	asked := map[string]bool{}
	for _, endpoint := range []string{"http://collector:4317", "https://collector:4317"} {
		if _, err := readStandard(func(name string) string {
			asked[name] = true
			if name == "OTEL_EXPORTER_OTLP_ENDPOINT" {
				return endpoint
			}
			return ""
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range notHonoured {
		delete(asked, name)
	}
	words := map[string]bool{}
	for _, word := range strings.FieldsFunc(aboutStandard, func(r rune) bool { return !strings.ContainsRune("_ABCDEFGHIJKLMNOPQRSTUVWXYZ", r) }) {
		words[word] = true
	}
	for name := range asked {
		if general := strings.Replace(name, "_OTLP_TRACES_", "_OTLP_", 1); !words[general] {
			t.Errorf("-h doesn't name %s", general)
		}
	}
	for word := range words {
		if strings.HasPrefix(word, "OTEL_") && !strings.HasSuffix(word, "_") && !asked[word] {
			t.Errorf("-h names %s, which nobody reads", word)
		}
	}
}

func FuzzReadStandard(f *testing.F) {
	f.Add("http://user:pw@collector:4317", "a=b,c=%ZZ", "b3,none", "0.5")
	f.Add("unix:x", "=,", "", "NaN")
	f.Fuzz(func(t *testing.T, endpoint, pairs, list, number string) {
		env := map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_HEADERS": pairs, "OTEL_RESOURCE_ATTRIBUTES": pairs,
			"OTEL_PROPAGATORS": list, "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": number, "OTEL_BSP_SCHEDULE_DELAY": number,
		}
		s, err := readStandard(func(name string) string { return env[name] })
		if err != nil {
			return
		}
		for name := range env { // what was repaired once is in order
			env[name] = s.read(name)
		}
		again, err := readStandard(func(name string) string { return env[name] })
		if err != nil {
			t.Fatalf("after the repair: %v", err)
		}
		for _, w := range again.warnings {
			if !strings.Contains(w.problem, "path is not used") {
				t.Errorf("after the repair: %v", w)
			}
		}
	})
}

// mustKeyPair writes a certificate and its key.
func mustKeyPair(tb testing.TB, dir, name string) (certificate, key string) {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"collector"}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		tb.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	certificate, key = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	for file, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: cert}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return certificate, key
}
