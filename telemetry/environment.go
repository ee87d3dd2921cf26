package telemetry

import (
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// aboutStandard is what -h says of the standard variables: all that readStandard reads.
const aboutStandard = `
OTEL_SDK_DISABLED=true installs no tracing at all. Otherwise these standard variables are honoured:

  OTEL_TRACES_EXPORTER       otlp (default), console (spans as JSON on stdout), none
  OTEL_PROPAGATORS           some of tracecontext, baggage (the default: these two), b3, b3multi, jaeger, xray, ottrace; or none
  OTEL_TRACES_SAMPLER        parentbased_always_on (default), parentbased_always_off, parentbased_traceidratio, always_on,
                             always_off, traceidratio
  OTEL_TRACES_SAMPLER_ARG    the share from 0 to 1 for those with traceidratio
  OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
  OTEL_BSP_SCHEDULE_DELAY, OTEL_BSP_EXPORT_TIMEOUT, OTEL_BSP_MAX_QUEUE_SIZE, OTEL_BSP_MAX_EXPORT_BATCH_SIZE
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT, OTEL_ATTRIBUTE_COUNT_LIMIT, OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT,
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, OTEL_SPAN_EVENT_COUNT_LIMIT, OTEL_SPAN_LINK_COUNT_LIMIT,
  OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT, OTEL_LINK_ATTRIBUTE_COUNT_LIMIT

and, each also as OTEL_EXPORTER_OTLP_TRACES_..., which wins:

  OTEL_EXPORTER_OTLP_ENDPOINT      a URL; its scheme, http or https, decides on TLS whatever OTEL_EXPORTER_OTLP_INSECURE says
  OTEL_EXPORTER_OTLP_PROTOCOL      grpc (default), http/protobuf, http/json
  OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_EXPORTER_OTLP_COMPRESSION (none or gzip)
  OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY

What can't be used of them is left out, and a warning names the variable. An endpoint or a certificate with which every
span would be lost is an error.
`

// Values of OTEL_TRACES_EXPORTER and OTEL_EXPORTER_OTLP_PROTOCOL.
const (
	exporterOTLP    = "otlp"
	exporterConsole = "console"
	exporterNone    = "none"

	protocolGRPC     = "grpc"
	protocolProtobuf = "http/protobuf"
	protocolJSON     = "http/json"
)

// Where a Collector listens for OTLP.
const (
	grpcPort = "4317"
	httpPort = "4318"
	httpPath = "/v1/traces"
)

// standard is what the standard OTEL_* variables say. What the SDK and its exporters read for themselves is only checked
// here: they drop what they can't read in silence, or quote it in the log, where a password or a key has no place.
type standard struct {
	off      bool
	exporter string
	protocol string
	endpoint string // what the variables name; empty if they name none
	warnings []warning
	repairs  map[string]string // what the SDK is to read in a variable's place; "" for nothing at all

	getenv func(string) string
}

// warning says what is wrong with a variable, and what holds in its place. It never has the variable's value.
type warning struct{ variable, problem string }

// readStandard reads and checks the standard variables. The error, of a variable with which every span would be lost, names
// the variable and the accepted form. With tracing off nothing else is looked at.
func readStandard(getenv func(string) string) (*standard, error) {
	s := &standard{getenv: getenv, repairs: map[string]string{}}
	s.off = s.boolean("OTEL_SDK_DISABLED")
	if s.off {
		return s, nil
	}
	s.exporter = s.choice("OTEL_TRACES_EXPORTER", exporterOTLP, exporterConsole, exporterNone)
	s.readPropagators()
	s.readSampler()
	s.readNumbers(sdkNumbers)
	s.readBatch()
	s.readResource()
	for _, name := range notHonoured {
		if s.value(name) != "" {
			s.warn(name, "is not honoured; -h lists the variables that are")
		}
	}
	if s.exporter != exporterOTLP {
		return s, nil
	}
	return s, s.readOTLP()
}

// notHonoured are variables of the specification with which one would expect something to happen.
var notHonoured = []string{"OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE", "OTEL_LOG_LEVEL"}

// value is the variable without the white space around it, which the specification lets nobody rely on.
func (s *standard) value(name string) string { return strings.TrimSpace(s.getenv(name)) }

// warn keeps the SDK from reading the variable, and says why.
func (s *standard) warn(name, problem string) { s.repair(name, "", problem) }

// repair lets the SDK read something else, and says why unless there is nothing to say.
func (s *standard) repair(name, value, problem string) {
	if problem != "" {
		s.warnings = append(s.warnings, warning{name, problem})
	}
	if value != s.getenv(name) {
		s.repairs[name] = value
	}
}

// apply changes the process environment to what the SDK is to read.
func (s *standard) apply() {
	for name, value := range s.repairs {
		if value == "" {
			os.Unsetenv(name)
			continue
		}
		os.Setenv(name, value)
	}
}

func (s *standard) boolean(name string) bool {
	switch v := s.value(name); {
	case strings.EqualFold(v, "true"):
		return true
	case v != "" && !strings.EqualFold(v, "false"):
		s.warn(name, "want true or false; taken as false")
	}
	return false
}

// choice returns the value if it is one of those that are known, and otherwise the first of them, with a warning.
func (s *standard) choice(name string, known ...string) string {
	v := strings.ToLower(s.value(name))
	switch {
	case v == "":
		return known[0]
	case !slices.Contains(known, v):
		s.warn(name, fmt.Sprintf("want %s; taken as %s", oneOf(known), known[0]))
		return known[0]
	}
	s.repair(name, v, "")
	return v
}

func oneOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// propagatorNames are those that autoprop has.
var propagatorNames = []string{"tracecontext", "baggage", "b3", "b3multi", "jaeger", "xray", "ottrace", "none"}

func (s *standard) readPropagators() {
	const name = "OTEL_PROPAGATORS"
	var known []string
	problem := ""
	for p := range strings.SplitSeq(strings.ToLower(s.value(name)), ",") {
		switch p = strings.TrimSpace(p); {
		case p == "" || slices.Contains(known, p):
		case !slices.Contains(propagatorNames, p):
			problem = fmt.Sprintf("want names out of %s, separated by commas; the others are left out", oneOf(propagatorNames))
		default:
			known = append(known, p)
		}
	}
	s.repair(name, strings.Join(known, ","), problem)
}

var samplers = []string{
	"parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio", "always_on", "always_off", "traceidratio",
}

func (s *standard) readSampler() {
	const name, argument = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
	sampler, v := s.choice(name, samplers...), s.value(argument)
	if v == "" {
		return
	}
	if !strings.HasSuffix(sampler, "traceidratio") {
		s.warn(argument, "only traceidratio and parentbased_traceidratio in "+name+" use it; every trace that the sampler "+sampler+" takes is sampled")
		return
	}
	if ratio, err := strconv.ParseFloat(v, 64); err != nil || !(ratio >= 0 && ratio <= 1) {
		s.warn(argument, "want a share from 0 to 1, such as 0.25; taken as 1")
	}
}

// number is a variable that holds a whole number.
type number struct {
	name     string
	min, max int
	form     string
}

const (
	maxLimit   = math.MaxInt32
	maxMillis  = int(24 * time.Hour / time.Millisecond)
	millisForm = "a whole number of milliseconds"
)

var (
	sdkNumbers = []number{
		{"OTEL_BSP_SCHEDULE_DELAY", 1, maxMillis, millisForm},
		{"OTEL_BSP_EXPORT_TIMEOUT", 0, maxMillis, millisForm},
		{"OTEL_BSP_MAX_QUEUE_SIZE", 1, maxQueue, "a number of spans"},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1, maxQueue, "a number of spans"},
		{"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", -1, maxLimit, "a number of characters"},
		{"OTEL_ATTRIBUTE_COUNT_LIMIT", -1, maxLimit, "a number"},
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", -1, maxLimit, "a number of characters"},
		{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", -1, maxLimit, "a number"},
		{"OTEL_SPAN_EVENT_COUNT_LIMIT", -1, maxLimit, "a number"},
		{"OTEL_SPAN_LINK_COUNT_LIMIT", -1, maxLimit, "a number"},
		{"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", -1, maxLimit, "a number"},
		{"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", -1, maxLimit, "a number"},
	}
	otlpNumbers = []number{
		{"OTEL_EXPORTER_OTLP_TIMEOUT", 0, maxMillis, millisForm},
		{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", 0, maxMillis, millisForm},
	}
)

func (s *standard) readNumbers(numbers []number) {
	for _, n := range numbers {
		v := s.value(n.name)
		if v == "" {
			continue
		}
		if i, err := strconv.Atoi(v); err != nil || i < n.min || i > n.max {
			s.warn(n.name, fmt.Sprintf("want %s from %d to %d; left out", n.form, n.min, n.max))
			continue
		}
		s.repair(n.name, v, "")
	}
}

// readBatch looks at the two sizes together: the SDK corrects a batch that is larger than the queue in silence.
func (s *standard) readBatch() {
	const queueName, batchName = "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
	queue, err := strconv.Atoi(s.read(queueName))
	if err != nil {
		queue = 2048
	}
	if batch, err := strconv.Atoi(s.read(batchName)); err == nil && batch > queue {
		s.warn(batchName, "want at most what "+queueName+" is; left out")
	}
}

// read is what the SDK will read.
func (s *standard) read(name string) string {
	if v, repaired := s.repairs[name]; repaired {
		return v
	}
	return s.value(name)
}

// defaultEndpoint is the URL of a Collector on a host that speaks the protocol.
func defaultEndpoint(host, protocol string) string {
	if protocol == protocolGRPC {
		return "http://" + net.JoinHostPort(host, grpcPort)
	}
	return "http://" + net.JoinHostPort(host, httpPort) + httpPath
}

// logWarnings writes a line for each variable that doesn't hold as it stands.
func (s *standard) logWarnings(log interface{ Warn(string, ...any) }) {
	for _, w := range s.warnings {
		log.Warn("an environment variable is not used as it stands", "variable", w.variable, "problem", w.problem)
	}
}

// errVariable says that a variable can't be used, and what form is accepted.
func errVariable(name, problem string) error { return errors.New(name + ": " + problem) }
