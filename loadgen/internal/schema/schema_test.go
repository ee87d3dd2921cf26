package schema

import (
	"reflect"
	"strings"
	"testing"
)

type embedded struct {
	Late *int `json:"late,omitempty"`
}

type tree struct {
	Name string `json:"name"`
	embedded
	Kind  string            `json:"kind,omitempty"`
	Kinds map[string]string `json:"kinds,omitempty"`
	List  []string          `json:"list,omitempty"`
	Share float64           `json:"share,omitempty" yaml:"part,omitempty"`
	On    bool              `json:"on,omitempty"`
	Under []tree            `json:"under,omitempty"`
	none  int
	Not   int `json:"-"`
}

func TestBuild(t *testing.T) {
	words := []string{"<a>", "1.1"}
	b := Builder{
		Keys:  map[string]Key{"tree": {Text: "A tree."}, "tree.name": {Text: "Its name.", Examples: []any{"oak"}}},
		Words: map[string][]string{"tree.kind": words, "tree.kinds": words, "tree.list": words},
	}
	type top struct {
		Tree tree `json:"tree"`
	}
	text, err := b.Build("file", reflect.TypeFor[top]()).Text()
	if err != nil {
		t.Fatal(err)
	}
	const enum = `{"enum":["<a>","1.1",1.1]}`
	want := `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"tree":{"$ref":"#/$defs/tree"}},"additionalProperties":false,` +
		`"$defs":{"tree":{"description":"A tree.","type":"object","required":["name"],"properties":{` +
		`"name":{"description":"Its name.","type":["string","number","boolean"],"examples":["oak"]},` +
		`"late":{"type":"integer","minimum":0},"kind":` + enum + `,"kinds":{"type":"object","additionalProperties":` + enum + `},` +
		`"list":{"type":"array","items":` + enum + `},"part":{"type":"number"},"on":{"type":"boolean"},` +
		`"under":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"additionalProperties":false}}}`
	if got := strings.NewReplacer("\n", "", "  ", "", ": ", ":").Replace(string(text)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	_ = tree{}.none
}

// A type that has no form is a mistake of the program.
func TestBuildOfAFunction(t *testing.T) {
	defer func() {
		if got := recover(); got == nil {
			t.Error("want a panic")
		}
	}()
	type top struct {
		F func() `json:"f"`
	}
	(&Builder{}).Build("file", reflect.TypeFor[top]())
}
