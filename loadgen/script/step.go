package script

import (
	"encoding/json"

	"example.com/foobar/loadgen/load"
)

// Step is one thing that a user does. Its kind follows from its keys: each kind below has its own, and a step has one kind. All
// texts may hold ${...}; see package expression. A CONDITION is a text that is one expression, with or without the ${ } around it.
type Step struct {
	// Comment is what stands above the step in a file that a converter writes. Nothing else reads it.
	Comment string `json:"-"`
	// Name stands for the URL in tags; by default it is the URL as written, so that ${...} in it makes no new tags.
	Name string `json:"name,omitempty"`
	// If guards a step of any kind: it is done when the condition holds. With Requests and no other kind, Else is done when it does not.
	If   string `json:"if,omitempty"`
	Else []Step `json:"else,omitempty"`
	// Weight is how often a step of Pick is taken, beside the others (1).
	Weight *float64 `json:"weight,omitempty"`

	Request

	// Batch are requests that are sent at once.
	Batch []Step `json:"batch,omitempty"`
	// Group is the name of a group of Requests.
	Group string `json:"group,omitempty"`
	// Once are steps that each user does in its first iteration only. What they set stays for the user's later iterations.
	Once []Step `json:"once,omitempty"`
	// Repeat is how often Requests are done: a number, or a text with ${...}. Until is a condition that ends it after a round.
	Repeat Number `json:"repeat,omitempty"`
	Until  string `json:"until,omitempty"`
	// While is a condition that is looked at before each round of Requests.
	While string `json:"while,omitempty"`
	// Each is the name of a variable, and the list that it takes its values from, one for each round of Requests: a list, or a
	// text with ${...} that comes to one.
	Each map[string]json.RawMessage `json:"each,omitempty"`
	// Pick is a list of steps of which one is done, by their weights.
	Pick []Step `json:"pick,omitempty"`
	// Call is the name of one of the script's functions.
	Call string `json:"call,omitempty"`
	// Set gives variables values, in the order in which they are written; after the response, if the step is a request. A variable
	// that is set within a once stays the user's wherever it is set again.
	Set Texts `json:"set,omitempty"`
	// Log writes a line on standard error. Fail ends the iteration as failed, Abort the test.
	Log   string `json:"log,omitempty"`
	Fail  string `json:"fail,omitempty"`
	Abort string `json:"abort,omitempty"`

	// Requests are the steps of a group, a loop or a condition; alone, they are a block.
	Requests []Step `json:"requests,omitempty"`

	// Checks are of this step's response; without a request, of the last one.
	Checks []Check `json:"checks,omitempty"`
	// Extract takes values out of the response, into variables of those names.
	Extract map[string]Extract `json:"extract,omitempty"`
	// Record adds values to metrics of the script's own, by their names; after the response, if the step is a request.
	Record map[string]string `json:"record,omitempty"`
	// Think is a pause after the step.
	Think Think `json:"think,omitempty"`
}

// Request is the part of a Step that is sent, and how.
type Request struct {
	Method string `json:"method,omitempty"` // GET; POST with a body
	// URL is absolute, or goes on from the script's BaseURL.
	URL string `json:"url,omitempty"`
	// Query is added to the URL, escaped, its names sorted.
	Query   map[string]Lines `json:"query,omitempty"`
	Headers map[string]Lines `json:"headers,omitempty"`
	// Cookies are sent with this request, beside those that the user has.
	Cookies map[string]string `json:"cookies,omitempty"`
	// Body is sent as it is, BodyFile is the file whose content is sent, JSON is sent with its content type, Form as browsers send
	// one, Multipart as a form with files. One of them.
	Body      string           `json:"body,omitempty"`
	BodyFile  string           `json:"bodyFile,omitempty"`
	JSON      json.RawMessage  `json:"json,omitempty"`
	Form      map[string]Lines `json:"form,omitempty"`
	Multipart []Part           `json:"multipart,omitempty"`
	// Basic and Digest are "user:password", Bearer is a token. One of them.
	Basic  string `json:"basic,omitempty"`
	Digest string `json:"digest,omitempty"`
	Bearer string `json:"bearer,omitempty"`
	// Compress is the coding that the body is sent in: gzip, deflate, br or zstd.
	Compress string `json:"compress,omitempty"`
	// Timeout is for the whole exchange, redirects included (60 s). Redirects is how many are followed (the option
	// maxRedirects). Discard reads the body and keeps nothing of it, so that checks of it fail.
	Timeout   load.Duration `json:"timeout,omitempty"`
	Redirects *int          `json:"redirects,omitempty"`
	Discard   bool          `json:"discard,omitempty"`
	// Expected are the statuses that are no failure (200 to 399).
	Expected Statuses          `json:"expected,omitzero"`
	Tags     map[string]string `json:"tags,omitempty"`
}

// Part is a field (Name and Value) or a file (Name and File) of a form with files.
type Part struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
	// File is the file whose content is sent, FileName what the server is told that it is called (the name of File).
	File     string `json:"file,omitempty"`
	FileName string `json:"filename,omitempty"`
	// ContentType is that of the part; a file's is application/octet-stream by default.
	ContentType string `json:"contentType,omitempty"`
}

// Within are the lists of steps within s.
func (s *Step) Within() []*[]Step {
	return []*[]Step{&s.Requests, &s.Batch, &s.Once, &s.Pick, &s.Else}
}

// Kinds are the keys of s that make it a step of some kind, other than those that go with any: a whole step has one of them.
func (s *Step) Kinds() []string {
	var kinds []string
	for _, k := range []struct {
		key string
		is  bool
	}{
		{"url", s.URL != ""}, {"batch", s.Batch != nil}, {"group", s.Group != ""}, {"once", s.Once != nil}, {"repeat", s.Repeat != ""},
		{"while", s.While != ""}, {"each", s.Each != nil}, {"pick", s.Pick != nil}, {"call", s.Call != ""}, {"set", s.Set != nil && s.URL == ""},
		{"log", s.Log != ""}, {"fail", s.Fail != ""}, {"abort", s.Abort != ""},
	} {
		if k.is {
			kinds = append(kinds, k.key)
		}
	}
	if len(kinds) == 0 && s.Requests != nil {
		kinds = append(kinds, "requests")
	}
	return kinds
}
