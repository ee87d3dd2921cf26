package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Scripts of our own convert whole, and ask the same of the server as they do with k6.
func TestOracleScripts(t *testing.T) {
	found := MustPrograms(t)
	dir := filepath.Join("testdata", "scripts")
	all, err := readExamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if strings.HasPrefix(e.name, "lib/") {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			if !e.whole {
				t.Fatalf("it does not convert: %v %v", e.left, e.unread)
			}
			e.asWritten = true
			if err := e.compare(t.Context(), dir, found); err != nil {
				t.Fatal(err)
			}
			if e.difference != "" || e.asked == 0 {
				t.Errorf("%d requests of k6, %d of loadgen: %s", e.asked, e.ours, e.difference)
			}
		})
	}
}

func TestReadExamples(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.js":     "import http from 'k6/http';\nexport default () => { http.get('http://h.test/'); };\n",
		"b/b.js":   "import http from 'k6/http';\nimport ws from 'k6/ws';\nexport default () => { ws.connect('ws://h.test/'); };\n",
		"c.js":     "import http from 'k6/http';\nexport default () => { http.get('http://h.test/'); http.get(process.env); };\n",
		"d.js":     "import http from 'k6/http';\nexport default (",
		"e.ts":     "export default () => {};\n",
		"not.json": "{}",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := readExamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	all[0].ran, all[0].asked, all[0].ours = true, 2, 2
	got := examplesTable(all)
	for _, want := range []string{
		"| a.js | whole | 2 | 2 | 2 | yes |\n", "| c.js | in part (1 left out) | ", "| d.js | no | 0 |  | |  |\n",
		"3 scripts of plain HTTP: 1 whole (33 %), 1 in part, 1 not. 1 of the whole ones were run beside k6, 1 agree request for request.\n",
		"- c.js: process is not known here\n", "- d.js: ", "2 others:\n", "| WebSocket | 1 | 0 |\n", "| no requests | 1 | 1 |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %q in it", got, want)
		}
	}
	if _, err := readExamples(t.TempDir()); err == nil || !strings.Contains(err.Error(), "has no scripts") {
		t.Errorf("an empty folder: got %v", err)
	}
}

func TestHostsIn(t *testing.T) {
	got := hostsIn("get('http://u:p@a.test/x'); get(\"https://b.test\"); `http://localhost:8080/`; 'ws://c.test'")
	want := map[string]bool{"a.test:80": false, "b.test:443": true, "localhost:8080": false}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for host, secure := range want {
		if is, there := got[host]; !there || is != secure {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestFirstDifference(t *testing.T) {
	for _, test := range []struct {
		k6, ours []string
		want     string
	}{
		{nil, nil, ""},
		{[]string{"b", "a"}, []string{"a", "b"}, ""},
		{[]string{"a", "a"}, []string{"a"}, "only k6: a"},
		{[]string{"b"}, []string{"a", "b"}, "only loadgen: a"},
		{[]string{"a"}, []string{"b"}, "only k6: a"},
	} {
		if got := firstDifference(test.k6, test.ours); got != test.want {
			t.Errorf("%v and %v: got %q, want %q", test.k6, test.ours, got, test.want)
		}
	}
}
