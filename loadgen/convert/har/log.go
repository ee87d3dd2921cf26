package har

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// log is what a HAR file holds.
type log struct {
	Pages   []page            `json:"pages"`
	Entries []json.RawMessage `json:"entries"`
}

type page struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// entry is a request with its response.
type entry struct {
	Page         string   `json:"pageref"`
	Started      string   `json:"startedDateTime"`
	Time         float64  `json:"time"` // in milliseconds
	Request      request  `json:"request"`
	Response     response `json:"response"`
	ResourceType string   `json:"_resourceType"`
}

type request struct {
	Method   string    `json:"method"`
	URL      string    `json:"url"`
	Headers  []pair    `json:"headers"`
	Cookies  []pair    `json:"cookies"`
	PostData *postData `json:"postData"`
}

type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type postData struct {
	MimeType string  `json:"mimeType"`
	Text     string  `json:"text"`
	Encoding string  `json:"encoding"`
	Params   []param `json:"params"`
}

type param struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	FileName    string `json:"fileName"`
	ContentType string `json:"contentType"`
}

type response struct {
	Status      int    `json:"status"`
	Headers     []pair `json:"headers"`
	Cookies     []pair `json:"cookies"`
	RedirectURL string `json:"redirectURL"`
	Content     struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding"`
	} `json:"content"`
}

// header is the first value of a header, "" when there is none.
func header(all []pair, name string) string {
	for _, h := range all {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// body is the response's. A text that is said to be base64 and isn't is taken as it is, as browsers have got that wrong.
func (r *response) body() string { return decoded(r.Content.Text, r.Content.Encoding) }

func decoded(text, encoding string) string {
	if !strings.EqualFold(encoding, "base64") {
		return text
	}
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return text
	}
	return string(plain)
}

// when is when the request began and when its response had come; both are the zero time if the recording doesn't say.
func (e *entry) when() (begin, end time.Time) {
	begin, err := time.Parse(time.RFC3339Nano, e.Started)
	if err != nil || e.Time < 0 || e.Time > 1e12 {
		return time.Time{}, time.Time{}
	}
	return begin, begin.Add(time.Duration(e.Time * float64(time.Millisecond)))
}
