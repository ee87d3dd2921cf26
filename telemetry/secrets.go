package telemetry

import (
	"log/slog"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// minSecret is the shortest secret that is looked for: a shorter one would be found inside of ordinary words.
const minSecret = 4

// secrets leaves the secrets that the environment holds out of texts that libraries write: an error of the network may
// quote a proxy's URL, say, and one of the OTLP exporter a header. Its zero value leaves out nothing.
type secrets struct{ replacer *strings.Replacer }

var (
	headersVariable = regexp.MustCompile(`^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$`)
	keyVariable     = regexp.MustCompile(`^OTEL_EXPORTER_OTLP_(\w+_)?(CERTIFICATE|CLIENT_KEY)$`)
	urlVariable     = regexp.MustCompile(`(?i)^(OTEL_EXPORTER_OTLP_(\w+_)?ENDPOINT|\w+_PROXY)$`)
	userInfo        = regexp.MustCompile(`^(?:[^/]*//)?([^/]*)@`)
)

// newSecrets takes an environment as os.Environ returns it.
func newSecrets(environ []string) secrets {
	var found []string
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch value = strings.TrimSpace(value); {
		case headersVariable.MatchString(name):
			found = append(found, headerSecrets(value)...)
		case keyVariable.MatchString(name) && strings.Contains(value, "-----BEGIN"):
			found = append(found, value)
		case urlVariable.MatchString(name):
			found = append(found, urlSecrets(value)...)
		}
	}
	var pairs []string
	for _, secret := range found {
		for _, form := range []string{secret, strings.Trim(strconv.Quote(secret), `"`)} {
			if len(form) >= minSecret {
				pairs = append(pairs, form, "[secret]")
			}
		}
	}
	if pairs == nil {
		return secrets{}
	}
	return secrets{strings.NewReplacer(pairs...)}
}

// headerSecrets are the values of the headers, as they stand and decoded, the whole ones first.
func headerSecrets(value string) []string {
	found := []string{value}
	for pair := range strings.SplitSeq(value, ",") {
		_, v, _ := strings.Cut(pair, "=")
		found = append(found, strings.TrimSpace(pair), strings.TrimSpace(v))
		if decoded, err := url.PathUnescape(v); err == nil {
			v = decoded
		}
		found = append(found, strings.TrimSpace(v))
		if words := strings.Fields(v); len(words) > 1 { // Bearer TOKEN
			found = append(found, words[1:]...)
		}
	}
	return found
}

// urlSecrets are what stands before the @, and the query.
func urlSecrets(value string) []string {
	var found []string
	value, query, _ := strings.Cut(value, "?")
	found = append(found, query)
	info := userInfo.FindStringSubmatch(value)
	if info == nil {
		return found
	}
	_, password, _ := strings.Cut(info[1], ":")
	found = append(found, info[1], password)
	if decoded, err := url.PathUnescape(password); err == nil {
		found = append(found, decoded)
	}
	return found
}

// clean returns the text without secrets.
func (s secrets) clean(text string) string {
	if s.replacer == nil {
		return text
	}
	return s.replacer.Replace(text)
}

// attr is clean for an attribute of a record; see slog.HandlerOptions.
func (s secrets) attr(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(s.clean(v))
	case error:
		a.Value = slog.StringValue(s.clean(v.Error()))
	}
	return a
}
