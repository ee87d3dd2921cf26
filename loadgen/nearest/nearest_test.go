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
