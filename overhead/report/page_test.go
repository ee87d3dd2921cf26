package report

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// MustBrowser starts a Chromium that talks to nobody. Where there is none the test is skipped loudly, or fails if
// FOOBAR_BROWSER=require.
func MustBrowser(t *testing.T) context.Context {
	t.Helper()
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" && os.Getenv("FOOBAR_BROWSER") == "require" {
		t.Fatal("no Chromium on this machine: apt-get install chromium")
	}
	if program == "" {
		t.Skip("NOT CHECKED: no Chromium on this machine (apt-get install chromium); the page was not opened")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// mustEval evaluates an expression in the page.
func mustEval[T any](t *testing.T, browser context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(browser, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// mustPrefer makes the browser prefer "dark" or "light".
func mustPrefer(t *testing.T, browser context.Context, scheme string) {
	t.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
	if _, err := chromedp.Call(browser, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		t.Fatal(err)
	}
}

func TestPageInBrowser(t *testing.T) {
	browser := MustBrowser(t)
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, render(t, HTML, mustAnalysis(t, "ladder", 10)), 0o644); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asked, complaints []string
	err := chromedp.Listen(browser, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			asked = append(asked, e.Request.URL)
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, string(e.Type))
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			complaints = append(complaints, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	mustPrefer(t, browser, "light")
	if err := chromedp.Do(browser, chromedp.EmulateViewport(1100, 900), chromedp.Navigate((&url.URL{Scheme: "file", Path: file}).String())); err != nil {
		t.Fatal(err)
	}
	const small = `[...document.querySelectorAll("svg.plot")].filter(s => s.getBBox().width < 100 || s.getBBox().height < 80).length`
	pictures, empty := mustEval[int](t, browser, `document.querySelectorAll("svg.plot").length`), mustEval[int](t, browser, small)
	if want := 3 + 2*4; pictures != want || empty > 0 { // cost, rounds, latency; CPU and memory of four processes
		t.Errorf("%d pictures, %d of them empty, want %d", pictures, empty, want)
	}
	if wide := mustEval[int](t, browser, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		t.Errorf("the page is %d pixels wider than its window", wide)
	}
	const ink = `getComputedStyle(document.body).color + getComputedStyle(document.querySelector("svg.plot text")).fill`
	light := mustEval[string](t, browser, ink)
	mustPrefer(t, browser, "dark")
	if dark := mustEval[string](t, browser, ink); dark == light {
		t.Errorf("text has the same colours in dark and light: %s", dark)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) == 0 {
		t.Error("no request was seen, not even that of the page")
	}
	for _, address := range asked {
		if !strings.HasPrefix(address, "file://") && !strings.HasPrefix(address, "data:") {
			t.Errorf("the page asked for %s", address)
		}
	}
	if len(complaints) > 0 {
		t.Errorf("the console says %q", complaints)
	}
}
