package script

import (
	"reflect"

	"example.com/foobar/loadgen/file"
)

// Keys are the keys of a Script, sorted.
func Keys() []string { return file.Keys(reflect.TypeFor[Script]()) }

// Read reads a Script from a file. Keys at the top that are none of its are left for the caller; an unknown key further down is
// a *file.UnknownKeyError.
func Read(n *file.Node) (*Script, error) {
	only := n.Only(Keys())
	only.Ours()
	s := &Script{}
	if err := only.Decode(s); err != nil {
		return nil, err
	}
	return s, nil
}
