package load

import (
	"bytes"
	"encoding/json"
)

// strict decodes one JSON value into v; a key that v does not have is an error.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
