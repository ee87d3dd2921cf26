package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"overhead": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"shop":     shop,
	})
}

// shop is a service: it listens on the address in its first argument until it is asked to end.
func shop() {
	if len(os.Args) > 2 {
		fmt.Print("\x1b[2Jlistening")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: os.Args[1], Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "sold") })}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestScript(t *testing.T) {
	records := mustRecords(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error { // each script writes into records of its own
			for name, dir := range records {
				own := filepath.Join(env.WorkDir, ".records", name)
				if err := os.CopyFS(own, os.DirFS(dir)); err != nil {
					return err
				}
				env.Setenv(name, own)
			}
			return nil
		},
	})
}

// mustRecords are the folders of records by the variable that names them in scripts: $RECORD is of a ladder that was never
// measured, $BAD one whose runs are all void, $LACKING one in which those of a case are, and $FEW has fewer rounds than a
// verdict needs.
func mustRecords(t *testing.T) map[string]string {
	t.Helper()
	bad, lacking := recordtest.MustRecord(t, "quick", 2), recordtest.MustRecord(t, "quick", 6)
	for _, r := range bad.Runs {
		r.Gates = []record.Gate{{Name: "checks", Shown: "0 of 600 checks passed"}}
	}
	for _, r := range lacking.Runs {
		if r.Case == "off-again" {
			r.Gates = []record.Gate{{Name: "lag", Shown: "the generator lagged"}}
		}
	}
	if err := errors.Join(rewrite(bad), rewrite(lacking)); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"RECORD": recordtest.MustRecord(t, "ladder", 10).Dir, "FEW": recordtest.MustRecord(t, "quick", 5).Dir,
		"BAD": bad.Dir, "LACKING": lacking.Dir}
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
