package curl

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/convert/draft/drafttest"
)

// open is a folder with two files.
func open(name string) ([]byte, error) {
	switch name {
	case "body.txt":
		return []byte("a=1\r\n&b=2\n"), nil
	case "order.json":
		return []byte("{\"a\": 1,\n \"b\": [2]}\n"), nil
	}
	return nil, errors.New("open " + name + ": no such file")
}

// yaml is what commands become, without what stands above the steps.
func yaml(tb testing.TB, c Commands) string {
	tb.Helper()
	d, err := Convert(c)
	return drafttest.MustWrite(tb, d, err)
}

// Each file in testdata holds commands and, behind a line of ----, what they become and what is said of it. UPDATE=1 writes it anew.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	const mark = "\n----\n"
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			commands, want, _ := strings.Cut(string(text), mark)
			source := commands
			if strings.HasPrefix(filepath.Base(name), "cmd") {
				source = strings.ReplaceAll(source, "\n", "\r\n")
			}
			d, err := Convert(Commands{Text: source, Open: open, Secrets: &draft.Secrets{}})
			if err != nil {
				t.Fatal(err)
			}
			file, err := d.YAML()
			if err != nil {
				t.Fatal(err)
			}
			got := string(file) + "\n" + d.Summary()
			if os.Getenv("UPDATE") == "1" {
				if err := os.WriteFile(name, []byte(commands+mark+got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// The words of a command, by the rules of a Unix shell and of Windows' cmd.
func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		`curl 'a b' "c \"d\" \e $" e\ f`:                          `curl|a b|c "d" \e $|e f`,
		"curl a \\\n b\ncurl c; curl d && curl":                   "curl|a|b\ncurl|c\ncurl|d\ncurl",
		`curl $'\x41\u00e9\n\'\101\\\U0001f600'`:                  "curl|Aé\n'A\\😀",
		`curl $'\ud83d\ude00\u12'`:                                "curl|😀\x12",
		"# a comment\ncurl a#b # c\n":                             "curl|a#b",
		`curl "it's" 'say "x"'''`:                                 `curl|it's|say "x"`,
		"curl ^\"a b^\" ^\n  -H ^\"x: ^\\^\"1^\\^\"^\" &\ncurl c": "curl|a b|-H|x: \"1\"\ncurl|c",
		"curl \"a ^\"\"b\"\" c\" ^\n d":                           `curl|a ^"b" c|d`,
		"curl ^\"a^%^20^^b\\\\^\" ^\n d":                          `curl|a%20^b\|d`,
		"curl ^\"one^\n\ntwo^\" ^\n e":                            "curl|one\ntwo|e",
	} {
		commands, err := split(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var lines []string
		for _, words := range commands {
			var texts []string
			for _, w := range words {
				texts = append(texts, w.text)
			}
			lines = append(lines, strings.Join(texts, "|"))
		}
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestConvertErrors(t *testing.T) {
	for text, want := range map[string]string{
		"curl 'a":         "line 1: a quote is not closed",
		"\ncurl \"a":      "line 2: a quote is not closed",
		"curl $'a":        "a quote is not closed",
		"curl ^\"a ^\n b": "a quote is not closed",
		"wget http://h/":  "no curl command is there",
		"":                "no curl command is there",
		"curl -X POST":    "no command has a URL",
	} {
		if _, err := Convert(Commands{Text: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q in it", text, err, want)
		}
	}
}

// What is left out, and why.
func TestLeftOut(t *testing.T) {
	for command, want := range map[string]string{
		"-d @absent http://h/":        "-d ...: open absent: no such file",
		"-d @- http://h/":             "standard input",
		"-H nonsense http://h/":       "want NAME: VALUE",
		"-H @f http://h/":             "headers out of a file",
		"-b jar.txt http://h/":        "cookies out of a file",
		"-u me http://h/":             "it has no password",
		"--ntlm -u a:b http://h/":     "--ntlm: this way to say who asks",
		"--frobnicate http://h/":      "--frobnicate: no flag of this name",
		"-W http://h/":                "-W: no flag of this name",
		"http://h/{a,b}":              "several URLs",
		"http://h/[1-9]":              "several URLs",
		"ftp://h/":                    "want an http or https URL",
		"'http://h/%zz'":              "it is no URL",
		"-F a http://h/":              "want NAME=VALUE",
		"-F a=@x,y http://h/":         "want one file",
		"--max-redirs x -L http://h/": "it is no number",
		"-m x http://h/":              "no number of seconds",
		"-x socks5://h http://h/":     "of proxies only HTTP ones",
		"-x http://u:p@h http://h/":   "its password would stand in the file",
		"--resolve x http://h/":       "want HOST:PORT:ADDRESS",
		"--cacert absent http://h/":   "give the command -cacert",
		"-H \"X: $(date)\" http://h/": "a shell puts something in here",
		"-H $'X: a\\nb' http://h/":    "can't be sent as a header",
		"--retry 3 http://h/":         "a step is sent once",
	} {
		d, err := Convert(Commands{Text: "curl http://h/ok\n" + "curl " + command, Open: open})
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		if s := d.Summary(); !strings.Contains(s, "line 2: ") || !strings.Contains(s, want) {
			t.Errorf("%s: got %s, want %q for line 2", command, s, want)
		}
	}
}

// With Keep, everything is sent as the command says.
func TestKeepsSecrets(t *testing.T) {
	got := yaml(t, Commands{Text: `curl -H 'Authorization: Bearer t0p' -b 'sid=1 2' -u a:b 'http://h/?api_key=k1' -d 'password=p%26'`})
	for _, want := range []string{"bearer: t0p", "sid: 1 2", "api_key=k1", "password: p&"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// No text makes Convert fail in any other way than by an error, and what it makes is a file.
func FuzzConvert(f *testing.F) {
	f.Add(`curl -sSLk -XPOST 'http://h/' -H 'A: b' --json '{"a":1}' -F a=@b;curl x`)
	f.Add("curl ^\"http://h/^\" ^\n --data-raw ^\"^{^\\^\"a^\\^\"^}^\"")
	f.Add(`curl $'\u00e9' "$HOME/x" -d @body.txt --next -Z a b`)
	f.Add(`curl -u a:b --digest 'http://u:p@h/?token=x#f' -G --data-urlencode q@body.txt`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Convert(Commands{Text: strings.ToValidUTF8(text, "?"), Open: open, Secrets: &draft.Secrets{}})
		if err != nil {
			return
		}
		drafttest.MustReadBack(t, d)
	})
}
