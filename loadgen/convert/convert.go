// Package convert makes files of ours out of curl commands, recorded traffic, descriptions of APIs and scripts of k6. It finds out
// which of them a text is; the packages below it read them.
package convert

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/foobar/loadgen/convert/curl"
	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/convert/har"
	"example.com/foobar/loadgen/convert/openapi"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/script"
)

// MaxSource bounds what is converted, in bytes.
const MaxSource = 256 << 20

// Source is what there is to convert.
type Source struct {
	// Name is that of the file, for messages and as a hint of what it is.
	Name string
	Text []byte
	// Dir is the folder from which the files are found that the source names.
	Dir string
	// Env are the variables of the environment that are known.
	Env map[string]string
}

// Options say how a source is converted. Speed, Hosts and Only go with HAR files.
type Options struct {
	// From is the format, one of Formats; by default the source tells.
	From string
	// KeepSecrets leaves passwords, tokens and cookies where they are, for a draft that is run at once; otherwise variables of the
	// environment stand for them.
	KeepSecrets bool
	// Speed keeps the pauses of a HAR file, divided by it; 0 leaves them out.
	Speed float64
	// Hosts are the hosts whose requests are taken from a HAR file, *.shop.test for all below shop.test; none means all.
	Hosts []string
	// Only are the kinds of responses that are taken from a HAR file, some of Kinds; none means all.
	Only []string
}

// format is one that can be converted.
type format struct {
	name    string
	is      func(name string, text []byte) bool
	convert func(Source, Options) (*draft.Draft, error)
}

// formats are all of them, those first that can be told with the greatest certainty.
var formats = []format{
	{"har", isHAR, fromHAR},
	{"openapi", isOpenAPI, fromOpenAPI},
	{"curl", isCurl, fromCurl},
	{"k6", isK6, fromK6},
}

// Formats are the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Detect is the format of a text, "" if it has none of them.
func Detect(name string, text []byte) string {
	for _, f := range formats {
		if f.is(name, text) {
			return f.name
		}
	}
	return ""
}

// Convert makes a draft. What can't be converted is told in it; an error is a source that can't be read at all.
func Convert(s Source, o Options) (*draft.Draft, error) {
	text, err := file.Text(s.Text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%s is no text in UTF-8", s.Name)
	}
	s.Text = text
	name := o.From
	if name == "" {
		name = Detect(s.Name, text)
	}
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	switch {
	case i >= 0:
	case powershell.Match(text):
		return nil, fmt.Errorf(`%s is for PowerShell: copy it "as cURL" in the browser`, s.Name)
	case o.From == "":
		return nil, fmt.Errorf("%s: it can't be told what it is: say it with -from, one of %s", s.Name, strings.Join(Formats(), ", "))
	default:
		return nil, fmt.Errorf("%q is no format: want one of %s", o.From, strings.Join(Formats(), ", "))
	}
	if name != "har" && (o.Speed != 0 || o.Hosts != nil || o.Only != nil) {
		return nil, fmt.Errorf("%s is of the format %s: speed, hosts and only go with HAR files", s.Name, name)
	}
	d, err := formats[i].convert(s, o)
	var placed *file.Error
	switch {
	case errors.As(err, &placed) && placed.Place.File != "":
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	if d.Comment == "" {
		d.Comment = "Converted from " + filepath.Base(s.Name) + "."
	}
	return d, nil
}

var (
	curlCommand = regexp.MustCompile(`\A(?:\s*(?:#[^\n]*)?\n)*\s*(?:[$>%] )?(?:\S*[/\\])?(?i:curl(?:\.exe)?)[ \t]`)
	powershell  = regexp.MustCompile(`(?m)^\s*(?:\$session = New-Object|Invoke-(?:WebRequest|RestMethod))\b`)
)

func isCurl(_ string, text []byte) bool { return curlCommand.Match(text) }

func fromCurl(s Source, o Options) (*draft.Draft, error) {
	return curl.Convert(curl.Commands{Text: string(s.Text), Secrets: &draft.Secrets{Keep: o.KeepSecrets}, Open: s.open})
}

// Kinds are the kinds of responses that a HAR file has.
var Kinds = har.Kinds

func isHAR(_ string, text []byte) bool { return har.Is(text) }

func fromHAR(s Source, o Options) (*draft.Draft, error) {
	return har.Convert(har.Recording{Text: s.Text, Secrets: &draft.Secrets{Keep: o.KeepSecrets}, Speed: o.Speed, Hosts: o.Hosts, Only: o.Only})
}

func isOpenAPI(name string, text []byte) bool {
	return !curlCommand.Match(text) && openapi.Is(text)
}

func fromOpenAPI(s Source, _ Options) (*draft.Draft, error) {
	return openapi.Convert(openapi.Description{Name: s.Name, Text: s.Text, Open: s.open})
}

// open reads a file that the source names.
func (s Source) open(name string) ([]byte, error) {
	if s.Dir == "" {
		return nil, errors.New("the file " + name + " is not read here")
	}
	return file.Read(script.Path(s.Dir, name), script.MaxBody)
}
