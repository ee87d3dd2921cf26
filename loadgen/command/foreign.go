package command

import "strings"

// foreign says, of flags that curl, hey, wrk, ab, vegeta and k6 have and we don't, what does the same here.
var foreign = func() map[string]string {
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
