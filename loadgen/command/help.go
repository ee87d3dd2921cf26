package command

import (
	"fmt"
	"io"
	"strings"
)

const synopsis = `loadgen drives virtual users against an HTTP service and reports in k6's terms.

  loadgen [flags] URL            load a URL
  loadgen [flags] -config FILE   what a file says: options and requests, in JSON or YAML
  loadgen [flags]                inside the foobar workspace: build and start foo and bar, load foo
  loadgen inspect [flags] [URL]  print the options that result, and make no load
  loadgen version

Examples:
  go run ./loadgen -vus 5 -d 30s
        foo and bar, 5 users for 30 s, 1 s of think time, status 200 and body "foobar" checked
  loadgen -vus 50 -d 1m -check-status 200 -threshold 'http_req_duration:p(95)<200' http://localhost:8080/
        50 users without think time; exit code 99 unless 95 % of the answers take less than 200 ms
  loadgen -rate 200 -d 30s http://localhost:8080/
        200 requests begin each second, however long they take
  loadgen -stage 10s:20 -stage 1m:20 -stage 10s:0 http://localhost:8080/
        ramp to 20 users, hold them, ramp down
  loadgen -X POST -H 'Content-Type: application/json' -body '{"n":1}' -check-json ok=true http://localhost:8080/orders
  loadgen -config test.yaml -summary-json result.json
        test.yaml:
          vus: 10
          duration: 30s
          thresholds: {http_req_failed: ["rate<0.01"]}
          requests:
            - url: http://localhost:8080/login
              json: {user: ann}
              extract: {token: {json: token}}
            - url: http://localhost:8080/orders
              bearer: ${token}
              checks: [{status: 200}]
              think: 1s

URL, -H and -body, and the texts of a file, may have ${vu}, ${iteration} and ${env.NAME} in them ($${ is ${ itself); a file's
also what was extracted, ${token}, and columns of data, ${users.email}.
Keys of a request: name, method, url, headers, body | bodyFile | json, basic | bearer, timeout, redirects, discard, expected,
tags, checks, extract, think. A step may also be {group, requests}, {batch} or {think} alone. Beside "requests", a file may have
"functions" (steps by name, for a scenario's exec) and "data" (rows of CSV or JSON files), and every option of k6's.

A URL without -d, -i, -stage or -rate is asked once by each user, and there is one user unless -vus says otherwise.
Options come from the configuration file, then from K6_* variables, then from flags; the later wins. Flags may be written
-vus 5, --vus 5 or -vus=5, before or after the URL. The report goes to standard output, everything else to standard error.
Ctrl-C once stops gracefully, twice at once; the report is printed either way.
`

// help prints everything that the command can be told.
func help(w io.Writer) int {
	var b strings.Builder
	b.WriteString(synopsis)
	for _, s := range sections() {
		fmt.Fprintf(&b, "\n%s:\n", s.title)
		for _, one := range s.settings {
			writeSetting(&b, one)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", exitTable)
	io.WriteString(w, b.String())
	return exitOK
}

func writeSetting(b *strings.Builder, s setting) {
	name := "-" + s.name
	if s.short != "" {
		name = "-" + s.short + ", " + name
	}
	if s.form != "" {
		name += " " + s.form
	}
	about := s.about
	if s.env != "" {
		about += "  [" + s.env + "]"
	}
	if len(name) > 28 {
		fmt.Fprintf(b, "  %s\n  %28s  %s\n", name, "", about)
		return
	}
	fmt.Fprintf(b, "  %-28s  %s\n", name, about)
}
