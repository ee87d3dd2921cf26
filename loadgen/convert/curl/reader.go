package curl

import (
	"fmt"
	"strings"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
)

// reader reads the words of one command.
type reader struct {
	Commands
	draft *draft.Draft
	line  int
	words []word
	left  []string // what could not be converted, for the comment of the steps

	request  request
	parallel bool
	steps    []script.Step
}

// leave notes what is not converted, in the draft and above the step.
func (r *reader) leave(line int, text, reason string, args ...any) {
	r.draft.Leave(line, text, reason, args...)
	r.left = append(r.left, "left out: "+r.draft.Left[len(r.draft.Left)-1].String())
}

// command converts one command: one request for each URL, and for what stands behind --next.
func (r *reader) command() []script.Step {
	for len(r.words) > 0 {
		w := r.words[0]
		r.words = r.words[1:]
		if w.odd != "" {
			r.leave(w.line, w.text, "%s", w.odd)
		}
		switch {
		case strings.HasPrefix(w.text, "--") && len(w.text) > 2:
			r.long(w)
		case strings.HasPrefix(w.text, "-") && len(w.text) > 1:
			r.short(w)
		case w.text == ">" || w.text == ">>" || w.text == "2>" || w.text == "<":
			r.words = r.words[min(1, len(r.words)):]
		case strings.ContainsAny(w.text[:min(2, len(w.text))], "<>"):
		default:
			r.request.urls = append(r.request.urls, w.text)
		}
	}
	r.finish()
	if len(r.steps) == 0 {
		r.leave(r.line, "curl", "the command has no URL")
		return nil
	}
	if len(r.left) > 0 {
		r.steps[0].Comment = strings.Join(r.left, "\n")
	}
	return r.steps
}

// long reads a flag such as --data.
func (r *reader) long(w word) {
	name, on := w.text[2:], true
	f, known := flagNamed(name)
	if rest, negated := strings.CutPrefix(name, "no-"); !known && negated {
		f, known = flagNamed(rest)
		on = false
	}
	if !known {
		r.leave(w.line, w.text, "no flag of this name is known here; if it takes a value, that is taken for a URL")
		return
	}
	value := word{line: w.line}
	if f.value {
		value = r.next()
	}
	r.apply(f, w, value, on)
}

// short reads letters such as -sXPOST: the value of the last one may follow at once.
func (r *reader) short(w word) {
	letters := w.text[1:]
	for i := 0; i < len(letters); i++ {
		one := word{line: w.line, text: "-" + letters[i:i+1]}
		name, known := letterNames[letters[i]]
		if !known {
			r.leave(w.line, one.text, "no flag of this name is known here")
			continue
		}
		f, _ := flagNamed(name)
		if !f.value {
			r.apply(f, one, word{line: w.line}, true)
			continue
		}
		value := word{line: w.line, text: letters[i+1:]}
		if value.text == "" {
			value = r.next()
		}
		r.apply(f, one, value, true)
		return
	}
}

// next is the word that is the value of a flag.
func (r *reader) next() word {
	if len(r.words) == 0 {
		return word{line: r.line}
	}
	w := r.words[0]
	r.words = r.words[1:]
	if w.odd != "" {
		r.leave(w.line, w.text, "%s", w.odd)
	}
	return w
}

func (r *reader) apply(f flag, as, value word, on bool) {
	switch {
	case f.set == nil && f.reason != "":
		r.leave(as.line, strings.TrimSpace(as.text+" "+r.shown(f, value.text)), "%s", f.reason)
	case f.set == nil || !on:
	default:
		if err := f.set(r, value); err != nil {
			r.leave(as.line, as.text+" "+r.shown(f, value.text), "%s", err)
		}
	}
}

// shown is a value for a message: of one that may be a secret, nothing.
func (r *reader) shown(f flag, value string) string {
	if f.secret {
		return "..."
	}
	return value
}

// finish makes steps of what was read so far.
func (r *reader) finish() {
	var steps []script.Step
	for _, url := range r.request.urls {
		s, err := r.step(url)
		if err != nil {
			r.leave(r.line, url, "%s", err)
			continue
		}
		r.draft.Converted++
		steps = append(steps, s)
	}
	if r.parallel && len(steps) > 1 {
		steps = []script.Step{{Batch: steps}}
	}
	r.steps = append(r.steps, steps...)
	r.request = request{}
}

// file reads a file that a command names.
func (r *reader) file(name string) (string, error) {
	switch {
	case name == "-":
		return "", fmt.Errorf("what it reads from standard input is not known")
	case r.Open == nil || draft.HasMark(name):
		return "", fmt.Errorf("the file %s is not read here", name)
	}
	b, err := r.Open(name)
	if err != nil {
		return "", err
	}
	return draft.Unmarked(string(b)), nil
}
