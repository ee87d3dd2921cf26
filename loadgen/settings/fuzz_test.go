package settings

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"example.com/foobar/loadgen/load"
)

// FuzzArguments feeds command lines, one argument a line: nothing may crash, and what is accepted must be valid.
func FuzzArguments(f *testing.F) {
	for _, line := range []string{"-vus\n5\n-d\n30s\nhttp://localhost/", "localhost:80/x\n--iterations=3", "-H\na: b\n-X\nPOST\n-body\n${vu}",
		"-stage\n10s:20\n-rate\n5\n-max-vus\n7", "-threshold\nhttp_req_duration{a:b}:p(95)<5", "-quiet=f\n-tag\na=b", "--\n-x", "-http-debug=full\n-resolve\na:1:::1"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var args []string
		for arg := range strings.SplitSeq(text, "\n") {
			// Files and devices are not this test's.
			if strings.Contains(arg, "file") || strings.HasPrefix(strings.TrimLeft(arg, "-"), "c") || strings.Contains(arg, "/dev") {
				return
			}
			args = append(args, arg)
		}
		s, err := Read(own, args, nil)
		if err != nil || slices.Contains(alone, s.Action) {
			return
		}
		if err := s.Load.Validate(); err != nil {
			t.Errorf("%q was accepted and is not valid: %v", args, err)
		}
		if _, err := s.Inspect(); err != nil {
			t.Logf("%q: %v", args, err) // a file or a body that is not there
		}
	})
}

// FuzzConfig feeds configuration files.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{`{"vus":5,"duration":"30s"}`, "vus: 5\nrequests:\n- url: http://localhost/\n  checks: [{status: 200}]\n",
		`{"scenarios":{"a":{"executor":"constant-vus","duration":"1s"}},"summaryMode":"full","out":[]}`, `{"stages":[{"duration":1,"target":2}]}`, "a: &a [*a]", "{", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := own.defaults()
		s.Config = "test.yaml"
		if s.parseConfig("", []byte(text)) != nil {
			return
		}
		s.Load = applied(s.Load, s.layer)
		if s.complete() == nil && s.Load.Validate() != nil {
			t.Errorf("%q was accepted and is not valid: %v", text, s.Load.Validate())
		}
	})
}

// FuzzHeader feeds -H: what is accepted has no line break that could smuggle another header in.
func FuzzHeader(f *testing.F) {
	for _, text := range []string{"Accept: text/plain", "a:", ":b", "a: b\r\nc: d", "ü: x", "Host: example.com"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := own.defaults()
		if headerLine(s, text) != nil {
			return
		}
		for name, lines := range s.step.Headers {
			value := strings.Join(lines, "")
			if name == "" || strings.ContainsAny(name+value, "\r\n\x00") {
				t.Errorf("%q gave the header %q: %q", text, name, value)
			}
		}
	})
}

// FuzzStage feeds -stage.
func FuzzStage(f *testing.F) {
	for _, text := range []string{"10s:20", "1d2h:3", "10:20", "5s:-1", ":", "5s:99999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := own.defaults()
		if stage(s, text) != nil {
			return
		}
		for _, leg := range s.layer.Stages {
			if leg.Duration < 0 || leg.Target < 0 {
				t.Errorf("%q gave the stage %+v", text, leg)
			}
		}
	})
}

// FuzzResolve feeds -resolve: what is accepted names a host and an IP address.
func FuzzResolve(f *testing.F) {
	for _, text := range []string{"example.com:443:127.0.0.1", "a:80:[::1]", "a:80:::1", "a=127.0.0.1:80", "a=[::1]:80", "=1.2.3.4", "a:b:c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		host, place, err := parseResolve(text)
		if err != nil {
			return
		}
		if host == "" || !isPlace(place) {
			t.Errorf("%q gave %q at %q", text, host, place)
		}
		if a, err := netip.ParseAddr(place); err == nil && a.String() != place && !strings.Contains(text, "=") {
			t.Errorf("%q gave the address %q, want it as %q", text, place, a)
		}
	})
}

// FuzzThreshold feeds -threshold: what is accepted can be put together again.
func FuzzThreshold(f *testing.F) {
	for _, text := range []string{"http_req_duration:p(95)<500", "http_req_duration{scenario:buy}:avg<2", "a{b:c", "a:b{c:d}", "::", "}:x{"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		metric, expression, err := cutThreshold(text)
		if err != nil {
			return
		}
		if metric == "" || expression == "" || !strings.HasPrefix(strings.TrimSpace(text), metric) || !strings.HasSuffix(strings.TrimSpace(text), expression) {
			t.Errorf("%q gave metric %q and expression %q", text, metric, expression)
		}
	})
}

// FuzzURL feeds the argument: what is accepted can be asked.
func FuzzURL(f *testing.F) {
	for _, text := range []string{"http://localhost/", "localhost:8080/x", "https://ann:hunter2@[::1]:443/?q#f", "ftp://x", "http://", "x.js", "%zz", "http://a b/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		url, err := ParseURL(text)
		if err != nil {
			return
		}
		if _, err := load.NewRequest("GET", url); err != nil {
			t.Errorf("%q was accepted as %q, which can't be asked: %v", text, url, err)
		}
	})
}
