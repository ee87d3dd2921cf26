package main

import (
	"context"
	"errors"
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
			// $RECORD is a record of the ladder that was never measured, $BAD one whose runs are all void, $LACKING one
			// in which those of a case are, and $FEW has fewer rounds than a verdict needs.
			bad, lacking := specimen.MustRecord(t, "quick", 2), specimen.MustRecord(t, "quick", 6)
			for _, r := range bad.Runs {
				r.Gates = []record.Gate{{Name: "checks", Shown: "0 of 600 checks passed"}}
			}
			for _, r := range lacking.Runs {
				if r.Case == "off-again" {
					r.Gates = []record.Gate{{Name: "lag", Shown: "the generator lagged"}}
				}
			}
			env.Setenv("RECORD", specimen.MustRecord(t, "ladder", 10).Dir)
			env.Setenv("FEW", specimen.MustRecord(t, "quick", 5).Dir)
			env.Setenv("BAD", bad.Dir)
			env.Setenv("LACKING", lacking.Dir)
			return errors.Join(rewrite(bad), rewrite(lacking))
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
