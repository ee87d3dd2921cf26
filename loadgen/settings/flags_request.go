package settings

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

func requestFlags() []option {
	return []option{
		{name: "X", form: "METHOD", about: "method (GET; POST with a body)", request: true, set: method},
		{name: "H", form: "'NAME: VALUE'", about: "a header; repeatable", request: true, set: headerLine},
		{name: "body", form: "TEXT", about: "body to send", request: true, set: value(text, func(s *Settings) *string { return &s.step.Body })},
		{name: "body-file", form: "FILE", about: "body to send, from a file", request: true,
			set: readable(func(s *Settings) *string { return &s.step.BodyFile })},
		{name: "compress", form: "gzip|deflate|br|zstd", about: "send the body compressed; several with commas between them, one over the other", request: true,
			set: value(text, func(s *Settings) *string { return &s.step.Compress })},
		{name: "timeout", form: "TIME", about: "of a request, redirects included (1m)",
			set: optional(duration, func(s *Settings) **load.Duration { return &s.layer.Timeout })},
		{name: "basic-auth", form: "USER:PASSWORD", about: "basic authentication; env:NAME and @FILE keep it off the command line", request: true,
			set: credential(func(s *Settings) *string { return &s.basic })},
		{name: "digest-auth", form: "USER:PASSWORD", about: "digest authentication; env:NAME and @FILE as well", request: true,
			set: credential(func(s *Settings) *string { return &s.digest })},
		{name: "bearer", form: "TOKEN", about: "bearer authentication; env:NAME and @FILE as well", request: true,
			set: credential(func(s *Settings) *string { return &s.bearer })},
		{name: "tag", env: "K6_TAGS", form: "KEY=VALUE", about: "a tag on every sample; repeatable", many: true, set: tag},
		{name: "env", short: "e", form: "NAME=VALUE", about: "a variable of the script, ${env.NAME}; repeatable", loadgen: true, set: variable},
		{name: "env", short: "e", form: "NAME=VALUE", about: "a variable of the test, for its users to find in vu.Env; repeatable", test: true, set: variable},
		{name: "user-agent", env: "K6_USER_AGENT", form: "TEXT", about: "User-Agent header (loadgen/VERSION)",
			set: optional(text, func(s *Settings) **string { return &s.layer.UserAgent })},
		{name: "max-redirects", env: "K6_MAX_REDIRECTS", form: "N", about: "redirects to follow (10)",
			set: optional(integer, func(s *Settings) **int { return &s.layer.MaxRedirects })},
		{name: "discard-response-bodies", env: "K6_DISCARD_RESPONSE_BODIES", about: "read bodies and keep nothing of them",
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.DiscardResponseBodies })},
		{name: "no-cookies-reset", env: "K6_NO_COOKIES_RESET", about: "keep a user's cookies from iteration to iteration",
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.NoCookiesReset })},
		{name: "http-debug", env: "K6_HTTP_DEBUG", form: "", about: "print requests and responses on standard error; -http-debug=full with bodies", set: httpDebug},
	}
}

func method(s *Settings, v string) error {
	if v == "" || strings.ContainsFunc(v, func(r rune) bool { return !httpguts.IsTokenRune(r) }) {
		return errors.New("want a method, such as POST")
	}
	s.step.Method = v
	return nil
}

// headerLine adds "Name: value" as curl has it. A name given again is a further line.
func headerLine(s *Settings, v string) error {
	name, value, found := strings.Cut(v, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !found || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
		return errors.New("want 'NAME: VALUE', such as 'Accept: text/plain'")
	}
	name = http.CanonicalHeaderKey(name)
	put(&s.step.Headers, name, append(s.step.Headers[name], value))
	return nil
}

// maxPEM bounds a file of certificates or keys, maxSecret one of a secret, in bytes.
const (
	maxPEM    = 16 << 20
	maxSecret = 64 << 10
)

// readable takes the path of a file that can be read later.
func readable(at func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, path string) error {
		*at(s) = path
		s.read = append(s.read, namedFile{"the file", path})
		return file.Check(path, script.MaxBody)
	}
}

// credential takes a value as it is, env:NAME's or that in @FILE.
func credential(at func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		if name, found := strings.CutPrefix(v, "env:"); found {
			if v = s.environment[name]; v == "" {
				return fmt.Errorf("the variable %s is not set", name)
			}
		} else if path, found := strings.CutPrefix(v, "@"); found {
			b, err := file.Read(path, maxSecret)
			if err != nil {
				return err
			}
			v = strings.TrimSpace(string(b))
			s.read = append(s.read, namedFile{"the file", path})
		}
		if v == "" {
			return errors.New("is empty")
		}
		*at(s) = v
		return nil
	}
}

func tag(s *Settings, v string) error { return pair(&s.layer.Tags, v) }

func variable(s *Settings, v string) error { return pair(&s.Env, v) }

// pair adds KEY=VALUE to m.
func pair(m *map[string]string, v string) error {
	key, value, found := strings.Cut(v, "=")
	if key = strings.TrimSpace(key); !found || key == "" {
		return errors.New("want KEY=VALUE, such as team=checkout")
	}
	put(m, key, value)
	return nil
}

func httpDebug(s *Settings, v string) error {
	switch v {
	case "true", "headers":
		v = "headers"
	case "full", "none":
	case "false":
		v = "none"
	default:
		return errors.New("want -http-debug or -http-debug=full")
	}
	s.layer.HTTPDebug = &v
	return nil
}
