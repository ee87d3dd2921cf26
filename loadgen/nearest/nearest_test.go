package nearest

import "testing"

func TestName(t *testing.T) {
	known := []string{"duration", "iterations", "vus", "rps", "stage"}
	for written, want := range map[string]string{
		"durtion": "duration", "duratoin": "duration", "iteration": "iterations", "vu": "vus", "stages": "stage", "nonsense": "", "VUs": "vus", "vsu": "vus", "rsp": "rps", "": "", "x": "",
	} {
		if got := Name(written, known); got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
}

func TestHint(t *testing.T) {
	known := []string{"duration", "rps"}
	for written, want := range map[string]string{"durtion": `; did you mean "duration"?`, "nonsense": "; it can be duration, rps"} {
		if got := Hint("; ", written, known); got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
	if got := Hint("; ", "nonsense", make([]string, manyNames+1)); got != "" {
		t.Errorf("got %q of too many names", got)
	}
	if got := Hint("; ", "nonsense", nil); got != "" {
		t.Errorf("got %q of no names", got)
	}
}
