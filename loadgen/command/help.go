package command

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/secret"
	"example.com/foobar/loadgen/settings"
)

const synopsis = `loadgen drives virtual users against an HTTP service and reports in k6's terms.

  loadgen [flags] URL            load a URL
  loadgen [flags] -config FILE   what a file says: options and requests, in JSON or YAML
  loadgen [flags] script.js      a script of k6 that converts whole; also what a browser recorded, shop.har
  loadgen [flags]                inside the foobar workspace: build and start foo and bar, load foo
  loadgen inspect [flags] [URL]  print the options that result, and make no load
  loadgen compare A.json B.json  what differs between runs, files of -summary-json, and whether that can be told (compare -h)
  loadgen convert FILE           make a file of a script of k6, curl commands, a HAR file, an OpenAPI document (convert -h)
  loadgen init [FILE] [URL]      write a file with a load test that runs, and says what else there is
  loadgen init go DIR            write a load test in Go, which has these flags too, and a go test of it
  loadgen schema                 print a JSON Schema of files, for editors
  loadgen version

Examples:
  go run ./loadgen -vus 5 -d 30s
        foo and bar, 5 users for 30 s, 1 s of think time, status 200 and body "foobar" checked
  loadgen -vus 50 -d 1m -check-status 200 -threshold 'http_req_duration:p(95)<200' http://localhost:8080/
        50 users without think time; exit code 99 unless 95 % of the answers take less than 200 ms
  loadgen -rate 200 -d 30s http://localhost:8080/
        200 requests begin each second, however long they take
  loadgen -rate 200 -arrivals poisson -seed 7 -d 30s -warmup 5s http://localhost:8080/
        as many, by chance as those of real people, and the same ones each time; the first 5 s are not counted
  loadgen -stage 10s:20 -stage 1m:20 -stage 10s:0 http://localhost:8080/
        ramp to 20 users, hold them, ramp down
  loadgen -X POST -H 'Content-Type: application/json' -body '{"n":1}' -check-json ok=true http://localhost:8080/orders
  loadgen init test.yaml http://localhost:8080/
        a file to begin with, and its schema for editors
  loadgen -config test.yaml -summary-json result.json
        test.yaml:
          vus: 10
          duration: 30s
          baseURL: http://localhost:8080
          thresholds: {http_req_failed: ["rate<0.01"]}
          requests:
            - once:
                - url: /login
                  json: {user: "user${vu}"}
                  extract: {token: {json: token}}
            - name: item
              url: /items/${random.int(1, 100)}
              bearer: ${token}
              checks: [{status: 2xx, duration: <200ms}]
              think: 1s-3s

In URL, -H, -body and the texts of a file, ${...} is an expression: ${vu}, ${iteration}, ${env.NAME}, ${users.email} (a column of
data), ${token} (extracted, or set), ${random.int(1, 6)}, ${uuid}, ${now}, ${name|url}; $${ is ${ itself.
Keys of a request: name, method, url, query, headers, cookies, body | bodyFile | json | form | multipart, compress, basic | digest |
bearer, timeout, redirects, discard, expected, tags, checks, extract, record, think. A step may also be batch, group, once, repeat,
while, each, if, pick, call, set, log, fail or abort. Beside "requests", a file may have setup, teardown, functions, data, metrics,
defaults, include, and every option of k6's. loadgen schema says of each key what it means.

A URL without -d, -i, -stage or -rate is asked once by each user, and there is one user unless -vus says otherwise.
Options come from the configuration file, then from K6_* variables, then from flags; the later wins. Flags may be written
-vus 5, --vus 5 or -vus=5, before or after the URL. The report goes to standard output, everything else to standard error.
Ctrl-C once stops gracefully, twice at once; the report is printed either way.
`

// testSynopsis is that of a Go program, which is named %[1]s.
const testSynopsis = `%[1]s is a load test: it drives virtual users against a service and reports in k6's terms.

  %[1]s [flags]          run it
  %[1]s inspect [flags]  print the options that result, and make no load
  %[1]s schema           print a JSON Schema of files, for editors
  %[1]s version          print loadgen's version
`

const testLayers = `
Options come from the program, then from the file (-config), then from K6_* variables, then from flags; the later wins. Flags may
be written -vus 5, --vus 5 or -vus=5. The report goes to standard output, everything else to standard error.
Ctrl-C once stops gracefully, twice at once; the report is printed either way.
`

// help prints everything that the program can be told.
func help(w io.Writer, p settings.Program) int {
	var b strings.Builder
	if p.Test == nil {
		b.WriteString(synopsis)
	} else {
		fmt.Fprintf(&b, testSynopsis, p.Name)
		describeTest(&b, p.Test)
		b.WriteString(testLayers)
	}
	p.WriteFlags(&b)
	fmt.Fprintf(&b, "\n%s\n", exitTable)
	io.WriteString(w, b.String())
	return exitOK
}

// describeTest says what is the test's own: its scenarios, variables and thresholds.
func describeTest(b *strings.Builder, t *load.Test) {
	var scenarios [][2]string
	if plan, err := engine.PlanOf(&t.Options); err == nil { // what is wrong with it may be put right by flags, or said by a run
		for _, s := range plan.Scenarios {
			scenarios = append(scenarios, [2]string{s.Name, s.Description})
		}
	}
	writeList(b, "Scenarios", scenarios)
	var variables, thresholds [][2]string
	for _, name := range slices.Sorted(maps.Keys(t.Env)) {
		variables = append(variables, [2]string{name, secret.Text(secret.Value(name, t.Env[name]))})
	}
	writeList(b, "Variables (-env NAME=VALUE)", variables)
	for _, metric := range slices.Sorted(maps.Keys(t.Options.Thresholds)) {
		for _, threshold := range t.Options.Thresholds[metric] {
			thresholds = append(thresholds, [2]string{metric, threshold.Expression()})
		}
	}
	writeList(b, "Thresholds", thresholds)
}

func writeList(b *strings.Builder, title string, lines [][2]string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for _, line := range lines {
		fmt.Fprintf(b, "  %-28s  %s\n", line[0], line[1])
	}
}
