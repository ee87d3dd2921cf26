package telemetry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// otlp is the name of an exporter's variable, for all signals and for traces alone.
func otlp(name string) []string {
	return []string{"OTEL_EXPORTER_OTLP_" + name, "OTEL_EXPORTER_OTLP_TRACES_" + name}
}

// readOTLP reads and checks the variables of the OTLP exporter.
func (s *standard) readOTLP() error {
	s.readProtocol()
	secure, err := s.readEndpoint()
	if err != nil {
		return err
	}
	s.readNumbers(otlpNumbers)
	for _, name := range otlp("COMPRESSION") {
		s.choice(name, "none", "gzip")
	}
	for _, name := range otlp("INSECURE") {
		s.boolean(name)
		s.repair(name, "", "") // the URL's scheme decides, as the specification has it, and a URL there always is
	}
	for _, name := range otlp("HEADERS") {
		s.readPairs(name, s.isHeader, "want name=value pairs, values percent-encoded, separated by commas; a pair that isn't one is left out")
	}
	if secure {
		return s.readCertificates()
	}
	for _, name := range certificates {
		if s.value(name) != "" {
			s.warn(name, "not used, since the endpoint's URL begins with http://; spans are sent in plain text")
		}
	}
	return nil
}

func (s *standard) readProtocol() {
	s.protocol = protocolGRPC
	for _, name := range otlp("PROTOCOL") {
		if s.value(name) != "" {
			s.protocol = s.choice(name, protocolGRPC, protocolProtobuf, protocolJSON)
		}
	}
}

// readEndpoint finds the endpoint that counts and reports whether it is reached over TLS.
func (s *standard) readEndpoint() (secure bool, err error) {
	names := otlp("ENDPOINT")
	name := names[1]
	if s.value(name) == "" {
		name = names[0]
	} else {
		s.repair(names[0], "", "") // the one for traces wins, and the SDK looks at both
	}
	v := s.value(name)
	if v == "" {
		return false, nil
	}
	u, problem := parseEndpoint(v, s.protocol)
	if problem != "" {
		return false, errVariable(name, problem)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		problem = "only scheme, host, port and path of the URL are used; what else the Collector asks for belongs in OTEL_EXPORTER_OTLP_HEADERS"
		u.User, u.RawQuery, u.Fragment = nil, "", ""
	}
	if s.protocol == protocolGRPC && u.Scheme != "unix" && strings.Trim(u.Path, "/") != "" {
		problem = "the URL's path is not used with OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
	}
	s.endpoint = u.String()
	s.repair(name, s.endpoint, problem)
	return u.Scheme == "https", nil
}

// parseEndpoint returns the URL, or what is wrong with it, without a word of it: it may hold a password.
func parseEndpoint(v, protocol string) (u *url.URL, problem string) {
	form := "want a URL with scheme and port, such as http://otel-collector:" + grpcPort
	if protocol != protocolGRPC {
		form = "want a URL with a scheme, such as http://otel-collector:" + httpPort
	}
	u, err := url.Parse(v)
	if err != nil {
		return nil, form
	}
	if protocol == protocolGRPC && u.Scheme == "unix" && u.Host == "" && u.Path+u.Opaque != "" {
		return u, ""
	}
	port := u.Port()
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") {
		return nil, form
	}
	if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0) {
		return nil, form + ", the port from 1 to 65535"
	}
	if port == "" && protocol == protocolGRPC && u.Scheme == "http" {
		return nil, form // gRPC would take 443
	}
	return u, ""
}

var (
	grpcHeader = regexp.MustCompile(`^[0-9A-Za-z._-]+$`)
	httpHeader = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")
)

// isHeader reports whether the transport will send such a header; with one that it won't, every export fails.
func (s *standard) isHeader(name, value string) bool {
	form := httpHeader
	if s.protocol == protocolGRPC {
		form = grpcHeader
	}
	printable := !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' })
	return form.MatchString(name) && printable
}

func (s *standard) readResource() {
	s.readPairs("OTEL_RESOURCE_ATTRIBUTES", func(key, value string) bool {
		return key != "" && utf8.ValidString(key+value)
	}, "want key=value pairs, values percent-encoded, separated by commas; a pair that isn't one is left out")
	if name := "OTEL_SERVICE_NAME"; !utf8.ValidString(s.value(name)) {
		s.warn(name, "want UTF-8; left out")
	}
}

// readPairs leaves out of a variable the pairs that don't pass the test.
func (s *standard) readPairs(name string, test func(key, value string) bool, problem string) {
	v := s.value(name)
	if v == "" {
		return
	}
	var kept []string
	bad := false
	for pair := range strings.SplitSeq(v, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, found := strings.Cut(pair, "=")
		value, err := url.PathUnescape(value)
		if !found || err != nil || !test(strings.TrimSpace(key), strings.TrimSpace(value)) {
			bad = true
			continue
		}
		kept = append(kept, pair)
	}
	if !bad {
		problem = ""
	}
	s.repair(name, strings.Join(kept, ","), problem)
}

// certificates are the variables that name PEM files.
var certificates = append(append(otlp("CERTIFICATE"), otlp("CLIENT_CERTIFICATE")...), otlp("CLIENT_KEY")...)

// readCertificates returns an error if a file can't be used: without it the Collector would refuse every span, or be
// believed without being known.
func (s *standard) readCertificates() error {
	for i, name := range otlp("CERTIFICATE") {
		if path := s.value(name); path != "" {
			pem, err := os.ReadFile(path)
			if err != nil {
				return errVariable(name, "want the path of a PEM file: "+reason(err))
			}
			if !x509.NewCertPool().AppendCertsFromPEM(pem) {
				return errVariable(name, "want the path of a PEM file with certificates")
			}
		}
		if err := s.checkKeyPair(otlp("CLIENT_CERTIFICATE")[i], otlp("CLIENT_KEY")[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *standard) checkKeyPair(certificate, key string) error {
	paths := [2]string{s.value(certificate), s.value(key)}
	if paths[0] == "" && paths[1] == "" {
		return nil
	}
	var pem [2][]byte
	for i, name := range [2]string{certificate, key} {
		var err error
		if paths[i] == "" {
			return errVariable(name, "want the path of a PEM file, since "+[2]string{key, certificate}[i]+" is set")
		}
		if pem[i], err = os.ReadFile(paths[i]); err != nil {
			return errVariable(name, "want the path of a PEM file: "+reason(err))
		}
	}
	if _, err := tls.X509KeyPair(pem[0], pem[1]); err != nil {
		return errVariable(certificate, "want the path of a PEM file with the certificate of the key that "+key+" names")
	}
	return nil
}

// reason is an error of a file without the file's name, which may be no name but the secret itself.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return "it can't be read"
}
