package convert

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	for text, want := range map[string]string{
		"curl http://h/":                                       "curl",
		"# all\n\n  $ curl.exe -s h.test":                      "curl",
		"/usr/bin/curl \\\n http://h/":                         "curl",
		"curl 'http://h/' -d 'openapi: 3'":                     "curl",
		"{\"log\": {\"entries\": []}}":                         "har",
		" {\n\"log\" : {\"version\": \"1.2\"}}":                "har",
		"openapi: 3.0.0\n":                                     "openapi",
		"# shop\ninfo: {}\nopenapi: '3.1.0'\n":                 "openapi",
		"{\"info\": {}, \n \"openapi\": \"3.1.0\"}":            "openapi",
		"swagger: '2.0'\n":                                     "openapi",
		"import http from 'k6/http';\nexport default () => {}": "k6",
		"hello":                  "",
		"":                       "",
		"vus: 5\nrequests: []\n": "",
		"the curl of a field":    "",
		"{\"iterations\": 5}":    "",
	} {
		if got := Detect("file", []byte(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestConvertErrors(t *testing.T) {
	for name, test := range map[string]struct {
		text, from, want string
	}{
		"Nothing":    {"hello", "", "f: it can't be told what it is: say it with -from, one of har, "},
		"NoFormat":   {"hello", "wsdl", `"wsdl" is no format: want one of har, `},
		"PowerShell": {"Invoke-WebRequest -Uri x", "", "copy it \"as cURL\""},
		"NoText":     {"curl \xff", "", "f is no text in UTF-8"},
		"Speed":      {"curl http://h/", "", ""},
		"NoHAR":      {"{}", "har", "f: it is no HAR file"},
	} {
		o := Options{From: test.from}
		if name == "Speed" {
			o.Speed, test.want = 2, "f is of the format curl: speed, hosts and only go with HAR files"
		}
		_, err := Convert(Source{Name: "f", Text: []byte(test.text)}, o)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, test.want)
		}
	}
}

// A file of PowerShell, which is UTF-16, is read too, and files are found from the folder of the source.
func TestConvertFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "body.json"), []byte(`{"a": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "\xff\xfe"
	for _, c := range []byte("curl --json @body.json http://h/") {
		text += string(c) + "\x00"
	}
	d, err := Convert(Source{Name: filepath.Join(dir, "a.sh"), Text: []byte(text), Dir: dir}, Options{})
	if err != nil || !d.Whole() {
		t.Fatalf("got %v, %+v", err, d)
	}
	if got := string(d.Script.Requests[0].JSON); got != `{"a":1}` || d.Comment != "Converted from a.sh." {
		t.Errorf("got %s, %q", got, d.Comment)
	}
}
