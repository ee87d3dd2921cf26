package main

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"duration", "iterations", "vus", "rps", "stage"}
	for written, want := range map[string]string{
		"durtion": "duration", "duratoin": "duration", "iteration": "iterations", "vu": "vus", "stages": "stage", "nonsense": "", "": "", "x": "",
	} {
		if got := nearest(written, known); got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
}
