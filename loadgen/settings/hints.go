package settings

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/foobar/loadgen/nearest"
)

var flagName = regexp.MustCompile(`^[A-Za-z][\w-]{0,40}$`)

// flagError says of a flag that can't be read which one may have been meant.
func (p Program) flagError(err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	switch {
	case strings.HasPrefix(err.Error(), "bad flag syntax") || unknown && !flagName.MatchString(name):
		return errors.New("a flag is written -name, -name value or -name=value; " + p.Name + " -h shows all") // it may have a secret in it
	case !unknown:
		return fmt.Errorf("%w; %s -h shows all flags", err, p.Name)
	}
	if hint := p.hint(name); hint != "" {
		return fmt.Errorf("there is no flag -%s%s", name, hint)
	}
	return fmt.Errorf("there is no flag -%s; %s -h shows all", name, p.Name)
}

// hint says what may be meant by a flag that there is not, empty when nobody knows.
func (p Program) hint(name string) string {
	if hint := p.otherTools(name); hint != "" {
		return ": " + hint
	}
	if m := joinedFlag.FindStringSubmatch(name); m != nil {
		return ": a value stands apart from its flag" + p.writtenApart(m[1], m[2])
	}
	if near := p.nearest(name); near != "" {
		return ": did you mean -" + near + "?"
	}
	return ""
}

// otherTools is what does here what a flag of another tool does there.
func (p Program) otherTools(name string) string {
	hint := otherTools[name]
	if p.Test == nil {
		return hint
	}
	m := counterpart.FindStringSubmatch(hint)
	if m != nil && !p.has(m[1]) || loadgen.has(name) {
		return p.Name + " says itself what its users do; " + p.Name + " -h shows what it can be told"
	}
	return hint
}

// counterpart is the flag that a hint names.
var counterpart = regexp.MustCompile(`^write (?:-([\w-]+)|the URL)`)

// loadgen is the command itself.
var loadgen = Program{Name: "loadgen"}

// has says whether the program takes the flag.
func (p Program) has(name string) bool {
	return slices.ContainsFunc(p.options(), func(opt option) bool { return name == opt.name || name == opt.short })
}

// nearest is the flag that may have been meant: the one that begins so, or that is written almost so.
func (p Program) nearest(name string) string {
	var names, longer []string
	for _, opt := range p.options() {
		names = append(names, opt.name)
		if len(name) > 2 && strings.HasPrefix(opt.name, name) {
			longer = append(longer, opt.name)
		}
	}
	if len(longer) == 1 {
		return longer[0]
	}
	return nearest.Name(name, names)
}

// joinedFlag is a flag of one letter with its number in the same word, as wrk and ab take it: -d30s, -c400.
var joinedFlag = regexp.MustCompile(`^([A-Za-z])([0-9]+[a-z]*)$`)

// writtenApart says how a flag of one letter and its value are written here: ", -d 30s", or what the letter's counterpart is.
func (p Program) writtenApart(letter, value string) string {
	if letter == "c" { // ours is a file
		letter = "C"
	}
	if hint := p.otherTools(letter); hint != "" {
		return "; " + hint
	}
	if p.has(letter) {
		return ", -" + letter + " " + value
	}
	return ""
}

// otherTools says, of flags that curl, hey, wrk, ab, vegeta and k6 have and we don't, what does the same here.
var otherTools = func() map[string]string {
	hints := map[string]string{}
	for flag, names := range map[string]string{
		"-insecure-skip-tls-verify":      "k insecure",
		"-iterations N (-i N)":           "n requests amount num-requests",
		"-vus N (-u N)":                  "C connections concurrency clients users workers threads virtual-users",
		"-max-vus N":                     "max-workers max-connections",
		"-duration TIME (-d TIME)":       "z timelimit run-time",
		"-rate N":                        "R qps arrival-rate",
		"-X METHOD":                      "m method request verb",
		"-H 'NAME: VALUE'":               "header headers",
		"-H 'Host: NAME'":                "host",
		"-H 'Accept: TYPE'":              "A accept",
		"-H 'Content-Type: TYPE'":        "T content-type",
		"-H 'Cookie: NAME=VALUE'":        "b cookie cookies",
		"-H 'Referer: URL'":              "referer",
		"-H 'Accept-Encoding: identity'": "disable-compression",
		"-body TEXT":                     "data data-raw data-ascii data-urlencode json",
		"-body-file FILE":                "D data-binary postfile upload-file",
		"-basic-auth USER:PASSWORD":      "user auth authentication",
		"-digest-auth USER:PASSWORD":     "digest",
		"-user-agent TEXT":               "U A agent",
		"-proxy URL":                     "x",
		"-http-version 2":                "h2 http2",
		"-http-version 1.1":              "http1 http1.1",
		"-no-connection-reuse":           "disable-keepalive no-keepalive",
		"-max-redirects 0":               "disable-redirects",
		"-max-redirects N":               "L location redirects max-redirs",
		"-cert FILE":                     "E client-cert",
		"-cacert FILE":                   "ca root-certs",
		"-resolve HOST:PORT:IP":          "connect-to",
		"-timeout TIME":                  "max-time connect-timeout request-timeout",
		"-think TIME":                    "sleep pause delay",
		"-stage TIME:N":                  "ramp ramp-up ramp-to stages rampup",
		"-summary-trend-stats LIST":      "latency percentiles",
		"-check-body-regex REGEX":        "expect",
		"-summary-json FILE, or with k6's keys -summary-export FILE": "o out output csv",
		"-config FILE, with requests and options in YAML or JSON":    "script file targets plan",
		"the URL without a flag before it":                           "url target",
	} {
		for _, name := range strings.Fields(names) {
			hints[name] = "write " + flag
		}
	}
	hints["t"] = "a time limit of a request is -timeout TIME, a number of users -vus N"
	hints["A"] = "write -H 'Accept: TYPE', or -user-agent TEXT"
	for _, name := range strings.Fields("no-usage-report log-output log-format console-output compatibility-mode traces-output " +
		"profiling-enabled include-system-env-vars no-archive-upload secret-source local-execution execution-segment " +
		"execution-segment-sequence no-setup no-teardown cpus") {
		hints[name] = "it has no counterpart here: leave it out"
	}
	return hints
}()

// otherUse is what a value is likely to be for that was given to a flag of ours by the name of another tool's.
func otherUse(as, value string) string {
	switch {
	case as == "u" && strings.Contains(value, ":"):
		return "; a user and a password are given with -basic-auth"
	case as == "d" && strings.ContainsAny(value, "={@&"):
		return "; a body is given with -body"
	}
	return ""
}
