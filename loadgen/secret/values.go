package secret

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// shortest is the length from which a value is looked for wherever it may turn up; a shorter one would be found in
// words and numbers that have nothing to do with it.
const shortest = 6

// Values are secrets that are known, to be hidden wherever a server, a library or the system repeats them. The zero value
// knows none; a nil one too.
type Values struct {
	forms    []string
	replacer *strings.Replacer
}

// Add adds secrets, in every form in which they are likely to be repeated: as they are, escaped for URLs, JSON and Go, and
// in base64. Templates and short values are left out. It is not for use beside Mask.
func (v *Values) Add(secrets ...string) {
	for _, s := range secrets {
		if s = strings.TrimSpace(s); len(s) < shortest || IsTemplate(s) {
			continue
		}
		plain := []string{s}
		if decoded, err := url.PathUnescape(s); err == nil && len(decoded) >= shortest {
			plain = append(plain, decoded)
		}
		for _, p := range plain {
			v.forms = append(v.forms, forms(p)...)
		}
	}
	slices.SortFunc(v.forms, func(a, b string) int { return len(b) - len(a) }) // the longest first: it may have others in it
	v.forms = slices.Compact(v.forms)
	pairs := make([]string, 0, 2*len(v.forms))
	for _, f := range v.forms {
		pairs = append(pairs, f, Mask)
	}
	v.replacer = strings.NewReplacer(pairs...)
}

func forms(s string) []string {
	text, _ := json.Marshal(s) // a string always can be
	quoted := strconv.Quote(s)
	return []string{
		s, url.QueryEscape(s), url.PathEscape(s), url.UserPassword("", s).String()[1:],
		string(text[1 : len(text)-1]), quoted[1 : len(quoted)-1],
		base64.StdEncoding.EncodeToString([]byte(s)),
	}
}

// Mask is text without the secrets.
func (v *Values) Mask(text string) string {
	if v == nil || v.replacer == nil {
		return text
	}
	return v.replacer.Replace(text)
}

// InBody are the secrets of a body that is JSON or a form: the values of what goes by the name of one.
func InBody(text string) []string {
	var tree any
	if json.Unmarshal([]byte(text), &tree) == nil {
		return inTree(nil, tree, false)
	}
	var found []string
	pairs, err := url.ParseQuery(text)
	for name, values := range pairs {
		if err == nil && Named(name) {
			found = append(found, values...)
		}
	}
	return found
}

func inTree(found []string, node any, hidden bool) []string {
	switch node := node.(type) {
	case string:
		if hidden {
			found = append(found, node)
		}
	case []any:
		for _, one := range node {
			found = inTree(found, one, hidden)
		}
	case map[string]any:
		for name, one := range node {
			found = inTree(found, one, hidden || Named(name))
		}
	}
	return found
}

// InHeader are the secrets of a header: its value, without its scheme too, and those of its cookies.
func InHeader(name, value string) []string {
	if !Named(name) {
		return nil
	}
	_, credential, _ := strings.Cut(value, " ")
	found := []string{value, credential}
	for cookie := range strings.SplitSeq(value, ";") {
		if _, one, named := strings.Cut(cookie, "="); named {
			found = append(found, one)
		}
	}
	return found
}
