package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/convert"
)

// example is a script of k6, and what becomes of it.
type example struct {
	name string // its path below the folder of the examples
	kind string // "" is plain HTTP; else which of k6's modules it needs
	// converted are the statements that convert; left is what doesn't, unread why it can't be read at all.
	converted int
	left      []string
	unread    error
	whole     bool
	// asWritten runs it with the options that it has itself.
	asWritten bool
	// What reached the server from k6 and from loadgen, and the first difference.
	asked, ours int
	ran         bool
	difference  string
}

// otherModules say of a script that it is not plain HTTP: what it is about.
var otherModules = []struct {
	kind    string
	imports *regexp.Regexp
}{
	{"browser", regexp.MustCompile(`k6/browser`)},
	{"gRPC", regexp.MustCompile(`k6/net/grpc`)},
	{"WebSocket", regexp.MustCompile(`k6/ws|k6/websockets|k6/experimental/websockets`)},
	{"Web Crypto", regexp.MustCompile(`webcrypto|\bcrypto\.(?:subtle|getRandomValues|randomUUID)`)},
	{"crypto", regexp.MustCompile(`k6/crypto`)},
	{"secrets", regexp.MustCompile(`k6/secrets`)},
	{"experimental", regexp.MustCompile(`k6/experimental`)},
	{"extension", regexp.MustCompile(`k6/x/`)},
}

// kindOf is what a script is about.
func kindOf(text string) string {
	for _, m := range otherModules {
		if m.imports.MatchString(text) {
			return m.kind
		}
	}
	if !strings.Contains(text, "k6/http") {
		return "no requests"
	}
	return ""
}

// compareExamples converts all scripts below a folder, and runs those of plain HTTP that convert whole beside k6.
func compareExamples(ctx context.Context, dir string, stdout, stderr io.Writer) error {
	all, err := readExamples(dir)
	if err != nil {
		return err
	}
	found, remove, err := find(ctx, stderr, "loadgen", "k6")
	if err != nil {
		return err
	}
	defer remove()
	for _, e := range all {
		if e.kind != "" || !e.whole {
			continue
		}
		fmt.Fprintln(stderr, "running", e.name)
		if err := e.compare(ctx, dir, found); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	fmt.Fprint(stdout, examplesTable(all))
	return nil
}

// readExamples converts all scripts below a folder.
func readExamples(dir string) ([]*example, error) {
	var all []*example
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || d.IsDir() || ext != ".js" && ext != ".ts" {
			return err
		}
		e, err := readExample(dir, path)
		all = append(all, e)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s has no scripts: want k6's folder examples", dir)
	}
	return all, err
}

func readExample(dir, path string) (*example, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(dir, path)
	if err != nil {
		return nil, err
	}
	e := &example{name: filepath.ToSlash(name), kind: kindOf(string(text))}
	d, err := convert.Convert(convert.Source{Name: path, Text: text, Dir: filepath.Dir(path)}, convert.Options{From: "k6", KeepSecrets: true})
	if err != nil {
		e.unread = err
		return e, nil
	}
	e.converted, e.whole = d.Converted, d.Whole()
	for _, l := range d.Left {
		e.left = append(e.left, l.Reason)
	}
	return e, nil
}

// Each program does this much of a script, whatever its options say, unless it is to be run as written.
const (
	exampleUsers      = "1"
	exampleIterations = "2"
	exampleTime       = time.Minute
)

// compare runs a script with k6 and with loadgen against one server each, and compares what they asked.
func (e *example) compare(ctx context.Context, dir string, found programs) error {
	var accounts [2][]string
	for i, name := range []string{"k6", "loadgen"} {
		b, err := newBin()
		if err != nil {
			return err
		}
		err = e.run(ctx, dir, found, name, b)
		b.close()
		if err != nil {
			return err
		}
		accounts[i] = b.account()
	}
	e.ran, e.asked, e.ours = true, len(accounts[0]), len(accounts[1])
	e.difference = firstDifference(accounts[0], accounts[1])
	return nil
}

// run runs a script. Its exit code says nothing: thresholds may fail.
func (e *example) run(ctx context.Context, dir string, found programs, name string, b *bin) error {
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(e.name)))
	if err != nil {
		return err
	}
	options, err := b.options(hostsIn(string(text)))
	if err != nil {
		return err
	}
	defer os.Remove(options)
	ctx, cancel := context.WithTimeout(ctx, exampleTime)
	defer cancel()
	args := []string{"run", "--quiet", "--config", options, "--user-agent", "examples"}
	if !e.asWritten {
		args = append(args, "--vus", exampleUsers, "--iterations", exampleIterations)
	}
	if name == "k6" {
		args = append(args, "--no-usage-report")
	}
	cmd := exec.CommandContext(ctx, found[name], append(args, filepath.Join(dir, filepath.FromSlash(e.name)))...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "K6_") })
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("%s took more than %s", name, exampleTime)
	}
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() == 104) {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return nil
}

// urls are the schemes and hosts of the URLs in a script.
var urls = regexp.MustCompile(`(https?)://(?:[^/"'\x60\s@]*@)?([A-Za-z0-9.-]+)(:\d+)?`)

// hostsIn are the hosts, with their ports, that a script asks.
func hostsIn(text string) map[string]bool {
	hosts := map[string]bool{} // whether TLS is spoken there
	for _, m := range urls.FindAllStringSubmatch(text, -1) {
		port := m[3]
		if port == "" {
			port = map[string]string{"http": ":80", "https": ":443"}[m[1]]
		}
		hosts[m[2]+port] = m[1] == "https"
	}
	return hosts
}

// firstDifference is what one account has and the other has not, "" if they are the same.
func firstDifference(k6, ours []string) string {
	k6, ours = slices.Sorted(slices.Values(k6)), slices.Sorted(slices.Values(ours))
	for i := range max(len(k6), len(ours)) {
		switch {
		case i >= len(ours) || i < len(k6) && k6[i] < ours[i]:
			return "only k6: " + k6[i]
		case i >= len(k6) || k6[i] > ours[i]:
			return "only loadgen: " + ours[i]
		}
	}
	return ""
}
