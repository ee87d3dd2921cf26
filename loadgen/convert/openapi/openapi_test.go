package openapi

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.com/foobar/loadgen/convert/draft/drafttest"
)

// mustConvert is what a description becomes, and what is said of it.
func mustConvert(tb testing.TB, d Description) string {
	tb.Helper()
	made, err := Convert(d)
	return drafttest.MustWrite(tb, made, err) + "\n" + made.Summary()
}

// What descriptions become. UPDATE=1 writes the golden files anew.
func TestGolden(t *testing.T) {
	for _, name := range []string{"testdata/shop.yaml", "testdata/api31.json"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			got := mustConvert(t, Description{Name: name, Text: drafttest.MustRead(t, name)})
			golden := strings.TrimSuffix(name, filepath.Ext(name)) + ".txt"
			drafttest.Golden(t, golden, got)
		})
	}
}

// A description may lie in several files; nothing is fetched.
func TestOtherFiles(t *testing.T) {
	main := func(ref string) Description {
		return Description{Name: "api.yaml", Text: []byte(`openapi: 3.0.0
info: {title: a, version: "1"}
servers: [{url: "http://h"}]
paths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref: "` + ref + `"}}}}, responses: {"200": {description: ok}}}}}
`), Open: func(path string) ([]byte, error) {
			if path != "schemas.yaml" {
				return nil, errors.New("open " + path + ": no such file")
			}
			return []byte("A: {type: object, properties: {a: {type: integer}}}\n"), nil
		}}
	}
	if got := mustConvert(t, main("schemas.yaml#/A")); !strings.Contains(got, "json: {a: 1}") {
		t.Errorf("got:\n%s", got)
	}
	for ref, want := range map[string]string{"http://other.test/a.yaml#/A": "is not fetched", "absent.yaml#/A": "no such file", "#/components/schemas/B": "B"} {
		if _, err := Convert(main(ref)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", ref, err, want)
		}
	}
}

func TestConvertErrors(t *testing.T) {
	const info = "info: {title: a, version: '1'}\n"
	for text, want := range map[string]string{
		"openapi: 3.0.0\n" + info + "paths: {}\n": "it describes no operation",
		"swagger: '2.0'\n" + info + "paths: {}\n": "convert a description of Swagger 2",
		"openapi: [":                 "reading OpenAPI",
		"openapi: 3.0.0\npaths: 7\n": "reading OpenAPI",
	} {
		if _, err := Convert(Description{Name: "a.yaml", Text: []byte(text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
}

// Schemas that contain each other, twice at each level, make a body of a bounded size.
func TestBodyIsBounded(t *testing.T) {
	var schemas strings.Builder
	for i := range 40 {
		fmt.Fprintf(&schemas, "    S%d: {type: object, properties: {a: {$ref: '#/components/schemas/S%d'}, b: {$ref: '#/components/schemas/S%d'}, c: {type: integer}}, allOf: [{$ref: '#/components/schemas/S%d'}]}\n", i, (i+1)%40, (i+2)%40, (i+3)%40)
	}
	got := mustConvert(t, Description{Name: "api.yaml", Text: []byte("openapi: 3.1.0\ninfo: {title: a, version: '1'}\nservers: [{url: 'http://h'}]\n" +
		"paths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}, responses: {'200': {description: ok}}}}}\n" +
		"components:\n  schemas:\n" + schemas.String())})
	if len(got) < 200 || len(got) > 100_000 {
		t.Errorf("got %d bytes, want some thousands", len(got))
	}
}

// Whatever is described, what it becomes is a file.
func FuzzConvert(f *testing.F) {
	f.Add(drafttest.MustRead(f, "testdata/shop.yaml"))
	f.Add(drafttest.MustRead(f, "testdata/api31.json"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Convert(Description{Name: "a.yaml", Text: []byte(strings.ToValidUTF8(string(text), "?"))})
		if err != nil {
			return
		}
		drafttest.MustReadBack(t, d)
	})
}
