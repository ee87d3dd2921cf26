// Package curl converts curl commands, as a browser copies them or a person writes them, into files of ours. It runs none.
package curl

import (
	"errors"
	"fmt"
	"strings"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
)

// Commands are what there is to convert: any number of them, each on its own line or behind a ; or &.
type Commands struct {
	Text string
	// Open reads a file that a command names (-d @FILE); nil if none can be read.
	Open func(path string) ([]byte, error)
	// Secrets hides passwords, tokens and cookies; nil keeps them.
	Secrets *draft.Secrets
}

// Convert converts commands. A flag that has no counterpart is left out and told in the draft; an error is a text that holds no
// command of curl's.
func Convert(c Commands) (*draft.Draft, error) {
	if c.Secrets == nil {
		c.Secrets = &draft.Secrets{Keep: true}
	}
	commands, err := split(c.Text)
	if err != nil {
		return nil, err
	}
	d := &draft.Draft{What: "requests"}
	follow := newFollowing()
	found := false
	for _, words := range commands {
		if !isCurl(words[0].text) {
			d.Leave(words[0].line, join(words), "it is no curl command")
			continue
		}
		found = true
		r := &reader{Commands: c, draft: d, line: words[0].line, words: words[1:]}
		for _, s := range r.command() {
			follow.note(&s)
			d.Script.Requests = append(d.Script.Requests, s)
		}
	}
	if !found {
		return nil, errors.New("no curl command is there: want lines such as curl -d a=1 https://host/path")
	}
	if len(d.Script.Requests) == 0 {
		return nil, fmt.Errorf("no command has a URL: want lines such as curl -d a=1 https://host/path")
	}
	follow.apply(d)
	d.Share()
	d.Resolve()
	return d, nil
}

func isCurl(word string) bool {
	name := strings.ToLower(word[strings.LastIndexAny(word, `/\`)+1:])
	return name == "curl" || name == "curl.exe"
}

// join is a command for a message.
func join(words []word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}

// following settles how redirects are followed: curl follows none without -L, our files ten.
type following struct{ steps, not int }

func newFollowing() *following { return &following{} }

// note counts s, and those within it.
func (f *following) note(s *script.Step) {
	for i := range s.Batch {
		f.note(&s.Batch[i])
	}
	if s.URL == "" {
		return
	}
	f.steps++
	if s.Redirects != nil && *s.Redirects == 0 {
		f.not++
	}
}

// apply says it once where no request follows any.
func (f *following) apply(d *draft.Draft) {
	if f.steps != f.not {
		return
	}
	d.Options.MaxRedirects = new(0)
	for i := range d.Script.Requests {
		unfollow(&d.Script.Requests[i])
	}
}

func unfollow(s *script.Step) {
	s.Redirects = nil
	for i := range s.Batch {
		unfollow(&s.Batch[i])
	}
}
