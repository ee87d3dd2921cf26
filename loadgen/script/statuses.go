package script

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/file"
)

// Statuses are status codes: 200, a class such as 2xx, or a range such as 300-303. In a file it is one, or a list.
type Statuses []string

// UnmarshalNode reads both forms.
func (s *Statuses) UnmarshalNode(n *file.Node) error {
	var all []status
	if n.IsList() {
		if err := n.Decode(&all); err != nil {
			return err
		}
	} else {
		all = make([]status, 1)
		if err := all[0].UnmarshalNode(n); err != nil {
			return err
		}
	}
	*s = Statuses{}
	for _, one := range all {
		*s = append(*s, string(one))
	}
	return nil
}

// MarshalJSON writes one as it is, others as a list; codes are numbers.
func (s Statuses) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, one := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		if code, err := strconv.Atoi(one); err == nil && strconv.Itoa(code) == one {
			b.WriteString(one)
			continue
		}
		text, err := json.Marshal(one)
		if err != nil {
			return nil, err
		}
		b.Write(text)
	}
	if len(s) == 1 {
		return b.Bytes(), nil
	}
	return []byte("[" + b.String() + "]"), nil
}

// status is one of Statuses as it is read.
type status string

// UnmarshalNode reads a code, a class or a range.
func (s *status) UnmarshalNode(n *file.Node) error {
	text, err := n.Text()
	if err != nil {
		return err
	}
	if _, ok := parseStatus(text); !ok {
		return n.Errorf("%q is no status: "+statusForms, text)
	}
	*s = status(text)
	return nil
}

const statusForms = "want a code such as 200, a class such as 2xx or a range such as 300-303"

// statusRange are the codes from the first to the last.
type statusRange struct{ first, last int }

// ranges reads s.
func (s Statuses) ranges() ([]statusRange, error) {
	var all []statusRange
	for _, text := range s {
		r, ok := parseStatus(text)
		if !ok {
			return nil, fmt.Errorf("status %q: "+statusForms, text)
		}
		all = append(all, r)
	}
	return all, nil
}

func parseStatus(text string) (statusRange, bool) {
	if class, found := strings.CutSuffix(strings.ToLower(text), "xx"); found {
		n, err := strconv.ParseUint(class, 10, 8)
		return statusRange{int(n) * 100, int(n)*100 + 99}, err == nil && n >= 1 && n <= 9
	}
	from, to, ranged := strings.Cut(text, "-")
	if !ranged {
		to = from
	}
	first, err := strconv.ParseUint(strings.TrimSpace(from), 10, 16)
	last, err2 := strconv.ParseUint(strings.TrimSpace(to), 10, 16)
	return statusRange{int(first), int(last)}, err == nil && err2 == nil && first <= last && last <= 999
}

// have says whether status is one of them.
func have(all []statusRange, status int) bool {
	for _, r := range all {
		if status >= r.first && status <= r.last {
			return true
		}
	}
	return false
}
