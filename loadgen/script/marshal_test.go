package script

import (
	"encoding/json"
	"testing"
)

// everything has each key of the language once.
const everything = `{
  "baseURL": "http://h", "defaults": {"headers": {"A": "b"}, "timeout": "10s", "checks": [{"status": "2xx"}]}, "metrics": {"m": "counter"},
  "data": {"users": {"rows": [{"name": "ann"}], "order": "shuffle", "onEnd": "stop"}, "file": {"file": "users.csv"}},
  "setup": [{"set": {"b": "1", "a": "<${b}>"}}],
  "requests": [
    {"name": "n", "if": "vu > 1", "else": [{"log": "x"}], "method": "PUT", "url": "/", "query": {"a": ["1", "2"]}, "headers": {"X": "1"}, "cookies": {"c": "d"}, "json": {"z": 1.50, "a": null},
     "basic": "u:p", "compress": "gzip", "timeout": "3s", "redirects": 0, "discard": true, "expected": [200, "3xx", "400-404"], "tags": {"t": "v"},
     "checks": [{"name": "c", "status": 200, "duration": "<1s", "size": ">1", "body": "", "bodyContains": "a", "bodyRegex": "b", "header": "H: v", "json": "a=1", "that": "true"}],
     "extract": {"j": {"json": "a"}, "h": {"header": "b"}, "c": {"cookie": "c"}, "r": {"regex": "d"}}, "record": {"m": "1"}, "think": "1s-3s"},
    {"batch": [{"url": "/", "bodyFile": "f", "bearer": "t"}, {"url": "/", "form": {"a": "b"}, "digest": "u:p"}, {"url": "/", "body": "b"}]},
    {"url": "/", "expected": [], "multipart": [{"name": "a", "value": "1"}, {"name": "f", "file": "g", "filename": "h", "contentType": "text/csv"}]},
    {"group": "g", "requests": [{"once": [{"url": "/"}]}, {"repeat": 3, "until": "true", "requests": [{"url": "/"}]}, {"repeat": "${vu}", "requests": [{"url": "/"}]}]},
    {"while": "false", "requests": [{"each": {"id": [1, "a"]}, "requests": [{"url": "/"}]}]}, {"each": {"id": "${j}"}, "requests": [{"url": "/"}]},
    {"pick": [{"weight": 0.5, "url": "/"}, {"weight": 0, "requests": [{"fail": "f"}]}]}, {"call": "f"}, {"abort": "a"}, {"think": "exponential(2s)"}],
  "functions": {"f": [{"url": "/"}]},
  "teardown": [{"url": "/"}]
}`

// What is written is what was read, and reads as the same.
func TestMarshal(t *testing.T) {
	first, err := json.Marshal(mustParse(t, everything))
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(mustParse(t, string(first)))
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(second) {
		t.Errorf("got\n%s\nand then\n%s", first, second)
	}
	var written, read any
	if err := json.Unmarshal(first, &written); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(everything), &read); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(written)
	b, _ := json.Marshal(read)
	if string(a) != string(b) {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}
