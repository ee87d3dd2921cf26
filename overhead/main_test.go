package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/specimen"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"overhead": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			// $RECORD is a record of the ladder that was never measured, $BAD one whose runs are all void.
			good, bad := specimen.MustRecord(t, "ladder", 10), specimen.MustRecord(t, "quick", 2)
			for _, r := range bad.Runs {
				r.Gates = []record.Gate{{Name: "checks", Shown: "0 of 600 checks passed"}}
			}
			if err := rewrite(bad); err != nil {
				return err
			}
			env.Setenv("RECORD", good.Dir)
			env.Setenv("BAD", bad.Dir)
			return nil
		},
	})
}

// rewrite writes the changed runs of a record again.
func rewrite(f *record.Folder) error {
	runs := f.Runs
	f.Runs = nil
	for _, r := range runs {
		if err := f.Add(r); err != nil {
			return err
		}
	}
	return nil
}
